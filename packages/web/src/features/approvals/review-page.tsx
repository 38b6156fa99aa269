import { Alert, PageSection } from '@patternfly/react-core';
import type { ApprovalReview, ImageState } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactElement, useEffect, useState } from 'react';
import { approvalQuery, approvalsQuery } from '../../api/approvals.ts';
import { useMay } from '../../api/session.ts';
import { DecideActions } from '../../components/decide-actions.tsx';
import { DecisionDialog } from '../../components/decision-dialog.tsx';
import { DecisionsPanel } from '../../components/decisions-panel.tsx';
import { Digest } from '../../components/digest.tsx';
import { EngineLabel, ImageStateLabel, KindLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { PoliciesPanel } from '../../components/policies-panel.tsx';
import { QueryView } from '../../components/states.tsx';
import { DifferencePanel } from './difference-panel.tsx';
import { EvidencePanel } from './evidence-panel.tsx';
import { nameOf } from './queue-table.tsx';
import { CommentsPanel, RequestsPanel } from './talk-panels.tsx';
import { WhyLabel } from './why-label.tsx';

/** One image with all that an approver looks at. */
export function ReviewPage(): ReactElement {
  const { digest = '' } = useParams({ strict: false });
  const review = useQuery(approvalQuery(digest));
  if (review.data) return <Loaded key={digest} review={review.data} />;
  return (
    <>
      <PageTitle title="Review" crumbs={[{ label: 'Approvals', to: '/approvals' }]} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={review} what="the image">
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ review }: { review: ApprovalReview }): ReactElement {
  const { tag, digest, state, refusal, requests } = review;
  const mayDecide = useMay('images:decide');
  const next = useNext(digest);
  const navigate = useNavigate();
  const [verdict, setVerdict] = useState<ImageState | null>(null);
  useKeys({ a: 'approved', r: 'rejected' }, (wanted) => mayDecide && setVerdict(wanted));
  const goOn = () => {
    if (next === null) void navigate({ to: '/approvals' });
    else void navigate({ to: '/approvals/$digest', params: { digest: next } });
  };
  return (
    <>
      <PageTitle
        title={nameOf(review)}
        crumbs={[{ label: 'Approvals', to: '/approvals' }]}
        labels={
          <>
            {tag.engine ? <EngineLabel engine={tag.engine} isLong /> : <KindLabel kind={tag.kind} />}
            <ImageStateLabel state={state} />
            {review.why === null ? null : <WhyLabel why={review.why} />}
          </>
        }
        actions={<DecideActions what={nameOf(review)} digest={digest} state={state} />}
      >
        <Digest digest={digest} full />
        {mayDecide && refusal !== null && state !== 'approved' ? (
          <Alert variant="info" isInline component="p" title={`You cannot approve it: ${refusal.message}`}>
            {refusal.hint}
          </Alert>
        ) : null}
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        <div className="ph-columns">
          <div className="ph-stack">
            <EvidencePanel review={review} />
            <PoliciesPanel digest={digest} />
            <DifferencePanel review={review} />
            <CommentsPanel review={review} />
          </div>
          <div className="ph-stack">
            {requests.length > 0 ? <RequestsPanel review={review} /> : null}
            <DecisionsPanel digest={digest} />
          </div>
        </div>
        {next === null ? null : (
          <p>
            <Link to="/approvals/$digest" params={{ digest: next }}>
              Next in the queue
            </Link>
          </p>
        )}
      </PageSection>
      {verdict === null ? null : (
        <DecisionDialog
          what={nameOf(review)}
          digests={[digest]}
          states={[verdict]}
          onClose={() => setVerdict(null)}
          onDecided={goOn}
        />
      )}
    </>
  );
}

/** What stands after it in the queue. It is asked for once, so that a decided image still has its neighbour. */
function useNext(digest: string): string | null {
  const queue = useQuery(approvalsQuery({ limit: 50 }));
  const [neighbour, setNeighbour] = useState<string | null>(null);
  const items = queue.data?.items;
  useEffect(() => {
    const at = items?.findIndex((item) => item.digest === digest) ?? -1;
    if (items && at >= 0) setNeighbour((items[at + 1] ?? items[at - 1])?.digest ?? null);
    else if (items) setNeighbour((before) => before ?? items[0]?.digest ?? null);
  }, [items, digest]);
  return neighbour;
}

function useKeys(keys: Readonly<Record<string, ImageState>>, onKey: (state: ImageState) => void): void {
  useEffect(() => {
    let goUntil = 0;
    const listen = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      if (document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return;
      // "g" and a letter go to a page.
      const isGoing = Date.now() < goUntil;
      goUntil = event.key === 'g' ? Date.now() + 1500 : 0;
      const state = isGoing || !Object.hasOwn(keys, event.key) ? undefined : keys[event.key];
      if (state === undefined) return;
      event.preventDefault();
      onKey(state);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  });
}
