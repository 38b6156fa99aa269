import type { Scan } from '@pharos/contract';
import type { ReactElement, ReactNode } from 'react';
import { formatSpan, plural } from './format.ts';
import { HostileText } from './hostile-text.tsx';
import { ScanStateLabel } from './labels.tsx';
import { RelativeTime } from './relative-time.tsx';
import { onlyWords, scanCounts } from './scan-words.ts';

/** Scans as a short list: result, what was read, counts, requests, duration, when. `subject` names what was read. */
export function ScanRows({ scans, subject }: { scans: Scan[]; subject: (scan: Scan) => ReactNode }): ReactElement {
  return (
    <ul className="ph-rows">
      {scans.map((scan) => (
        <li key={scan.id}>
          <span className="ph-row-main">
            <ScanStateLabel state={scan.status} /> {subject(scan)}
            <span className="ph-quiet ph-block">
              {scan.status === 'failed' ? scan.message.replace(/\.$/, '') : scanCounts(scan)},{' '}
              {plural(scan.requests, 'request')}
              {scan.finishedAt ? `, ${formatSpan(scan.startedAt, scan.finishedAt, 0)}` : ''}
              {only(scan)}
            </span>
          </span>
          <span className="ph-row-side">
            <RelativeTime time={scan.finishedAt ?? scan.startedAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Names of tags are a stranger's. */
function only(scan: Scan): ReactElement | null {
  const words = onlyWords(scan);
  return words === null ? null : (
    <>
      , <HostileText text={words} clamp={200} />
    </>
  );
}
