import { Button, Label } from '@patternfly/react-core';
import type { CatalogDetail } from '@pharos/contract';
import type { ReactElement } from 'react';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { DifferenceList } from './difference-list.tsx';
import { RolloutLabel } from './rollout-label.tsx';

interface EditionsPanelProps {
  catalog: CatalogDetail;
  /** null: who looks may not roll back. */
  onBack: ((edition: number) => void) | null;
}

/** Every edition with what it changed, and the way back to it. */
export function EditionsPanel({
  catalog: { editions, edition: served, newest },
  onBack,
}: EditionsPanelProps): ReactElement {
  return (
    <Panel title="Editions" isFullWidth>
      <ul className="ph-rows" aria-label="Editions">
        {editions.map(({ number, at, by, reason, changes, rollout }) => (
          <li key={number}>
            <span className="ph-row-main">
              <strong>Edition {number}</strong>: <HostileText text={reason} />
              <span className="ph-quiet ph-block">
                <RelativeTime time={at} />, <HostileText text={by} />
              </span>
              {changes.length === 0 ? (
                <span className="ph-quiet">It changed nothing.</span>
              ) : (
                <details>
                  <summary>What it changed</summary>
                  <DifferenceList changes={changes} label={`Changes of edition ${number}`} />
                </details>
              )}
            </span>
            <span className="ph-row-side">
              {rollout !== null && rollout.state !== 'out' ? <RolloutLabel state={rollout.state} /> : null}
              {number === served ? (
                <Label isCompact color="green">
                  Served
                </Label>
              ) : // The newest is on its way: going on is no way back.
              onBack === null || number === newest ? null : (
                <Button variant="secondary" size="sm" onClick={() => onBack(number)}>
                  Roll back to this…<span className="pf-v6-u-screen-reader"> (edition {number})</span>
                </Button>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
