import type { ReactElement } from 'react';
import { CopyButton } from './digest.tsx';

/** Text to be copied whole: a command, a file. */
export function Code({ text, what }: { text: string; what: string }): ReactElement {
  return (
    <div className="ph-code">
      <pre>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}
