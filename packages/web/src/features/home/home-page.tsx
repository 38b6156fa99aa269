import { Alert, PageSection } from '@patternfly/react-core';
import type { Overview, Statistics } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { activityQuery } from '../../api/activity.ts';
import { growthQuery, overviewQuery } from '../../api/history.ts';
import { registriesQuery } from '../../api/registries.ts';
import { repositoriesQuery } from '../../api/repositories.ts';
import { scansQuery } from '../../api/scans.ts';
import { useMay } from '../../api/session.ts';
import { statisticsQuery } from '../../api/statistics.ts';
import { tagsQuery } from '../../api/tags.ts';
import { ActivityRows } from '../../components/activity-rows.tsx';
import { formatCount, plural } from '../../components/format.ts';
import { GrowthChart } from '../../components/growth-chart.tsx';
import { EngineLabel, KindLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime, useNow } from '../../components/relative-time.tsx';
import { ScanRows } from '../../components/scan-rows.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { StatisticsStrip } from '../../components/statistics-strip.tsx';
import { Health } from './health.tsx';
import { Problems } from './problems.tsx';

/** Is the library healthy, what is new, what needs me. */
export function HomePage(): ReactElement {
  const statistics = useQuery(statisticsQuery);
  const overview = useQuery(overviewQuery);
  return (
    <>
      <PageTitle title="Home">
        <QueryView query={statistics} what="the counts" skeleton={<ListSkeleton what="the counts" rows={1} />}>
          {(counts) => <StatisticsStrip counts={counts} withHealth />}
        </QueryView>
        {statistics.data && overview.data ? <Health counts={statistics.data} overview={overview.data} /> : null}
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        {statistics.data ? <Welcome counts={statistics.data} /> : null}
        <Problems />
        <div className="ph-columns">
          <div className="ph-stack">
            <WhatIsNew />
            <NewestTags />
          </div>
          <div className="ph-stack">
            <Growth />
            <LastScans />
          </div>
        </div>
      </PageSection>
    </>
  );
}

/** The notice of the sample, or the first steps of a library that is still empty. */
function Welcome({ counts }: { counts: Statistics }): ReactElement | null {
  const mayConnect = useMay('registries:write');
  const connect = mayConnect ? (
    <Link to="/manage/registries/new" className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">Connect your own registry</span>
    </Link>
  ) : null;
  if (counts.onlySample) {
    return (
      <Alert
        variant="info"
        isInline
        component="h2"
        title="You are looking at the built-in sample registry"
        actionLinks={
          <>
            {connect}
            <FirstRepositoryLink />
          </>
        }
      >
        It runs inside Pharos so that there is something to see: a real registry with PostgreSQL and model images,
        without their layers. Connect your own registry and its images appear here within a minute.
      </Alert>
    );
  }
  if (counts.registries > 0) return null;
  return (
    <EmptyState title="No registry is connected yet" action={connect}>
      Pharos reads the registries that you connect and shows what is in them. It never writes to them.
    </EmptyState>
  );
}

/** Leads a newcomer on to the repository with the most to see. */
function FirstRepositoryLink(): ReactElement | null {
  const { data } = useQuery(repositoriesQuery({ kind: 'postgres', sort: '-tags', limit: 1 }));
  const first = data?.items[0];
  if (!first) return null;
  return (
    <Link to="/library/$repositoryId" params={{ repositoryId: first.id }} search={{ tab: 'tags' }}>
      Or look around: {plural(first.tagCount, 'tag')} of {first.name}
    </Link>
  );
}

const GROWTH_DAYS = 90;

function Growth(): ReactElement | null {
  const growth = useQuery(growthQuery(GROWTH_DAYS));
  const now = useNow();
  if (!growth.data || growth.data.days.at(-1)?.tags === 0) return null;
  return (
    <GrowthChart title="Growth" counts={['tags', 'images']} days={growth.data.days} length={GROWTH_DAYS} now={now} />
  );
}

