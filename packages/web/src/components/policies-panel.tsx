import { Alert, Button } from '@patternfly/react-core';
import type { PolicyResult } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { imagePoliciesQuery, policyExceptionsQuery } from '../api/policies.ts';
import { useMay } from '../api/session.ts';
import { AskException } from './ask-exception.tsx';
import { HostileText } from './hostile-text.tsx';
import { Panel } from './panel.tsx';
import { PolicyOutcomeLabel } from './policy-outcome-label.tsx';
import { EFFECT_WORDS, EXCEPTION_WORDS } from './policy-words.ts';
import { RelativeTime } from './relative-time.tsx';

/** What every policy says of an image, with the sentence that explains it. Nothing where no policy is about it. */
export function PoliciesPanel({ digest }: { digest: string }): ReactElement | null {
  const policies = useQuery(imagePoliciesQuery(digest));
  const { results = [], isApprovable = true, sentence = '' } = policies.data ?? {};
  const mayAsk = useMay('policies:write');
  const [isAsking, setAsking] = useState(false);
  if (results.length === 0) return null;
  const against = results.filter(isAgainst);
  return (
    <Panel
      title="Policies"
      actions={
        mayAsk && against.length > 0 ? (
          <Button variant="secondary" size="sm" onClick={() => setAsking(true)}>
            Ask for an exception…
          </Button>
        ) : null
      }
    >
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
        <Exceptions digest={digest} />
      </div>
      {isAsking ? <AskException digest={digest} policies={against} onClose={() => setAsking(false)} /> : null}
    </Panel>
  );
}

/** Enforced, not met, and not excepted: an exception can help against it. */
function isAgainst({ mode, effect, outcome, isExcepted }: PolicyResult): boolean {
  const isMissed = effect === 'require' ? outcome !== 'pass' : effect === 'reject' && outcome === 'fail';
  return mode === 'enforce' && isMissed && !isExcepted;
}

/** Those of this image that were asked for or hold. */
function Exceptions({ digest }: { digest: string }): ReactElement | null {
  const exceptions = useQuery(policyExceptionsQuery({ digest, limit: 20 }));
  const live = (exceptions.data?.items ?? []).filter(({ state }) => state === 'asked' || state === 'holds');
  if (live.length === 0) return null;
  return (
    <ul className="ph-rows" aria-label="Exceptions of this image">
      {live.map(({ id, policy, policyId, state, requestedBy, expiresAt }) => (
        <li key={id}>
          <span className="ph-row-main">
            Exception from{' '}
            <Link to="/manage/policies/$policyId" params={{ policyId }} search={{ tab: 'exceptions' }}>
              {policy}
            </Link>
            , asked for by <HostileText text={requestedBy} />: {EXCEPTION_WORDS[state].toLowerCase()}, ends{' '}
            <RelativeTime time={expiresAt} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Result({
  result: { policyId, policy, effect, mode, outcome, isExcepted, requirements },
}: {
  result: PolicyResult;
}) {
  return (
    <li>
      <div className="ph-row-main ph-stack-tiny">
        <span>
          <PolicyOutcomeLabel outcome={outcome} />{' '}
          <Link to="/manage/policies/$policyId" params={{ policyId }}>
            {policy}
          </Link>{' '}
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
