import { Label } from '@patternfly/react-core';
import type { ManifestCheck } from '@pharos/contract';
import type { ReactElement } from 'react';
import { HostileText } from './hostile-text.tsx';
import { CheckCircleIcon, ExclamationCircleIcon, ExclamationTriangleIcon } from './icons.ts';

const LOOKS = {
  ok: { word: 'Passed', color: 'green', icon: CheckCircleIcon },
  warn: { word: 'Warning', color: 'yellow', icon: ExclamationTriangleIcon },
  fail: { word: 'Refused', color: 'red', icon: ExclamationCircleIcon },
} as const;
const WORST_FIRST = ['fail', 'warn', 'ok'] as const;

/** What was checked, worst first, in words. */
export function CheckList({ checks }: { checks: readonly ManifestCheck[] }): ReactElement {
  const ordered = checks.toSorted((one, other) => WORST_FIRST.indexOf(one.state) - WORST_FIRST.indexOf(other.state));
  return (
    <ul className="ph-rows">
      {ordered.map(({ id, state, message, hint }) => {
        const { word, color, icon: Icon } = LOOKS[state];
        return (
          <li key={`${id} ${message}`}>
            <span className="ph-row-main">
              <HostileText text={message} />
              {hint === '' ? null : (
                <span className="ph-quiet ph-block">
                  <HostileText text={hint} />
                </span>
              )}
            </span>
            <span className="ph-row-side">
              <Label isCompact color={color} icon={<Icon />}>
                {word}
              </Label>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
