import { Button, PageSection, Tab, Tabs, TabTitleText, ToolbarItem } from '@patternfly/react-core';
import { APPROVAL_REASONS, type ApprovalItem, type ApprovalWhy, type ImageState } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { approvalsQuery, useCommentApproval } from '../../api/approvals.ts';
import { useMay, useSession } from '../../api/session.ts';
import { DecisionDialog } from '../../components/decision-dialog.tsx';
import { Facet } from '../../components/facet.tsx';
import { plural } from '../../components/format.ts';
import { CheckCircleIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { useSelection } from '../../components/selection.ts';
import { SelectionBar } from '../../components/selection-bar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { WordsDialog } from '../../components/words-dialog.tsx';
import { useQueueKeys } from './queue-keys.ts';
import { nameOf, QueueTable } from './queue-table.tsx';
import { RulesPanel } from './rules-panel.tsx';
import type { ApprovalsSearch } from './search.ts';
import { WHY_WORDS } from './why-label.tsx';

const PAGE = 50;

/** What waits for a decision, and where two people are needed. */
export function ApprovalsPage(): ReactElement {
  const [search, change] = useSearchState<ApprovalsSearch>();
  return (
    <>
      <PageTitle title="Approvals">
        <p className="ph-quiet">
          Images that wait for a decision: what somebody asked for first, then new builds of what is approved. A
          decision is about a digest, wherever it stands. <kbd>?</kbd> shows the keys.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-tabs">
        <Tabs
          aria-label="Parts of approvals"
          activeKey={search.tab ?? 'queue'}
          onSelect={(_, key) => change({ tab: key === 'rules' ? 'rules' : undefined, cursor: undefined }, 'push')}
          mountOnEnter
          unmountOnExit
        >
          <Tab eventKey="queue" title={<TabTitleText>Queue</TabTitleText>}>
            <Queue />
          </Tab>
          <Tab eventKey="rules" title={<TabTitleText>Two-person rules</TabTitleText>}>
            <RulesPanel />
          </Tab>
        </Tabs>
      </PageSection>
    </>
  );
}

const keyOf = (item: ApprovalItem) => item.digest;
interface Open {
  readonly kind: 'decide' | 'comment';
  readonly items: readonly ApprovalItem[];
  readonly states: readonly ImageState[];
}

function Queue(): ReactElement {
  const [search, change] = useSearchState<ApprovalsSearch>();
  const { page: _page, tab: _tab, ...filters } = search;
  const queue = useQuery(approvalsQuery({ ...filters, limit: PAGE }));
  const mayDecide = useMay('images:decide');
  const name = useSession()?.name;
  const selection = useSelection(keyOf);
  const [open, setOpen] = useState<Open | null>(null);
  const items = queue.data?.items ?? [];
  const itemOf = (digest: string) => items.find((item) => item.digest === digest);
  const decide = (digest: string | null, states: readonly ImageState[]) => {
    const picked = [...selection.rows.values()];
    const one = digest === null ? undefined : itemOf(digest);
    const chosen = picked.length > 0 ? picked : one ? [one] : [];
    if (mayDecide && chosen.length > 0) setOpen({ kind: 'decide', items: chosen, states });
  };
  const { refocus } = useQueueKeys({
    approve: (digest) => decide(digest, ['approved']),
    reject: (digest) => decide(digest, ['rejected']),
    comment: (digest) => {
      const item = itemOf(digest);
      if (item) setOpen({ kind: 'comment', items: [item], states: [] });
    },
    pick: (digest) => {
      const item = itemOf(digest);
      if (item && mayDecide) selection.toggle([item], !selection.rows.has(digest));
    },
  });
  useFocusAfter(open !== null, queue.dataUpdatedAt, refocus);
  const close = () => setOpen(null);

  return (
    <div className="ph-stack ph-queue">
      <SearchToolbar
        facets={
          <>
            <ToolbarItem>
              <Facet
                label="Why"
                options={APPROVAL_REASONS.map((value) => ({ value, label: WHY_WORDS[value] }))}
                value={search.why}
                onChange={(why) => change({ why: why as ApprovalWhy | undefined, cursor: undefined, page: undefined })}
              />
            </ToolbarItem>
            {name ? (
              <ToolbarItem>
                <Facet
                  label="Looked at by"
                  anyLabel="Anybody"
                  options={[{ value: name, label: 'Me' }]}
                  value={search.assignee}
                  onChange={(assignee) => change({ assignee, cursor: undefined, page: undefined })}
                />
              </ToolbarItem>
            ) : null}
          </>
        }
        found={<Found page={queue.data} one="image" />}
      />
      {mayDecide ? (
        <SelectionBar
          count={selection.rows.size}
          one="image"
          onPickPage={() => selection.toggle(items, true)}
          onClear={selection.clear}
        >
          <Button variant="primary" size="sm" onClick={() => decide(null, ['approved'])}>
            Approve…
          </Button>
          <Button variant="secondary" isDanger size="sm" onClick={() => decide(null, ['rejected'])}>
            Reject…
          </Button>
        </SelectionBar>
      ) : null}
      <QueryView query={queue} what="the queue" skeleton={<ListSkeleton what="the queue" />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title="Nothing waits for a decision" icon={CheckCircleIcon}>
              {search.why || search.assignee
                ? 'Nothing fits these filters. Take them away to see what else waits.'
                : 'Everything that the library holds is decided. New images and requests turn up here.'}
            </EmptyState>
          ) : (
            <QueueTable
              items={page.items}
              isStale={queue.isPlaceholderData}
              selection={mayDecide ? selection : undefined}
              onDecide={mayDecide ? (item, states) => setOpen({ kind: 'decide', items: [item], states }) : undefined}
            />
          )
        }
      </QueryView>
      <Paging
        page={queue.data}
        search={search}
        listKey={`approvals ${JSON.stringify({ why: search.why, assignee: search.assignee })}`}
        onPage={(next) => change(next, 'push')}
      />
      {open?.kind === 'decide' ? (
        <DecisionDialog
          what={open.items.length === 1 ? nameOf(open.items[0]!) : plural(open.items.length, 'image')}
          digests={open.items.map(keyOf)}
          states={open.states}
          onDecided={selection.clear}
          onClose={close}
        />
      ) : null}
      {open?.kind === 'comment' ? <Comment item={open.items[0]!} onClose={close} /> : null}
    </div>
  );
}

/** Gives the focus back to the current row when a dialog has closed, and again when the decided row has left the list. */
function useFocusAfter(isOpen: boolean, updatedAt: number, refocus: () => void): void {
  const state = useRef({ wasOpen: false, until: 0 });
  useEffect(() => {
    if (state.current.wasOpen && !isOpen) {
      state.current.until = Date.now() + 5_000;
      // The dialog gives the focus to what opened it first.
      setTimeout(refocus, 50);
    }
    state.current.wasOpen = isOpen;
  }, [isOpen, refocus]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is another one at that time
  useEffect(() => {
    const isLost = document.activeElement === document.body || document.activeElement === null;
    if (Date.now() < state.current.until && isLost) setTimeout(refocus, 0);
  }, [updatedAt, refocus]);
}

function Comment({ item, onClose }: { item: ApprovalItem; onClose: () => void }): ReactElement {
  const comment = useCommentApproval(item.digest);
  return (
    <WordsDialog
      title={`Comment on ${nameOf(item)}`}
      description="Everybody who may see the image can read it."
      label="Comment"
      confirm="Comment"
      failed="Nothing was written"
      isBusy={comment.isPending}
      error={comment.error}
      onSave={(text) => comment.mutate(text, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}
