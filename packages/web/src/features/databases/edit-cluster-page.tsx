import { ActionGroup, Alert, Button, Checkbox, Form, FormGroup, PageSection } from '@patternfly/react-core';
import type { ClusterDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { choicesQuery, clusterQuery, useUpdateCluster } from '../../api/clusters.ts';
import { useMay } from '../../api/session.ts';
import { escapeHostile } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { DatabaseIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { ActionError, EmptyState, QueryView } from '../../components/states.tsx';
import { type ClusterDraft, draftOf, ENGINE_NAMES, extensionChoices, patchOf } from './cluster-draft.ts';
import { Fixed, Typed } from './cluster-fields.tsx';
import { usualTiming, WhenFields } from './when-fields.tsx';

/** The form of a new cluster, with what cannot change any more shown as fixed. */
export function EditClusterPage(): ReactElement {
  const { clusterId = '' } = useParams({ strict: false });
  const cluster = useQuery(clusterQuery(clusterId));
  const mayWrite = useMay('clusters:write');
  const crumbs = [
    { label: 'Databases', to: '/databases' },
    { label: cluster.data?.name ?? 'Cluster', to: `/databases/${clusterId}` },
  ];
  return (
    <>
      <PageTitle title={cluster.data === undefined ? 'Edit cluster' : `Edit ${cluster.data.name}`} crumbs={crumbs} />
      <PageSection hasBodyWrapper={false}>
        {mayWrite ? (
          <QueryView query={cluster} what="the cluster">
            {(data) => <EditForm key={data.id} cluster={data} />}
          </QueryView>
        ) : (
          <EmptyState title="Your role changes no clusters" icon={DatabaseIcon}>
            Ask an administrator for the role of a consumer.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}

function EditForm({ cluster }: { cluster: ClusterDetail }): ReactElement {
  const { id, spec, image, location, apply } = cluster;
  // What somebody else changes meanwhile does not overwrite what is being typed here.
  const [first] = useState({ spec, apply });
  const [draft, setDraft] = useState<ClusterDraft>(() => draftOf(spec, apply));
  const [wanted, setWanted] = useState<readonly string[]>(() => spec.extensions.map(({ name }) => name));
  const set = (patch: Partial<ClusterDraft>) => setDraft({ ...draft, ...patch });
  const { engine } = image;
  const major = image.version.major ?? 0;
  const choices = useQuery(choicesQuery({ location, engine, major, image: spec.image }));
  const own = (choices.data?.images ?? []).filter(({ digest }) => digest === spec.image);
  const offered = extensionChoices(own, major, wanted);
  const update = useUpdateCluster(id);
  const navigate = useNavigate();
  const patch = patchOf(first.spec, first.apply, draft, wanted);
  const isChanged = Object.keys(patch).length > 0;
  // Resources restart always; extensions where an image of theirs comes, changes or goes, which the server says.
  const isRestart = patch.resources !== undefined || patch.extensions !== undefined;
  const [when, setWhen] = useState(() => usualTiming(cluster));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isChanged || update.isPending) return;
    update.mutate(isRestart ? { ...patch, when } : patch, {
      onSuccess: () => void navigate({ to: '/databases/$clusterId', params: { clusterId: id } }),
    });
  };
  return (
    <Form onSubmit={submit} isWidthLimited className="ph-form">
      <ActionError error={update.error} what="Nothing was changed" />
      {cluster.withheld === null ? null : (
        <Alert variant="warning" isInline component="h2" title="It cannot be changed now">
          <HostileText text={cluster.withheld} />
        </Alert>
      )}
      <Fixed
        id="location"
        label="Location"
        value={location}
        why="Its data stands there; make a new cluster elsewhere."
      />
      <Fixed
        id="name"
        label="Name"
        value={`${spec.namespace}/${spec.name}`}
        why="Services, secrets and volumes carry the name."
      />
      <Fixed
        id="engine"
        label="Engine"
        value={ENGINE_NAMES[engine]}
        why="Another engine does not read its data; move it with a dump or logical replication."
      />
      <Fixed
        id="image"
        label="Image"
        value={escapeHostile(image.tag)}
        why="Newer images come as upgrades, on the page of the cluster."
      />
      {offered.length > 0 ? (
        <FormGroup role="group" label="Extensions" fieldId="cluster-extensions" isInline>
          {offered.map((name) => (
            <Checkbox
              key={name}
              id={`cluster-extension-${name}`}
              label={name === 'vector' ? 'vector (pgvector)' : escapeHostile(name)}
              isChecked={wanted.includes(name)}
              onChange={(_, on) => setWanted(on ? [...wanted, name] : wanted.filter((each) => each !== name))}
            />
          ))}
        </FormGroup>
      ) : null}
      <Typed id="instances" label="Instances" draft={draft} set={set} type="number" />
      <Typed
        id="storage"
        label="Storage of each instance"
        draft={draft}
        set={set}
        helper={`It can grow from ${first.spec.storage.size}, and never shrink.`}
      />
      <Typed id="memory" label="Memory (optional)" draft={draft} set={set} helper="A change restarts the instances." />
      <Typed id="cpu" label="CPU (optional)" draft={draft} set={set} helper="A change restarts the instances." />
      <Typed id="pullSecret" label="Pull secret (optional)" draft={draft} set={set} />
      <Checkbox
        id="cluster-apply"
        label={`Let an agent of ${location} apply it`}
        description={
          first.apply
            ? 'An agent applies it. To have it back as a file only, delete it and make it anew.'
            : 'Otherwise the manifest is a file that you apply or commit.'
        }
        isChecked={draft.apply}
        isDisabled={first.apply}
        onChange={(_, on) => set({ apply: on })}
      />
      {isRestart ? (
        <WhenFields
          id="edit-when"
          label="When instances restart for it"
          cluster={cluster}
          when={when}
          onChange={setWhen}
        />
      ) : null}
      <ActionGroup>
        <Button
          type="submit"
          variant="primary"
          isLoading={update.isPending}
          isDisabled={!isChanged || update.isPending || cluster.withheld !== null}
        >
          Save changes
        </Button>
        <Link to="/databases/$clusterId" params={{ clusterId: id }} className="pf-v6-c-button pf-m-link">
          <span className="pf-v6-c-button__text">Cancel</span>
        </Link>
      </ActionGroup>
    </Form>
  );
}
