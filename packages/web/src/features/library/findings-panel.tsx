import { Alert } from '@patternfly/react-core';
import type { Finding } from '@pharos/contract';
import type { ReactElement } from 'react';
import { HostileText } from '../../components/hostile-text.tsx';

const VARIANTS = { info: 'info', warning: 'warning', error: 'danger' } as const;

/** What a person should look at: contradictions, and facts that are not what was declared. */
export function FindingsPanel({ findings }: { findings: readonly Finding[] }): ReactElement | null {
  if (findings.length === 0) return null;
  return (
    <div className="ph-stack-small">
      {findings.map((finding) => (
        <Alert
          key={`${finding.code}${finding.message}`}
          variant={VARIANTS[finding.severity]}
          isInline
          component="h2"
          title={<HostileText text={finding.message} />}
        >
          {finding.hint ? <HostileText text={finding.hint} /> : null}
        </Alert>
      ))}
    </div>
  );
}
