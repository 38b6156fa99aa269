import type { TrustedKey } from '@pharos/contract';
import type { ReactElement } from 'react';
import { HostileText } from '../../components/hostile-text.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { grouped } from './trust-draft.ts';

/** Keys and certificates with what people compare: the fingerprint. */
export function KeyFacts({ keys }: { keys: readonly TrustedKey[] }): ReactElement {
  return (
    <ul className="ph-rows">
      {keys.map(({ fingerprint, algorithm, subject, expiresAt }) => (
        <li key={fingerprint}>
          <div className="ph-row-main ph-stack-tiny">
            <span>
              {algorithm}
              {subject ? (
                <>
                  , <HostileText text={subject} />
                </>
              ) : null}
            </span>
            <code className="ph-break">SHA-256 {grouped(fingerprint)}</code>
            {expiresAt ? (
              <span className="ph-quiet">
                until <RelativeTime time={expiresAt} />
              </span>
            ) : null}
          </div>
        </li>
      ))}
    </ul>
  );
}
