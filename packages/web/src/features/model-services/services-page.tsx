import { PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { ModelDeployment } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { deploymentsQuery } from '../../api/model-services.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { BrainIcon } from '../../components/icons.ts';
import { ImageStateLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ExternalList } from './external-list.tsx';
import type { ServicesSearch } from './search.ts';
import { ServingLabel, TARGET_NAMES } from './status-label.tsx';

/** Models that are served from the library, and services that run elsewhere. */
export function ServicesPage(): ReactElement {
  const [search, change] = useSearchState<ServicesSearch>();
  return (
    <>
      <PageTitle title="Model services">
        <p className="ph-quiet">
          Models served from approved images, and OpenAI-compatible services that run elsewhere.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-tabs">
        <Tabs
          aria-label="Model services"
          activeKey={search.tab ?? 'deployments'}
          onSelect={(_, key) =>
            change(
              { tab: key === 'external' ? 'external' : undefined, q: undefined, cursor: undefined, page: undefined },
              'push',
            )
          }
          mountOnEnter
          unmountOnExit
        >
          <Tab eventKey="deployments" title={<TabTitleText>Deployments</TabTitleText>}>
            <DeploymentList />
          </Tab>
          <Tab eventKey="external" title={<TabTitleText>External services</TabTitleText>}>
            <ExternalList />
          </Tab>
        </Tabs>
      </PageSection>
    </>
  );
}

function DeploymentList(): ReactElement {
  const [search, change] = useSearchState<ServicesSearch>();
  const { q, cursor } = search;
  const deployments = useQuery(deploymentsQuery({ limit: 50, ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) }));
  const add = useMay('model-services:write') ? (
    <Link to="/model-services/new" className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">Deploy a model</span>
    </Link>
  ) : null;
  return (
    <div className="ph-stack">
      <SearchToolbar
        searchLabel="Search by name, namespace or model"
        q={q}
        onSearch={(text) => change({ q: text, cursor: undefined, page: undefined })}
        found={<Found page={deployments.data} one="deployment" many="deployments" />}
        action={add}
      />
      <QueryView query={deployments} what="the deployments" skeleton={<ListSkeleton what="the deployments" rows={3} />}>
        {(page) =>
          page.items.length > 0 ? (
            <DataTable
              label="Deployments"
              columns={COLUMNS}
              rows={page.items}
              rowKey={(row) => row.id}
              isStale={deployments.isPlaceholderData}
            />
          ) : q ? (
            <EmptyState title="No deployment is found" icon={BrainIcon}>
              The search looks for a part of the name, of the namespace or of the model.
            </EmptyState>
          ) : (
            <EmptyState title="No model is served yet" icon={BrainIcon} action={add}>
              Choose an approved image of the Model Library; Pharos writes the manifests for KServe or the NIM Operator.
            </EmptyState>
          )
        }
      </QueryView>
      <Paging
        page={deployments.data}
        search={search}
        listKey="model-deployments"
        onPage={(next) => change(next, 'push')}
      />
    </div>
  );
}

const COLUMNS: readonly Column<ModelDeployment>[] = [
  {
    label: 'Name',
    modifier: 'breakWord',
    cell: ({ id, name, namespace }) => (
      <>
        <Link to="/model-services/$deploymentId" params={{ deploymentId: id }}>
          {name}
        </Link>
        <span className="ph-quiet ph-block">{namespace}</span>
      </>
    ),
  },
  { label: 'State', cell: ({ status }) => <ServingLabel status={status} /> },
  {
    label: 'Model',
    modifier: 'breakWord',
    cell: ({ model, modelId }) =>
      modelId === null ? (
        <HostileText text={model} />
      ) : (
        <Link to="/models/$modelId" params={{ modelId }}>
          <HostileText text={model} />
        </Link>
      ),
  },
  {
    label: 'Image',
    modifier: 'breakWord',
    cell: ({ image }) => (
      <>
        <HostileText text={image.tag} /> {image.state === 'approved' ? null : <ImageStateLabel state={image.state} />}
      </>
    ),
  },
  { label: 'Target', cell: ({ target }) => TARGET_NAMES[target] },
  { label: 'Location', cell: ({ location }) => location },
  { label: 'Endpoint', modifier: 'breakWord', cell: ({ endpoint }) => <HostileText text={endpoint} /> },
];
