import { Progress, ProgressSize } from '@patternfly/react-core';
import type { Scan } from '@pharos/contract';
import type { ReactElement } from 'react';
import { formatEstimate, plural } from './format.ts';
import { useNow } from './relative-time.tsx';
import { estimateRemaining } from './scan-words.ts';

/** How far a running scan is: counts, and an estimate once there is something to estimate from. */
export function ScanProgress({ scan, showName = true }: { scan: Scan; showName?: boolean }): ReactElement {
  const now = useNow();
  const name = scan.repository ?? scan.registry;
  const done = scan.progress?.done ?? 0;
  const total = scan.progress?.total ?? null;
  const left = estimateRemaining(scan, Math.max(now, Date.now()));
  const step = scan.progress?.step || 'Waiting for the agent';
  const counts = total === null ? (done > 0 ? `${done} so far` : '') : `${done} of ${total}`;
  return (
    <div className="ph-scan-progress">
      <Progress
        size={ProgressSize.sm}
        title={showName ? `Scanning ${name}` : 'Scan'}
        aria-label={`Scan of ${name}`}
        value={total ? Math.min(done, total) : 0}
        min={0}
        max={total || 1}
        measureLocation={total === null ? 'none' : 'top'}
        label={counts}
        valueText={counts || step}
      />
      <p className="ph-quiet">
        {step}
        {total === null && counts ? `, ${counts}` : ''}
        {scan.requests > 0 ? `, ${plural(scan.requests, 'request')}` : ''}
        {left === null ? '' : `, about ${formatEstimate(left)} left`}
      </p>
    </div>
  );
}
