import { ActionGroup, Alert, Button, Form, FormSelect, FormSelectOption, PageSection } from '@patternfly/react-core';
import type { ModelDeploymentDetail, ModelImage } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { deploymentChangeQuery, deploymentQuery, useUpdateDeployment } from '../../api/model-services.ts';
import { modelFitQuery, modelImagesQuery } from '../../api/models.ts';
import { useMay } from '../../api/session.ts';
import { CheckList } from '../../components/check-list.tsx';
import { Facts } from '../../components/facts.tsx';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormField, noteId } from '../../components/form-field.tsx';
import { escapeHostile } from '../../components/format.ts';
import { BrainIcon } from '../../components/icons.ts';
import { LeaveGuard } from '../../components/leave-guard.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { ActionError, EmptyState, QueryView } from '../../components/states.tsx';
import { useDebounced } from '../../components/use-debounced.ts';
import { fitted, preselect, problemsOf, profileOf, tagIn } from './deploy-draft.ts';
import { DeployFields } from './deploy-fields.tsx';
import { draftFrom, patchOf } from './edit-draft.ts';
import { TARGET_NAMES } from './status-label.tsx';

const MOST_IMAGES = 1000;

/** Changes a deployment: what may be changed, and what stays and why. */
export function EditDeploymentPage(): ReactElement {
  const { deploymentId = '' } = useParams({ strict: false });
  const mayWrite = useMay('model-services:write');
  const deployment = useQuery(deploymentQuery(deploymentId));
  const name = deployment.data?.name;
  return (
    <>
      <PageTitle
        title={name === undefined ? 'Edit the deployment' : `Edit ${name}`}
        crumbs={[
          { label: 'Model services', to: '/model-services' },
          { label: name ?? 'Deployment', to: `/model-services/${deploymentId}` },
        ]}
      />
      <PageSection hasBodyWrapper={false}>
        {mayWrite ? (
          <QueryView query={deployment} what="the deployment">
            {(found) => <EditForm key={found.id} deployment={found} />}
          </QueryView>
        ) : (
          <EmptyState title="Your role changes no deployments" icon={BrainIcon}>
            Ask an administrator.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}

function EditForm({ deployment }: { deployment: ModelDeploymentDetail }): ReactElement {
  // What others write meanwhile does not move what is typed here; saving tells when it came between.
  const [{ spec, apply, modelId, image: current }] = useState(deployment);
  const { location, target } = spec;
  const format = current.format;
  const [typed, setDraft] = useState(draftFrom(spec, apply));
  const [image, setImage] = useState(spec.image);
  const images = useQuery({ ...modelImagesQuery(modelId ?? '', { limit: MOST_IMAGES }), enabled: modelId !== null });
  const fit = useQuery({ ...modelFitQuery(modelId ?? '', { location, image }), enabled: modelId !== null }).data;
  const { offered } = preselect(images.data?.items ?? [], { location });
  const draft = fitted(typed, fit);
  const patch = patchOf(draft, { spec, image, profile: profileOf(draft, fit), apply });
  const save = useUpdateDeployment(deployment.id);
  const settled = useDebounced(JSON.stringify(patch), 300);
  const checked = useQuery(deploymentChangeQuery(deployment.id, JSON.parse(settled)));
  const isSettled = settled === JSON.stringify(patch) && !checked.isPlaceholderData;
  const problems = problemsOf(isSettled ? (checked.data?.checks ?? []) : [], fieldErrors(save.error ?? checked.error));
  const isChanged = Object.keys(patch).length > 0;
  const isReady = isChanged && isSettled && !checked.isError && (checked.data?.manifests.length ?? 0) > 0;
  const navigate = useNavigate();
  const set = (change: Partial<typeof typed>) => {
    save.reset();
    setDraft({ ...typed, ...change });
  };
  const leave = () =>
    void navigate({ to: '/model-services/$deploymentId', params: { deploymentId: deployment.id }, replace: true });
  return (
    <div className="ph-stack">
      <LeaveGuard isDirty={isChanged && !save.isSuccess} what="change" />
      <Panel title="What stays">
        <p className="ph-quiet">
          Another name, namespace, location or target is another deployment: objects in Kubernetes cannot be moved.
        </p>
        <Facts
          label="What stays"
          facts={[
            ['Name', spec.name],
            ['Namespace', spec.namespace],
            ['Location', location],
            ['Target', TARGET_NAMES[target]],
            target === 'kserve' ? ['Mode', spec.mode] : null,
            target === 'nim-operator' && apply
              ? ['Cache', 'Storage, secrets, profile and node labels are part of it; they change with the version only']
              : null,
          ]}
        />
      </Panel>
      <Form isWidthLimited className="ph-form" onSubmit={(event) => event.preventDefault()}>
        <VersionField {...{ offered, image, current, location }} onChange={setImage} />
      </Form>
      <DeployFields
        {...{ draft, set, problems, format, target, location, fit }}
        isChange={apply ? 'applied' : 'file'}
      />
      {isChanged ? (
        <Panel title="Checks">
          <QueryView query={checked} what="the checks">
            {({ checks }) => <CheckList checks={checks} />}
          </QueryView>
        </Panel>
      ) : null}
      {current.state === 'deprecated' && image === spec.image ? (
        <Alert variant="warning" isInline component="h2" title="The version is deprecated">
          <p>What runs may keep it. A newer one is chosen above, where one is approved.</p>
        </Alert>
      ) : null}
      <ActionError error={save.error} what="Not changed" />
      <Form onSubmit={(event) => event.preventDefault()}>
        <ActionGroup>
          <Button
            isDisabled={!isReady || save.isPending}
            isLoading={save.isPending}
            onClick={() => save.mutate(patch, { onSuccess: leave })}
          >
            {draft.apply ? 'Save and apply' : 'Save'}
          </Button>
          <Link
            to="/model-services/$deploymentId"
            params={{ deploymentId: deployment.id }}
            className="pf-v6-c-button pf-m-link"
          >
            <span className="pf-v6-c-button__text">Cancel</span>
          </Link>
        </ActionGroup>
      </Form>
    </div>
  );
}

interface VersionFieldProps {
  offered: readonly ModelImage[];
  image: string;
  current: ModelDeploymentDetail['image'];
  location: string;
  onChange: (digest: string) => void;
}

/** The approved versions of the model in the location, and the one that it has, whatever was decided of that. */
function VersionField({ offered, image, current, location, onChange }: VersionFieldProps): ReactElement {
  const others = offered.filter(({ digest }) => digest !== current.digest);
  return (
    <FormField
      id="edit-image"
      label="Version"
      helper="Those of this model that are approved and stand in the location."
    >
      <FormSelect
        id="edit-image"
        value={image}
        aria-describedby={noteId('edit-image')}
        onChange={(_, digest) => onChange(digest)}
      >
        <FormSelectOption
          value={current.digest}
          label={`${escapeHostile(current.tag)} (${current.digest.slice(7, 19)}), as now`}
        />
        {others.map((each) => (
          <FormSelectOption
            key={each.digest}
            value={each.digest}
            label={`${escapeHostile(tagIn(each, location))} (${each.digest.slice(7, 19)})`}
          />
        ))}
      </FormSelect>
    </FormField>
  );
}
