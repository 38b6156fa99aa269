import { Alert } from '@patternfly/react-core';
import type { RepositoryDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useRef, useState } from 'react';
import { registryQuery } from '../../api/registries.ts';
import { scansQuery } from '../../api/scans.ts';
import { repositoryTagsQuery } from '../../api/tags.ts';
import { Facts } from '../../components/facts.tsx';
import { formatCount, formatSpan, plural } from '../../components/format.ts';
import { IMAGE_STATE_NAMES, KIND_NAMES, PlatformList, ScanStateLabel } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { scanCounts } from '../../components/scan-words.ts';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import { ReadmeEditor } from './readme-editor.tsx';
import { ReadmePanel } from './readme-panel.tsx';

export function RepositoryOverview({ repository }: { repository: RepositoryDetail }): ReactElement {
  const [isEditing, setEditing] = useState(false);
  const editButton = useRef<HTMLButtonElement>(null);
  const close = () => {
    setEditing(false);
    // After the editor is gone, the focus returns to where it came from.
    setTimeout(() => editButton.current?.focus());
  };
  return (
    <div className="ph-stack">
      {isEditing ? <ReadmeEditor repository={repository} onClose={close} /> : null}
      <div className="ph-columns">
        <div className="ph-stack">
          <NewestTags repository={repository} />
          {isEditing ? null : (
            <ReadmePanel repository={repository} onEdit={() => setEditing(true)} editButton={editButton} />
          )}
        </div>
        <div className="ph-stack">
          <LastScan repository={repository} />
          <About repository={repository} />
        </div>
      </div>
    </div>
  );
}

