import { Button } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { escapeHostile, formatCount } from './format.ts';

const CLAMP = 240;

/** Text from a registry: plain, with controls and bidi written out, clamped until somebody wants all of it. */
export function HostileText({ text, clamp = CLAMP }: { text: string; clamp?: number }): ReactElement {
  const [open, setOpen] = useState(false);
  const long = text.length > clamp;
  const shown = long && !open ? `${text.slice(0, clamp)}…` : text;
  return (
    <bdi className="ph-hostile">
      {escapeHostile(shown, true)}
      {long ? (
        <>
          {' '}
          <Button variant="link" isInline size="sm" onClick={() => setOpen(!open)}>
            {open ? 'Show less' : `Show all ${formatCount(text.length)} characters`}
          </Button>
        </>
      ) : null}
    </bdi>
  );
}