function WhatIsNew(): ReactElement {
  const activity = useQuery(activityQuery({ limit: 10 }));
  const overview = useQuery(overviewQuery);
  return (
    <Panel title="What is new" actions={<Link to="/activity">All activity</Link>}>
      <div className="ph-stack-small">
        {overview.data ? <NewCounts overview={overview.data} /> : null}
        <QueryView query={activity} what="the activity" skeleton={<ListSkeleton what="the activity" rows={6} />}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState title="Nothing happened yet" level="h3">
                What scans add, move and lose stands here as soon as the first one has ended.
              </EmptyState>
            ) : (
              <ActivityRows entries={page.items} />
            )
          }
        </QueryView>
      </div>
    </Panel>
  );
}

function NewCounts({ overview }: { overview: Overview }): ReactElement {
  // The server counts no further.
  const many = (count: number) => (count >= 10_000 ? '10,000 or more' : formatCount(count));
  const words = ({ images, tags, moved }: Overview['new']['day']) =>
    images + tags + moved === 0
      ? 'nothing new'
      : `${many(images)} new ${images === 1 ? 'image' : 'images'}, ${many(tags)} new ${tags === 1 ? 'tag' : 'tags'}, ${many(moved)} moved`;
  return (
    <p className="ph-quiet">
      Last 24 hours: {words(overview.new.day)}. Last 7 days: {words(overview.new.week)}.
    </p>
  );
}

function NewestTags(): ReactElement {
  const tags = useQuery(tagsQuery({ sort: '-seen', limit: 8 }));
  return (
    <Panel title="New and moved tags" actions={<Link to="/library/tags">All tags</Link>}>
      <QueryView query={tags} what="the newest tags" skeleton={<ListSkeleton what="the newest tags" rows={8} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title="No tags yet" level="h3">
              Tags appear here as soon as the first scan has read them.{' '}
              <Link to="/manage/scans">Look at the scans</Link>.
            </EmptyState>
          ) : (
            <ul className="ph-rows">
              {page.items.map((tag) => (
                <li key={`${tag.repositoryId}/${tag.name}`}>
                  <span className="ph-row-main">
                    <Link
                      to="/library/$repositoryId/tags/$name"
                      params={{ repositoryId: tag.repositoryId, name: tag.name }}
                    >
                      <span className="ph-quiet">{tag.repository}:</span>
                      {tag.name}
                    </Link>
                  </span>
                  <span className="ph-row-side">
                    {tag.engine ? <EngineLabel engine={tag.engine} /> : <KindLabel kind={tag.kind} />}
                    <span className="ph-quiet">{tag.movedAt ? 'moved' : 'new'}</span>
                    <RelativeTime time={tag.movedAt ?? tag.firstSeenAt} />
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

function LastScans(): ReactElement {
  const scans = useQuery(scansQuery({ limit: 6 }));
  const registries = useQuery(registriesQuery());
  return (
    <Panel title="Last scans" actions={<Link to="/manage/scans">All scans</Link>}>
      <QueryView query={scans} what="the last scans" skeleton={<ListSkeleton what="the last scans" rows={4} />}>
        {(page) =>
          page.items.length === 0 ? (
            <p>
              Nothing was scanned yet.{' '}
              {registries.data?.total === 0 ? 'Connect a registry first.' : 'The first scan starts within a minute.'}
            </p>
          ) : (
            <ScanRows
              scans={page.items}
              subject={(scan) =>
                scan.repositoryId ? (
                  <Link to="/library/$repositoryId" params={{ repositoryId: scan.repositoryId }}>
                    {scan.repository}
                  </Link>
                ) : (
                  <Link to="/manage/registries/$registryId" params={{ registryId: scan.registryId }}>
                    {scan.registry}
                  </Link>
                )
              }
            />
          )
        }
      </QueryView>
    </Panel>
  );
}