function NewestTags({ repository }: { repository: RepositoryDetail }): ReactElement {
  const tags = useQuery(repositoryTagsQuery(repository.id, { sort: '-created', limit: 10 }));
  return (
    <Panel
      title="Newest tags"
      actions={
        <Link to="/library/$repositoryId" params={{ repositoryId: repository.id }} search={{ tab: 'tags' }}>
          All {plural(repository.tagCount, 'tag')}
        </Link>
      }
    >
      <QueryView query={tags} what="the newest tags" skeleton={<ListSkeleton what="the newest tags" rows={6} />}>
        {(page) =>
          page.items.length === 0 ? (
            <p>No tag is in the library. The rules may keep all of them out; see “Rules” on this page.</p>
          ) : (
            <ul className="ph-rows">
              {page.items.map((tag) => (
                <li key={tag.name}>
                  <span className="ph-row-main">
                    <Link
                      to="/library/$repositoryId/tags/$name"
                      params={{ repositoryId: repository.id, name: tag.name }}
                    >
                      {tag.name}
                    </Link>
                  </span>
                  <span className="ph-row-side">
                    <PlatformList platforms={tag.platforms} />
                    <RelativeTime time={tag.createdAt ?? tag.pushedAt ?? tag.firstSeenAt} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Panel>
  );
}

function LastScan({ repository }: { repository: RepositoryDetail }): ReactElement {
  const scans = useQuery(scansQuery({ repositoryId: repository.id, limit: 1 }));
  return (
    <Panel
      title="Last scan"
      actions={
        <Link to="/manage/scans" search={{ repositoryId: repository.id }}>
          All scans
        </Link>
      }
    >
      <QueryView query={scans} what="the last scan">
        {(page) => {
          const scan = page.items[0];
          if (!scan) return <p>Not scanned yet. “Sync now” starts a scan.</p>;
          return (
            <div className="ph-stack-small">
              {scan.status === 'failed' || scan.status === 'partial' ? (
                <Alert
                  variant={scan.status === 'failed' ? 'danger' : 'warning'}
                  isInline
                  component="h3"
                  title={scan.message || 'The scan did not read everything.'}
                >
                  <p>What was known before stays; a scan like this removes nothing.</p>
                  {scan.hint ? <p>What to do: {scan.hint}</p> : null}
                </Alert>
              ) : null}
              <Facts
                label="Last scan"
                facts={[
                  ['Result', <ScanStateLabel key="r" state={scan.status} />],
                  ['Finished', <RelativeTime key="f" time={scan.finishedAt} absent="still running" />],
                  ['Found', scanCounts(scan)],
                  ['Requests', plural(scan.requests, 'request')],
                  scan.finishedAt ? ['Duration', formatSpan(scan.startedAt, scan.finishedAt, 0)] : null,
                  scan.status === 'complete' && scan.message ? ['Message', scan.message] : null,
                ]}
              />
            </div>
          );
        }}
      </QueryView>
    </Panel>
  );
}

function About({ repository }: { repository: RepositoryDetail }): ReactElement {
  const registry = useQuery(registryQuery(repository.registryId));
  const outside = repository.listedTags - repository.artifactTags - repository.tagCount;
  return (
    <Panel title="About">
      <Facts
        label="About this repository"
        facts={[
          [
            'Registry',
            <Link key="r" to="/manage/registries/$registryId" params={{ registryId: repository.registryId }}>
              {repository.registry}
            </Link>,
          ],
          ['Address', <code key="a" className="ph-break">{`${repository.host}/${repository.name}`}</code>],
          ['Location', repository.locationId],
          ['Kind', kindWords(repository)],
          ['Rules', <RuleLinks key="u" rules={repository.rules} />],
          repository.states ? ['States', <States key="t" repository={repository} />] : null,
          ['Listed', listedWords(repository)],
          outside > 0 ? ['Kept out', <KeptOut key="k" repository={repository} count={outside} />] : null,
          registry.data
            ? ['Next scan', <RelativeTime key="n" time={registry.data.nextScanAt} absent="not planned" />]
            : null,
          ['First seen', <RelativeTime key="s" time={repository.firstSeenAt} />],
        ]}
      />
    </Panel>
  );
}

/** How many tags are in each state; each leads to these tags. */
function States({ repository: { id, states = [] } }: { repository: RepositoryDetail }): ReactElement {
  if (states.length === 0) return <span>No tags</span>;
  return (
    <span className="ph-inline-list">
      {states.map(({ state, tags }) => (
        <Link
          key={state}
          to="/library/$repositoryId"
          params={{ repositoryId: id }}
          search={{ tab: 'tags', q: `state:${state}` }}
        >
          {formatCount(tags)} {IMAGE_STATE_NAMES[state].toLowerCase()}
        </Link>
      ))}
    </span>
  );
}

function kindWords({ kind, declaredKind }: RepositoryDetail): string {
  if (declaredKind === null) return `${KIND_NAMES[kind]}, as recognised`;
  if (declaredKind === kind) return `${KIND_NAMES[kind]}, as a rule declares`;
  return `${KIND_NAMES[kind]}; a rule declares ${KIND_NAMES[declaredKind]}`;
}

function listedWords({ listedTags, artifactTags }: RepositoryDetail): string {
  const artifacts = artifactTags > 0 ? `, ${formatCount(artifactTags)} of them signatures or attestations` : '';
  return `${plural(listedTags, 'tag')} at the registry${artifacts}`;
}

function RuleLinks({ rules }: { rules: RepositoryDetail['rules'] }): ReactElement {
  if (rules.length === 0) return <span>No rule lets it in any more</span>;
  return (
    <ul>
      {rules.map((rule) => (
        <li key={rule.id}>
          <Link to="/manage/rules/$ruleId" params={{ ruleId: rule.id }}>
            {rule.name}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Why is a tag missing? The list of those that stayed out tells, tag by tag. */
function KeptOut({ repository, count }: { repository: RepositoryDetail; count: number }): ReactElement {
  return (
    <span>
      {plural(count, 'tag')} by rules.{' '}
      <Link to="/library/$repositoryId" params={{ repositoryId: repository.id }} search={{ tab: 'left-out' }}>
        See which and why
      </Link>
    </span>
  );
}
