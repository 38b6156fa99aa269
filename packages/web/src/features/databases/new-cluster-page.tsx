import {
  ActionGroup,
  Button,
  Checkbox,
  Form,
  FormGroup,
  FormSelect,
  FormSelectOption,
  PageSection,
  Radio,
} from '@patternfly/react-core';
import type { ClusterChoices, ClusterImage, Engine } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { locationsQuery } from '../../api/agents.ts';
import { choicesQuery, manifestQuery, useCreateCluster } from '../../api/clusters.ts';
import { useMay } from '../../api/session.ts';
import { CheckList } from '../../components/check-list.tsx';
import { FormField, noteId } from '../../components/form-field.tsx';
import { escapeHostile } from '../../components/format.ts';
import { DatabaseIcon } from '../../components/icons.ts';
import { ManifestPanel } from '../../components/manifest-panel.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { ActionError, EmptyState, QueryView, TextSkeleton } from '../../components/states.tsx';
import { useDebounced } from '../../components/use-debounced.ts';
import { useSearchState } from '../../components/use-search-state.ts';
import { type ClusterDraft, EMPTY_DRAFT, ENGINE_NAMES, extensionChoices, inputOf, preselect } from './cluster-draft.ts';
import { Typed } from './cluster-fields.tsx';
import type { NewClusterSearch } from './search.ts';

const CRUMBS = [{ label: 'Databases', to: '/databases' }] as const;

