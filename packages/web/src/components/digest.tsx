import { Button } from '@patternfly/react-core';
import { type ReactElement, useEffect, useState } from 'react';
import { shortDigest } from './format.ts';
import { Hint } from './hint.tsx';
import { CheckCircleIcon, CopyIcon } from './icons.ts';

/** Copies; false where the browser forbids it (a page that is not on https or localhost). */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The clipboard API needs a secure context; inside a company network Pharos is often on plain http. */
function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'pf-v6-u-screen-reader';
  document.body.append(area);
  const focused = document.activeElement;
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}

/** A button that copies `text` and says so; `what` names it, e.g. "digest". */
export function CopyButton({ text, what }: { text: string; what: string }): ReactElement {
  const [state, setState] = useState<'ready' | 'copied' | 'failed'>('ready');
  useEffect(() => {
    if (state === 'ready') return;
    const timer = setTimeout(() => setState('ready'), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  const words = { ready: `Copy ${what}`, copied: 'Copied', failed: 'Not copied: select the text instead' };
  return (
    <>
      <Hint content={words[state]} aria="none">
        <Button
          variant="plain"
          size="sm"
          hasNoPadding
          className="ph-copy"
          aria-label={`Copy ${what}`}
          icon={state === 'copied' ? <CheckCircleIcon /> : <CopyIcon />}
          onClick={async () => setState((await copy(text)) ? 'copied' : 'failed')}
        />
      </Hint>
      <span role="status" className="pf-v6-u-screen-reader">
        {state === 'ready' ? '' : words[state]}
      </span>
    </>
  );
}

/** A digest, short, whole on hover and in the clipboard. */
export function Digest({ digest, full = false }: { digest: string; full?: boolean }): ReactElement {
  return (
    <span className="ph-digest">
      <code title={digest} className={full ? 'ph-break' : undefined}>
        {full ? digest : shortDigest(digest)}
      </code>
      <CopyButton text={digest} what={`digest ${shortDigest(digest)}`} />
    </span>
  );
}
