import { Button, PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { RepositoryDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { repositoryQuery } from '../../api/repositories.ts';
import { runningScansQuery, useStartScan } from '../../api/scans.ts';
import { useMay } from '../../api/session.ts';
import { EditHcpTags } from '../../components/edit-hcp-tags.tsx';
import { formatCount } from '../../components/format.ts';
import { SyncAltIcon } from '../../components/icons.ts';
import { KindLabel, ScanStateLabel, WarningLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { ScanProgress } from '../../components/scan-progress.tsx';
import { Star } from '../../components/star.tsx';
import { ActionError, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { Description } from './description.tsx';
import { HeldAbsence } from './held-absence.tsx';
import { LeftOutTags } from './left-out-tags.tsx';
import { RepositoryChanges } from './repository-changes.tsx';
import { RepositoryOverview } from './repository-overview.tsx';
import { RepositoryTags } from './repository-tags.tsx';
import { RepositoryTrends } from './repository-trends-tab.tsx';
import { repositoryWarnings } from './repository-warnings.ts';
import type { RepositorySearch } from './search.ts';

const CRUMBS = [{ label: 'Image Library', to: '/library' }] as const;

export function RepositoryPage(): ReactElement {
  const { repositoryId = '' } = useParams({ strict: false });
  const repository = useQuery(repositoryQuery(repositoryId));
  if (repository.data) return <Loaded repository={repository.data} />;
  return (
    <>
      <PageTitle title="Repository" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={repository} what="the repository">
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ repository }: { repository: RepositoryDetail }): ReactElement {
  const [search, change] = useSearchState<RepositorySearch>();
  const running = useQuery(runningScansQuery);
  const scan = running.data?.items.find((each) => each.repositoryId === repository.id);
  return (
    <>
      <PageTitle
        title={repository.name}
        crumbs={CRUMBS}
        labels={
          <>
            <Star repositoryId={repository.id} name={repository.name} />
            <KindLabel kind={repository.kind} />
            {repository.lastScan?.status === 'failed' || repository.lastScan?.status === 'partial' ? (
              <ScanStateLabel state={repository.lastScan.status} of="Last scan" />
            ) : null}
            {shownWarnings(repository).map((warning) => (
              <WarningLabel key={warning} text={warning} />
            ))}
          </>
        }
        actions={<SyncNow repositoryId={repository.id} isRunning={scan !== undefined} />}
      >
        <Description repository={repository} />
        <EditHcpTags what={repository.name} hcpTags={repository.hcpTags} repositoryId={repository.id} />
        <HeldAbsence repository={repository} />
        {scan ? <ScanProgress scan={scan} showName={false} /> : null}
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-tabs">
        <Tabs
          aria-label="Parts of the repository"
          activeKey={search.tab ?? 'overview'}
          onSelect={(_, key) =>
            change(
              {
                tab: key === 'overview' ? undefined : (key as RepositorySearch['tab']),
                change: undefined,
                reason: undefined,
                q: undefined,
                cursor: undefined,
                page: undefined,
              },
              'push',
            )
          }
          mountOnEnter
          unmountOnExit
        >
          <Tab eventKey="overview" title={<TabTitleText>Overview</TabTitleText>}>
            <RepositoryOverview repository={repository} />
          </Tab>
          <Tab eventKey="tags" title={<TabTitleText>Tags ({formatCount(repository.tagCount)})</TabTitleText>}>
            <RepositoryTags repository={repository} />
          </Tab>
          <Tab eventKey="changes" title={<TabTitleText>Changes</TabTitleText>}>
            <RepositoryChanges repository={repository} />
          </Tab>
          <Tab eventKey="left-out" title={<TabTitleText>Stayed out</TabTitleText>}>
            <LeftOutTags repository={repository} />
          </Tab>
          <Tab eventKey="trends" title={<TabTitleText>Trends</TabTitleText>}>
            <RepositoryTrends repository={repository} />
          </Tab>
        </Tabs>
      </PageSection>
    </>
  );
}

/** What the alert below the title says already is not said twice. */
function shownWarnings(repository: RepositoryDetail): string[] {
  const warnings = repositoryWarnings(repository);
  return repository.held ? warnings.filter((warning) => !/until a person confirms/.test(warning)) : warnings;
}

function SyncNow({ repositoryId, isRunning }: { repositoryId: string; isRunning: boolean }): ReactElement | null {
  const maySync = useMay('scans:write');
  const start = useStartScan();
  if (!maySync) return null;
  const busy = isRunning || start.isPending;
  return (
    <>
      <Button
        variant="secondary"
        icon={<SyncAltIcon />}
        isDisabled={busy}
        onClick={() => start.mutate({ repositoryId })}
      >
        {busy ? 'Scanning' : 'Sync now'}
      </Button>
      <ActionError error={start.error} what="The scan did not start" />
    </>
  );
}