/** From an approved image to a checked manifest: everything but the name is preselected. */
export function NewClusterPage(): ReactElement {
  const [search] = useSearchState<NewClusterSearch>();
  const mayWrite = useMay('clusters:write');
  const locations = useQuery(locationsQuery);
  const location = search.location ?? locations.data?.items.find((each) => each.tagCount > 0)?.id;
  return (
    <>
      <PageTitle title="New cluster" crumbs={CRUMBS}>
        <p className="ph-quiet">Approved images only. Nothing is kept before you say so.</p>
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        {mayWrite ? (
          <QueryView query={locations} what="the locations">
            {({ items }) =>
              location === undefined ? (
                <EmptyState title="No location has images yet" icon={DatabaseIcon}>
                  Connect a registry first; an agent of the location reads it.
                </EmptyState>
              ) : (
                <Chooser location={location} locations={items.map(({ id }) => id)} />
              )
            }
          </QueryView>
        ) : (
          <EmptyState title="Your role makes no clusters" icon={DatabaseIcon}>
            Ask an administrator for the role of a consumer.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}

function Chooser({ location, locations }: { location: string; locations: readonly string[] }): ReactElement {
  const [search] = useSearchState<NewClusterSearch>();
  const known = useQuery(choicesQuery({ location }));
  const { engine, major } = preselect(known.data, search);
  const choices = useQuery({
    ...choicesQuery({ location, engine, major, ...(search.image ? { image: search.image } : {}) }),
    enabled: engine !== undefined,
  });
  return (
    <QueryView query={known} what="what can be chosen" skeleton={<TextSkeleton what="what can be chosen" />}>
      {({ engines }) =>
        engine === undefined || major === undefined ? (
          <EmptyState
            title={`Nothing is approved in ${location}`}
            icon={DatabaseIcon}
            action={<Link to="/approvals">See what waits for approval</Link>}
          >
            <p>A cluster is made from an approved PostgreSQL image.</p>
            {locations.length > 1 ? (
              <p className="ph-inline-list">
                <span>Or take another location:</span>
                {locations
                  .filter((each) => each !== location)
                  .map((each) => (
                    <Link key={each} to="/databases/new" search={{ location: each }}>
                      {each}
                    </Link>
                  ))}
              </p>
            ) : null}
          </EmptyState>
        ) : (
          <ClusterForm
            known={{ location, locations, engines, engine, major }}
            images={choices.data?.images ?? []}
            choices={choices.data}
          />
        )
      }
    </QueryView>
  );
}

interface Known {
  readonly location: string;
  readonly locations: readonly string[];
  readonly engines: ClusterChoices['engines'];
  readonly engine: Engine;
  readonly major: number;
}

interface FormProps {
  readonly known: Known;
  readonly images: readonly ClusterImage[];
  readonly choices: ClusterChoices | undefined;
}

function ClusterForm({ known, images, choices }: FormProps): ReactElement {
  const [search, change] = useSearchState<NewClusterSearch>();
  const [draft, setDraft] = useState<ClusterDraft>(EMPTY_DRAFT);
  const set = (patch: Partial<ClusterDraft>) => setDraft({ ...draft, ...patch });
  const wanted = search.extensions?.split(',') ?? [];
  const offered = extensionChoices(images, known.major, wanted);
  const image =
    images.find((each) => each.digest === search.image) ??
    images.find((each) => each.selectable && wanted.every((name) => each.extensions.includes(name))) ??
    images.find((each) => each.selectable);
  const input = image === undefined ? null : inputOf(draft, known, image.digest, wanted);
  const settled = useDebounced(JSON.stringify(input), 300);
  const manifest = useQuery({ ...manifestQuery(JSON.parse(settled)), enabled: settled !== 'null' });
  const create = useCreateCluster();
  const navigate = useNavigate();
  const isReady =
    manifest.data !== undefined && manifest.data.manifests.length > 0 && settled === JSON.stringify(input);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (input === null || !isReady) return;
    create.mutate(input, {
      onSuccess: ({ id }) => void navigate({ to: '/databases/$clusterId', params: { clusterId: id }, replace: true }),
    });
  };
  const choose = (patch: NewClusterSearch) => change({ image: undefined, ...patch });

  return (
    <div className="ph-stack">
      <Form onSubmit={submit} isWidthLimited className="ph-form">
        <ActionError error={create.error} what="No cluster was made" />
        {known.locations.length > 1 ? (
          <FormField id="cluster-location" label="Location">
            <FormSelect
              id="cluster-location"
              value={known.location}
              onChange={(_, location) =>
                choose({ location, engine: undefined, major: undefined, extensions: undefined })
              }
            >
              {known.locations.map((each) => (
                <FormSelectOption key={each} value={each} label={each} />
              ))}
            </FormSelect>
          </FormField>
        ) : null}
        <FormGroup role="radiogroup" label="Engine" fieldId="cluster-engine" isInline>
          {known.engines.map(({ engine }) => (
            <Radio
              key={engine}
              id={`cluster-engine-${engine}`}
              name="cluster-engine"
              label={ENGINE_NAMES[engine]}
              isChecked={engine === known.engine}
              onChange={() => choose({ engine, major: undefined, extensions: undefined })}
            />
          ))}
        </FormGroup>
        <FormGroup role="radiogroup" label="Version" fieldId="cluster-major" isInline>
          {(known.engines.find(({ engine }) => engine === known.engine)?.majors ?? []).map(({ major }) => (
            <Radio
              key={major}
              id={`cluster-major-${major}`}
              name="cluster-major"
              label={String(major)}
              isChecked={major === known.major}
              onChange={() => choose({ engine: known.engine, major, extensions: undefined })}
            />
          ))}
        </FormGroup>
        {offered.length > 0 ? (
          <FormGroup role="group" label="Extensions" fieldId="cluster-extensions" isInline>
            {offered.map((name) => (
              <Checkbox
                key={name}
                id={`cluster-extension-${name}`}
                label={name === 'vector' ? 'vector (pgvector)' : escapeHostile(name)}
                isChecked={wanted.includes(name)}
                onChange={(_, on) => {
                  const next = on ? [...wanted, name] : wanted.filter((each) => each !== name);
                  choose({ extensions: next.join(',') || undefined });
                }}
              />
            ))}
          </FormGroup>
        ) : null}
        <FormField
          id="cluster-image"
          label="Image"
          helper="The newest approved one is chosen; others say why they cannot be."
        >
          <FormSelect
            id="cluster-image"
            aria-describedby={noteId('cluster-image')}
            value={image?.digest ?? ''}
            onChange={(_, digest) => change({ image: digest })}
          >
            {images.map((each) => (
              <FormSelectOption
                key={`${each.reference}`}
                value={each.digest}
                isDisabled={!each.selectable}
                label={`${escapeHostile(each.tag)}${each.reason === null ? '' : ` — ${each.reason}`}`}
              />
            ))}
          </FormSelect>
        </FormField>
        <Typed id="name" label="Name" draft={draft} set={set} />
        <Typed id="namespace" label="Namespace" draft={draft} set={set} />
        <Typed id="instances" label="Instances" draft={draft} set={set} type="number" />
        <Typed id="storage" label="Storage of each instance" draft={draft} set={set} />
        <Typed id="memory" label="Memory (optional)" draft={draft} set={set} />
        <Typed id="cpu" label="CPU (optional)" draft={draft} set={set} />
        <Typed id="pullSecret" label="Pull secret (optional)" draft={draft} set={set} />
        <Checkbox
          id="cluster-catalog"
          label="Follow the catalog instead of pinning this image"
          description="Newer approved builds then come by themselves, and restart the cluster."
          isChecked={draft.via === 'catalog'}
          onChange={(_, on) => set({ via: on ? 'catalog' : 'image' })}
        />
        <Checkbox
          id="cluster-apply"
          label={`Let an agent of ${known.location} apply it`}
          description="Otherwise the manifest is a file that you apply or commit."
          isChecked={draft.apply}
          onChange={(_, apply) => set({ apply })}
        />
        <ActionGroup>
          <Button
            type="submit"
            variant="primary"
            isLoading={create.isPending}
            isDisabled={!isReady || create.isPending}
          >
            Create cluster
          </Button>
          <Link to="/databases" className="pf-v6-c-button pf-m-link">
            <span className="pf-v6-c-button__text">Cancel</span>
          </Link>
        </ActionGroup>
      </Form>
      {choices === undefined || image === undefined ? null : (
        <QueryView query={manifest} what="the checks">
          {({ checks, yaml }) => (
            <div className="ph-stack">
              {yaml === '' ? null : <ManifestPanel yaml={yaml} name={draft.name} />}
              <Panel title="Checks">
                <CheckList checks={checks} />
              </Panel>
            </div>
          )}
        </QueryView>
      )}
    </div>
  );
}
