import type { Decision } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { decisionsQuery } from '../api/approvals.ts';
import { Digest } from './digest.tsx';
import { HostileText } from './hostile-text.tsx';
import { ImageStateLabel } from './labels.tsx';
import { Panel } from './panel.tsx';
import { RelativeTime } from './relative-time.tsx';
import { QueryView } from './states.tsx';

/** What was decided of an image, newest first. */
export function DecisionsPanel({ digest }: { digest: string }): ReactElement {
  const decisions = useQuery(decisionsQuery(digest));
  return (
    <Panel title="Decisions">
      <QueryView query={decisions} what="the decisions">
        {({ items, total }) =>
          items.length === 0 ? (
            <p>Nothing was decided of this image yet, so it is pending.</p>
          ) : (
            <>
              <ul className="ph-rows">
                {items.map((decision) => (
                  <Row key={decision.id} decision={decision} />
                ))}
              </ul>
              {total > items.length ? (
                <p className="ph-quiet">
                  The last {items.length} of {total}.
                </p>
              ) : null}
            </>
          )
        }
      </QueryView>
    </Panel>
  );
}

const BY: Readonly<Record<Decision['actorKind'], string>> = {
  session: '',
  token: ', with a token',
  policy: ', a policy',
  system: '',
};

function Row({ decision }: { decision: Decision }): ReactElement {
  const { state, actor, actorKind, reason, at, expiresAt, successor } = decision;
  return (
    <li>
      <div className="ph-row-main ph-stack-small">
        <span className="ph-inline-list">
          <ImageStateLabel state={state} />
          <span>
            by {actorKind === 'system' ? 'the clock' : <HostileText text={actor} clamp={80} />}
            {BY[actorKind]}
          </span>
        </span>
        <HostileText text={reason} />
        {expiresAt === null ? null : (
          <span className="ph-quiet">
            Ends <RelativeTime time={expiresAt} />
          </span>
        )}
        {successor === null ? null : (
          <span>
            Use instead: <Digest digest={successor} />
          </span>
        )}
      </div>
      <RelativeTime time={at} />
    </li>
  );
}
