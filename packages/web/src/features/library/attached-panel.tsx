import type { Image } from '@pharos/contract';
import type { ReactElement } from 'react';
import { Digest } from '../../components/digest.tsx';
import { Panel } from '../../components/panel.tsx';
import { artifactName } from './artifact-name.ts';

const SOURCES = { index: 'in the index', tag: 'by its tag', referrers: 'by the registry’s list of referrers' } as const;

/** Signatures, SBOMs and attestations. That one exists says nothing about whether it is valid. */
export function AttachedPanel({ referrers }: { referrers: Image['referrers'] }): ReactElement {
  return (
    <Panel title="Attached">
      {referrers.length === 0 ? (
        <p className="ph-quiet">No signature, SBOM or attestation was found.</p>
      ) : (
        <>
          <ul className="ph-rows">
            {referrers.map((referrer) => (
              <li key={`${referrer.digest}${referrer.artifactType}${referrer.tag}${referrer.subject}`}>
                <span className="ph-row-main">
                  {artifactName(referrer.artifactType)}
                  <span className="ph-quiet ph-block">found {SOURCES[referrer.source]}</span>
                </span>
                {referrer.digest ? (
                  <span className="ph-row-side">
                    <Digest digest={referrer.digest} />
                  </span>
                ) : null}
              </li>
            ))}
          </ul>
          <p className="ph-quiet">They are found; what was verified stands under Signatures.</p>
        </>
      )}
    </Panel>
  );
}
