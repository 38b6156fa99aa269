import type { Evidence, ImageVerification, Platform, TagDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useMay } from '../../api/session.ts';
import { verificationQuery } from '../../api/trust.ts';
import { Digest } from '../../components/digest.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { QueryView, TextSkeleton } from '../../components/states.tsx';
import { VerificationLabel, VerificationOutcomeLabel } from '../../components/verification-label.tsx';
import { FORM_WORDS, largeWords, PROBLEM_WORDS, platformOf } from './signature-words.ts';

/** What was verified by which key when, or why not. Of this repository: a signature counts where it was found. */
export function SignaturesPanel({
  tag,
  platforms,
}: {
  tag: TagDetail;
  /** Of the image; none where it is not known yet. */
  platforms: readonly Platform[];
}): ReactElement {
  const verification = useQuery(verificationQuery(tag.digest, tag.repositoryId));
  return (
    <Panel title="Signatures">
      <QueryView query={verification} what="the signatures" skeleton={<TextSkeleton what="the signatures" lines={3} />}>
        {(data) => <Loaded verification={data} platforms={platforms} />}
      </QueryView>
    </Panel>
  );
}

function Loaded({
  verification,
  platforms,
}: {
  verification: ImageVerification;
  platforms: readonly Platform[];
}): ReactElement {
  const mayTrust = useMay('trust:write');
  const { state, sentence, evidence, digest } = verification;
  return (
    <div className="ph-stack-small">
      <div>
        <VerificationLabel state={state} />
      </div>
      <p>
        <HostileText text={sentence} clamp={400} />
      </p>
      {state === 'untrusted' && mayTrust ? (
        <p>
          <Link to="/manage/trust/new">Trust a key</Link>
        </p>
      ) : null}
      {evidence.length > 0 ? (
        <ul className="ph-rows">
          {evidence.map((each) => (
            <Signature
              key={`${each.subject}${each.digest}${each.position}${each.repositoryId}`}
              of={digest}
              platforms={platforms}
              evidence={each}
            />
          ))}
        </ul>
      ) : null}
    </div>
  );
}

interface SignatureProps {
  of: string;
  platforms: readonly Platform[];
  evidence: Evidence;
}

function Signature({ of, platforms, evidence }: SignatureProps): ReactElement {
  const { form, digest, subject, size, results, problem, fetchedAt, checked } = evidence;
  const large = largeWords(size);
  return (
    <li>
      <div className="ph-row-main ph-stack-tiny">
        <span>
          {FORM_WORDS[form]} <Digest digest={digest} />
          {large === null ? null : <span className="ph-quiet"> {large}</span>}
        </span>
        {subject === of ? null : (
          <span className="ph-quiet">
            of {platformOf(subject, platforms) ?? 'the platform manifest'} alone <Digest digest={subject} />
          </span>
        )}
        {results.map((result) => (
          <span key={result.trustId} className="ph-block">
            <VerificationOutcomeLabel outcome={result.outcome} /> with{' '}
            <Link to="/manage/trust/$trustId" params={{ trustId: result.trustId }}>
              {result.trust}
            </Link>
            , <RelativeTime time={result.verifiedAt} />
            <span className="ph-quiet ph-block">
              <HostileText text={result.reason} clamp={400} />
            </span>
          </span>
        ))}
        {results.length === 0 ? (
          <span className="ph-quiet">
            {problem !== null
              ? PROBLEM_WORDS[problem]
              : checked
                ? 'No trust entry applies to it.'
                : 'It is being verified.'}
          </span>
        ) : null}
        <span className="ph-quiet">
          fetched <RelativeTime time={fetchedAt} />
        </span>
      </div>
    </li>
  );
}
