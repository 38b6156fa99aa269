import { Alert, Button, Label, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { Preview } from '@pharos/contract';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { useRefreshPreview } from '../../api/rules.ts';
import { formatCount, plural } from '../../components/format.ts';
import { SyncAltIcon } from '../../components/icons.ts';
import { Panel } from '../../components/panel.tsx';
import { reasonName } from '../../components/reason.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ActionError, ErrorState, TextSkeleton } from '../../components/states.tsx';
import { isPatternProblem } from './pattern-problem.ts';
import { PreviewList } from './preview-list.tsx';
import { previewSpecOf, type RuleDraft } from './rule-draft.ts';

interface RulePreviewProps {
  draft: RuleDraft;
  ruleId?: string;
  preview: UseQueryResult<Preview, Error>;
  isReady: boolean;
  offset: number;
  onOffset: (offset: number) => void;
}

/** What would come in and what stays out and why, while the rule is being written. */
export function RulePreview({ draft, ruleId, preview, isReady, offset, onOffset }: RulePreviewProps): ReactElement {
  const refresh = useRefreshPreview(ruleId);
  const known = preview.data?.known ?? [];
  const isNeverListed = isReady && known.length > 0 && known.every(({ listedAt }) => listedAt === null);
  return (
    <Panel
      title="Preview"
      actions={
        <Button
          variant={isNeverListed ? 'primary' : 'secondary'}
          size="sm"
          icon={<SyncAltIcon />}
          isLoading={refresh.isPending}
          isDisabled={!isReady || refresh.isPending}
          onClick={() => refresh.mutate(previewSpecOf(draft), { onSuccess: () => onOffset(0) })}
        >
          {refresh.isPending ? 'Asking' : 'Ask the registry now'}
        </Button>
      }
    >
      <div className="ph-stack-small">
        <ActionError error={refresh.error} what="The registry was not asked" />
        <Body preview={preview} isReady={isReady} offset={offset} onOffset={onOffset} />
      </div>
    </Panel>
  );
}

function Body({ preview, isReady, offset, onOffset }: Omit<RulePreviewProps, 'draft' | 'ruleId'>): ReactElement {
  if (!isReady) {
    return <p>Type a repository pattern and see at once what it would let in. Nothing is saved by looking.</p>;
  }
  if (preview.isError && isPatternProblem(preview.error)) {
    return (
      <Alert variant="warning" isInline component="h3" title="A pattern cannot be run yet">
        The field says where it goes wrong. The preview goes on as soon as it is right.
      </Alert>
    );
  }
  if (preview.isError)
    return <ErrorState error={preview.error} what="the preview" onRetry={() => void preview.refetch()} />;
  if (!preview.data) return <TextSkeleton what="the preview" lines={6} />;
  return (
    <div className={`ph-stack-small${preview.isFetching ? ' ph-stale' : ''}`} aria-busy={preview.isFetching}>
      <Summary preview={preview.data} />
      <Lists preview={preview.data} offset={offset} onOffset={onOffset} />
    </div>
  );
}

function Summary({ preview }: { preview: Preview }): ReactElement {
  const { counts, cost } = preview;
  return (
    <>
      <p role="status" className="ph-preview-sum">
        <strong>{plural(counts.included, 'tag')}</strong> in {plural(counts.repositories, 'repository', 'repositories')}{' '}
        {counts.included === 1 ? 'comes' : 'come'} in, {formatCount(counts.excluded)}{' '}
        {counts.excluded === 1 ? 'stays' : 'stay'} out.
      </p>
      <span className="ph-inline-list">
        <Label isCompact color={counts.new > 0 ? 'green' : 'grey'}>
          {formatCount(counts.new)} new
        </Label>
        <Label isCompact color={counts.leaving > 0 ? 'yellow' : 'grey'}>
          {formatCount(counts.leaving)} leaving
        </Label>
        <span className="ph-quiet">
          First scan about {plural(cost.requests, 'request')}
          {cost.toDecide > 0 ? ` (${formatCount(cost.toDecide)} to decide what names do not tell)` : ''}, later ones
          about {formatCount(cost.perScan)}
        </span>
      </span>
      {counts.unread > 0 ? (
        <p className="ph-quiet">
          {plural(counts.unread, 'tag is', 'tags are')} decided when read, and counted as staying out until then.
        </p>
      ) : null}
      {preview.messages.map((message) => (
        <Alert key={message} variant="info" isInline isPlain component="p" title={message} />
      ))}
      <ul className="ph-quiet">
        {preview.known.map((known) => (
          <li key={known.registryId}>
            {known.registry}: {plural(known.repositories, 'repository', 'repositories')} known
            {known.listedAt === null ? ', never listed; ask the registry now' : ', listed '}
            {known.listedAt === null ? null : <RelativeTime time={known.listedAt} />}
            {known.message ? `. ${known.message}` : ''}
          </li>
        ))}
      </ul>
    </>
  );
}

function Lists({
  preview,
  offset,
  onOffset,
}: {
  preview: Preview;
  offset: number;
  onOffset: (offset: number) => void;
}) {
  const [tab, setTab] = useState<string | number>('in');
  const { counts } = preview;
  const reasons = Object.entries(counts.reasons).filter(([reason, count]) => reason !== 'included' && count > 0);
  return (
    <Tabs
      isSubtab
      activeKey={tab}
      onSelect={(_, key) => {
        setTab(key);
        onOffset(0);
      }}
      aria-label="Decisions"
      mountOnEnter
      unmountOnExit
    >
      <Tab eventKey="in" title={<TabTitleText>Comes in ({formatCount(counts.included)})</TabTitleText>}>
        <PreviewList
          label="Tags that come in"
          rows={preview.included}
          total={counts.included}
          offset={offset}
          onOffset={onOffset}
          empty="Nothing comes in. Look at what stays out, and why."
        />
      </Tab>
      <Tab eventKey="out" title={<TabTitleText>Stays out ({formatCount(counts.excluded)})</TabTitleText>}>
        {reasons.length > 0 ? (
          <ul className="ph-inline-list ph-reasons" aria-label="Counts by reason">
            {reasons.map(([reason, count]) => (
              <li key={reason}>
                <Label isCompact variant="outline">
                  {reasonName(reason)}: {formatCount(count)}
                </Label>
              </li>
            ))}
          </ul>
        ) : null}
        <PreviewList
          label="Tags that stay out"
          rows={preview.excluded}
          total={counts.excluded}
          offset={offset}
          onOffset={onOffset}
          empty="Nothing stays out."
        />
      </Tab>
      <Tab eventKey="new" title={<TabTitleText>New ({formatCount(counts.new)})</TabTitleText>}>
        <PreviewList
          label="Tags that are new"
          rows={preview.new}
          total={counts.new}
          offset={offset}
          onOffset={onOffset}
          empty="Everything that comes in is in the library already."
        />
      </Tab>
      <Tab eventKey="leaving" title={<TabTitleText>Leaving ({formatCount(counts.leaving)})</TabTitleText>}>
        <PreviewList
          label="Tags that leave the library"
          rows={preview.leaving}
          total={counts.leaving}
          offset={offset}
          onOffset={onOffset}
          empty="Nothing leaves the library."
        />
      </Tab>
    </Tabs>
  );
}
