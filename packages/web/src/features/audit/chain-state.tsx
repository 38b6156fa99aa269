import { Alert, Icon } from '@patternfly/react-core';
import type { AuditHead } from '@pharos/contract';
import type { ReactElement } from 'react';
import { formatCount } from '../../components/format.ts';
import { CheckCircleIcon } from '../../components/icons.ts';
import { RelativeTime } from '../../components/relative-time.tsx';

/** How far the server has recomputed the log, or what it found. */
export function ChainState({ head: { head, verified } }: { head: AuditHead }): ReactElement {
  if (verified === null) return <p className="ph-quiet">The server has not begun to verify the log yet.</p>;
  if (verified.findings.length > 0) {
    return (
      <Alert variant="danger" isInline component="h2" title="The log is not what it was">
        <ul>
          {verified.findings.slice(0, 10).map(({ seq, kind, message }) => (
            <li key={`${seq} ${kind}`}>{message}</li>
          ))}
        </ul>
        <p>What to do: keep a copy of the database as it is, and compare it with an export or a signed head.</p>
      </Alert>
    );
  }
  const isAll = verified.seq >= head.seq;
  return (
    <p className="ph-inline-list">
      <Icon status="success">
        <CheckCircleIcon />
      </Icon>
      <span>
        Verified up to entry {formatCount(verified.seq)}
        {isAll ? '' : ` of ${formatCount(head.seq)}`}, <RelativeTime time={verified.at} />: nothing was edited, and
        nothing is missing.
      </span>
    </p>
  );
}
