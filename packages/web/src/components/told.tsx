import type { ReactElement } from 'react';
import { absoluteTime, shortDigest } from './format.ts';
import { HostileText } from './hostile-text.tsx';
import { toldParts } from './told-parts.ts';

/** A sentence of the server for people: times as everywhere, digests short, with the whole one on hover. */
export function Told({ text }: { text: string }): ReactElement {
  return (
    <>
      {toldParts(text).map((part, at) => {
        const key = `${at} ${part.kind}`;
        if (part.kind === 'time')
          return (
            <time key={key} dateTime={part.text}>
              {absoluteTime(part.text)}
            </time>
          );
        if (part.kind === 'digest')
          return (
            <code key={key} title={part.text}>
              {shortDigest(part.text)}
            </code>
          );
        return <HostileText key={key} text={part.text} clamp={1000} />;
      })}
    </>
  );
}
