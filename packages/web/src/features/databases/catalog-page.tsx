import { Alert, Button, Label, PageSection } from '@patternfly/react-core';
import { API_PREFIX, type CatalogDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { catalogQuery } from '../../api/catalogs.ts';
import { useMay } from '../../api/session.ts';
import { Code } from '../../components/code.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { CopyButton, Digest } from '../../components/digest.tsx';
import { Facts } from '../../components/facts.tsx';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { DispatchStateLabel, EngineLabel, ImageStateLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { DifferenceList } from './difference-list.tsx';
import { EditionsPanel } from './editions-panel.tsx';
import { FollowerList } from './follower-list.tsx';
import { HeldPanel } from './held-panel.tsx';
import { PublishDialog } from './publish-dialog.tsx';
import { RolloutPanel } from './rollout-panel.tsx';
import type { CatalogSearch } from './search.ts';

const CRUMBS = [{ label: 'Databases', to: '/databases' }] as const;

/** One image catalog: what it serves, what comes next, its editions, and where it is fetched. */
export function CatalogPage(): ReactElement {
  const { name = '' } = useParams({ strict: false });
  const [{ location }] = useSearchState<CatalogSearch>();
  const catalog = useQuery(catalogQuery(name, location));
  if (catalog.data) return <Loaded catalog={catalog.data} />;
  return (
    <>
      <PageTitle title={name} crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={catalog} what="the catalog" skeleton={<ListSkeleton what="the catalog" rows={4} />}>
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ catalog }: { catalog: CatalogDetail }): ReactElement {
  const { name, location, engine, flavour, os, mode, edition, editionAt, clusters, next, rollout } = catalog;
  /** The edition to go back to, or null for following approvals again. */
  const [wanted, setWanted] = useState<{ readonly edition: number | null }>();
  const mayWrite = useMay('clusters:write');
  const isHeld = mode === 'held';
  const isStopped = rollout?.state === 'stopped';
  return (
    <>
      <PageTitle
        title={name}
        crumbs={CRUMBS}
        labels={
          <>
            <EngineLabel engine={engine} isLong />
            <Label isCompact color={isHeld ? 'yellow' : 'grey'}>
              {isHeld ? 'Held' : 'Follows approvals'}
            </Label>
          </>
        }
        actions={
          mayWrite && (isHeld || isStopped) ? (
            <Button variant="secondary" onClick={() => setWanted({ edition: null })}>
              Follow approvals…
            </Button>
          ) : null
        }
      >
        <p className="ph-quiet">
          {isHeld
            ? 'Stays at its edition until somebody publishes another one.'
            : 'The newest approved build of each version. A new approval makes a new edition by itself.'}
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        <div className="ph-columns">
          <div className="ph-stack">
            {catalog.kept.map((each) => (
              <Alert
                key={`${each.stage} ${each.digest}`}
                variant="warning"
                isInline
                component="h2"
                title={
                  each.stage === 'canary'
                    ? 'Kubernetes keeps an image for the canaries that is not approved any more'
                    : 'Kubernetes keeps an image that is not approved any more'
                }
              >
                <p>
                  <HostileText text={each.message} />
                </p>
                <p>{each.hint}</p>
                {each.clusters.length === 0 ? null : (
                  <FollowerList
                    followers={catalog.followers.filter(({ id }) => each.clusters.includes(id))}
                    label="Clusters that run it"
                  />
                )}
              </Alert>
            ))}
            <Served catalog={catalog} />
            {next.length > 0 ? (
              <Panel title="Following approvals would change">
                <DifferenceList changes={next} label="What following approvals would change" />
              </Panel>
            ) : null}
            <EditionsPanel catalog={catalog} onBack={mayWrite ? (number) => setWanted({ edition: number }) : null} />
          </div>
          <div className="ph-stack">
            <Panel title="Catalog">
              <Facts
                label="Facts of the catalog"
                facts={[
                  ['Location', location],
                  flavour === null ? null : ['Flavour', flavour],
                  os === null ? null : ['Base', os],
                  [
                    'Edition',
                    <span key="edition">
                      {edition}, <RelativeTime time={editionAt} />
                    </span>,
                  ],
                  ['Followed by', plural(clusters, 'cluster')],
                ]}
              />
            </Panel>
            <RolloutPanel catalog={catalog} mayWrite={mayWrite} />
            <HeldPanel catalog={catalog} mayWrite={mayWrite} />
            <Applied catalog={catalog} />
            <Fetch catalog={catalog} />
          </div>
        </div>
      </PageSection>
      {wanted === undefined ? null : (
        <PublishDialog name={name} location={location} edition={wanted.edition} onClose={() => setWanted(undefined)} />
      )}
    </>
  );
}

type Entry = CatalogDetail['entries'][number];

const ENTRIES: readonly Column<Entry>[] = [
  { label: 'Version', modifier: 'fitContent', cell: ({ major }) => major },
  {
    label: 'Image',
    modifier: 'breakWord',
    width: 45,
    cell: ({ tag, digest }) => (
      <span className="ph-stack-tiny">
        <HostileText text={tag} />
        <Digest digest={digest} />
      </span>
    ),
  },
  { label: 'State', cell: ({ state }) => <ImageStateLabel state={state} /> },
  {
    label: 'Extension images',
    modifier: 'breakWord',
    cell: ({ extensions }) => <HostileText text={extensions.map((each) => each.name).join(', ') || 'none'} />,
  },
];

function Served({ catalog: { entries, withheld } }: { catalog: CatalogDetail }): ReactElement {
  return (
    <Panel title="Serves now">
      {entries.length === 0 ? (
        <p className="ph-quiet">Nothing: no image of this edition is approved now.</p>
      ) : (
        <DataTable label="Served now" columns={ENTRIES} rows={entries} rowKey={({ major }) => String(major)} />
      )}
      {withheld.length > 0 ? (
        <ul className="ph-rows" aria-label="Left out">
          {withheld.map(({ major, image, reason }) => (
            <li key={`${major} ${image}`}>
              <span className="ph-row-main">
                <HostileText text={image} />
                <span className="ph-quiet ph-block">
                  <HostileText text={reason} />
                </span>
              </span>
              <span className="ph-row-side">
                <Label isCompact color="red">
                  Left out
                </Label>
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </Panel>
  );
}

function Applied({ catalog: { applied, location } }: { catalog: CatalogDetail }): ReactElement {
  return (
    <Panel title="Where it is applied">
      {applied.length === 0 ? (
        <p className="ph-quiet">
          Nowhere by an agent: it is applied where a cluster that an agent applies follows it. Clusters made by hand can
          fetch it below.
        </p>
      ) : (
        <ul className="ph-rows" aria-label="Where it is applied">
          {applied.map(({ name, state, code, message, updatedAt }) => (
            <li key={name}>
              <span className="ph-row-main">
                {name} in {location}
                {message === '' ? null : (
                  <span className="ph-quiet ph-block">
                    <HostileText text={message} />
                  </span>
                )}
              </span>
              <span className="ph-row-side">
                <DispatchStateLabel dispatch={{ state, code }} /> <RelativeTime time={updatedAt} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Fetch({ catalog: { name, location, policy } }: { catalog: CatalogDetail }): ReactElement {
  const path = `${API_PREFIX}/catalogs/${encodeURIComponent(name)}.yaml?location=${encodeURIComponent(location)}`;
  const address = `${window.location.origin}${path}`;
  return (
    <Panel title="Fetch it">
      <div className="ph-stack-small">
        <span className="ph-inline-list">
          <a href={path} download={`${name}.yaml`}>
            Download {name}.yaml
          </a>
          <CopyButton text={address} what="the address of the catalog" />
        </span>
        {policy !== null && policy.canaries.length > 0 ? (
          <a href={`${path}&stage=canary`} download={`${name}-canary.yaml`}>
            Download {name}-canary.yaml
          </a>
        ) : null}
        <Code
          text={`curl -fsS -H "Authorization: Bearer $TOKEN" '${address}' | kubectl apply --server-side -f -`}
          what="the command"
        />
      </div>
    </Panel>
  );
}
