import { Alert } from '@patternfly/react-core';
import type { PolicyResult } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { imagePoliciesQuery } from '../api/policies.ts';
import { HostileText } from './hostile-text.tsx';
import { Panel } from './panel.tsx';
import { PolicyOutcomeLabel } from './policy-outcome-label.tsx';
import { EFFECT_WORDS } from './policy-words.ts';

/** What every policy says of an image, with the sentence that explains it. Nothing where no policy is about it. */
export function PoliciesPanel({ digest }: { digest: string }): ReactElement | null {
  const policies = useQuery(imagePoliciesQuery(digest));
  const { results = [], isApprovable = true, sentence = '' } = policies.data ?? {};
  if (results.length === 0) return null;
  return (
    <Panel title="Policies">
      <div className="ph-stack-small">
        {isApprovable ? null : (
          <Alert variant="warning" isInline component="p" title="It cannot be approved">
            <HostileText text={sentence} clamp={400} />
          </Alert>
        )}
        <ul className="ph-rows">
          {results.map((result) => (
            <Result key={result.policyId} result={result} />
          ))}
        </ul>
      </div>
    </Panel>
  );
}

function Result({ result: { policy, effect, mode, outcome, isExcepted, requirements } }: { result: PolicyResult }) {
  return (
    <li>
      <div className="ph-row-main ph-stack-tiny">
        <span>
          <PolicyOutcomeLabel outcome={outcome} /> <HostileText text={policy} />{' '}
          <span className="ph-quiet">
            ({EFFECT_WORDS[effect]}, {mode === 'enforce' ? 'enforced' : 'reports only'}
            {isExcepted ? ', an exception holds' : ''})
          </span>
        </span>
        {requirements.map((each) => (
          <span key={each.requirement} className="ph-block ph-quiet">
            {each.outcome === 'pass' ? '✓' : each.outcome === 'fail' ? '✗' : '?'}{' '}
            <HostileText text={each.sentence} clamp={400} />
          </span>
        ))}
      </div>
    </li>
  );
}
