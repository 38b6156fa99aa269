import type { ReactElement } from 'react';
import { markPosition } from './field-errors.ts';

/** What was typed again, with the place where it goes wrong marked. */
export function Marked({ text, position }: { text: string; position: number }): ReactElement {
  const { before, at, after } = markPosition(text, position);
  return (
    <code className="ph-marked">
      {before}
      <mark>{at || '\u00A0'}</mark>
      {after}
      <span className="pf-v6-u-screen-reader">, at character {position + 1}</span>
    </code>
  );
}
