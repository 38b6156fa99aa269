import { Alert } from '@patternfly/react-core';
import type { TrustCheck } from '@pharos/contract';
import type { ReactElement } from 'react';
import { Digest } from '../../components/digest.tsx';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { KeyFacts } from './key-facts.tsx';

/** What an entry would do, with the fingerprint to compare. */
export function CheckResult({ check }: { check: TrustCheck }): ReactElement {
  const { images, signatures, complete, examples, reasons, keys } = check;
  const tried = complete ? plural(signatures, 'signature') : `the newest ${plural(signatures, 'signature')}`;
  return (
    <Alert
      variant={images > 0 ? 'success' : 'info'}
      isInline
      component="h2"
      isLiveRegion
      title={`It would verify ${plural(images, 'image')}; ${tried} tried`}
    >
      <KeyFacts keys={keys} />
      {examples.length > 0 ? (
        <ul className="ph-rows">
          {examples.slice(0, 5).map(({ digest, repository }) => (
            <li key={digest}>
              <span className="ph-row-main">
                <HostileText text={repository} />
              </span>
              <span className="ph-row-side">
                <Digest digest={digest} />
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      {reasons.map(({ reason, count }) => (
        <p key={reason}>
          {plural(count, 'signature')} it would not: <HostileText text={reason} />
        </p>
      ))}
    </Alert>
  );
}
