import { Alert, AlertActionLink, PageSection, useWizardContext, WizardStep } from '@patternfly/react-core';
import type { Model, ModelDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { deploymentManifestQuery, useCreateDeployment } from '../../api/model-services.ts';
import { modelFitQuery, modelImagesQuery, modelQuery, modelsQuery } from '../../api/models.ts';
import { useMay } from '../../api/session.ts';
import { CheckList } from '../../components/check-list.tsx';
import { fieldErrors } from '../../components/field-errors.ts';
import { plural } from '../../components/format.ts';
import { BrainIcon } from '../../components/icons.ts';
import { ManifestPanel } from '../../components/manifest-panel.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { ActionError, EmptyState, QueryView, TextSkeleton } from '../../components/states.tsx';
import { StepsWizard } from '../../components/steps-wizard.tsx';
import { useDebounced } from '../../components/use-debounced.ts';
import { useSearchState } from '../../components/use-search-state.ts';
import { DeployChoice } from './deploy-choice.tsx';
import {
  type DeployDraft,
  draftOf,
  fitted,
  inputOf,
  isDeployable,
  preselect,
  problemsOf,
  profileOf,
} from './deploy-draft.ts';
import { DeployFields } from './deploy-fields.tsx';
import type { DeploySearch } from './search.ts';

const CRUMBS = [{ label: 'Model services', to: '/model-services' }] as const;
const MOST_MODELS = 200;
const MOST_IMAGES = 1000;

/** From an approved image of a model to checked manifests: everything is preselected. */
export function DeployPage(): ReactElement {
  const mayWrite = useMay('model-services:write');
  return (
    <>
      <PageTitle title="Deploy a model" crumbs={CRUMBS}>
        <p className="ph-quiet">Approved images only. Nothing is kept before you say so.</p>
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        {mayWrite ? (
          <Chooser />
        ) : (
          <EmptyState title="Your role deploys no models" icon={BrainIcon}>
            Ask an administrator.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}

function Chooser(): ReactElement {
  const [search] = useSearchState<DeploySearch>();
  const models = useQuery(modelsQuery({ limit: MOST_MODELS }));
  const items = models.data?.items ?? [];
  const id = search.model ?? (items.find(({ images }) => images.some(isDeployable)) ?? items[0])?.id;
  const model = useQuery({ ...modelQuery(id ?? ''), enabled: id !== undefined });
  return (
    <QueryView query={models} what="the models" skeleton={<TextSkeleton what="the models" />}>
      {() =>
        id === undefined ? (
          <EmptyState
            title="The Model Library is empty"
            icon={BrainIcon}
            action={<Link to="/models">Open the Model Library</Link>}
          >
            Connect a registry with model images first.
          </EmptyState>
        ) : (
          <QueryView query={model} what="the model">
            {(detail) => {
              // The one asked for may stand beyond what is listed.
              const listed = items.some((each) => each.id === detail.id) ? items : [detail, ...items];
              return <DeployWizard key={detail.id} models={listed} model={detail} />;
            }}
          </QueryView>
        )
      }
    </QueryView>
  );
}

function DeployWizard({ models, model }: { models: readonly Model[]; model: ModelDetail }): ReactElement {
  const [search, change] = useSearchState<DeploySearch>();
  const [typed, setDraft] = useState<DeployDraft>(draftOf(model));
  const navigate = useNavigate();
  const create = useCreateDeployment();
  const images = useQuery(modelImagesQuery(model.id, { limit: MOST_IMAGES }));
  const known = images.isPlaceholderData ? [] : (images.data?.items ?? []);
  const { image, location, locations, offered } = preselect(known, search);
  const target = model.format === 'nim' ? (search.target ?? 'kserve') : 'kserve';
  const fit = useQuery({
    ...modelFitQuery(model.id, { location: location ?? '', image: image?.digest }),
    enabled: location !== undefined,
  }).data;
  const draft = fitted(typed, fit);
  const input =
    image === undefined || location === undefined
      ? null
      : inputOf(draft, { location, image: image.digest, target, format: model.format, profile: profileOf(draft, fit) });
  const settled = useDebounced(JSON.stringify(input), 300);
  const manifest = useQuery({ ...deploymentManifestQuery(JSON.parse(settled)), enabled: settled !== 'null' });
  const isSettled = settled === JSON.stringify(input) && !manifest.isPlaceholderData;
  const problems = problemsOf(
    isSettled ? (manifest.data?.checks ?? []) : [],
    fieldErrors(create.error ?? manifest.error),
  );
  const isReady = isSettled && !manifest.isError && (manifest.data?.manifests.length ?? 0) > 0;
  const choose = (patch: DeploySearch) => {
    create.reset();
    change({ model: model.id, ...patch });
  };
  const set = (patch: Partial<DeployDraft>) => {
    create.reset();
    setDraft({ ...typed, ...patch });
  };
  const save = () => {
    if (input === null || !isReady || create.isPending) return;
    create.mutate(input, {
      onSuccess: ({ id }) =>
        void navigate({ to: '/model-services/$deploymentId', params: { deploymentId: id }, replace: true }),
    });
  };
  const cannot = image === undefined;
  return (
    <StepsWizard
      isPlain
      navAriaLabel="Steps of deploying a model"
      className="ph-wizard"
      onSave={save}
      onClose={() => void navigate({ to: '/model-services' })}
    >
      <WizardStep id="deploy-step-model" name="Model" footer={{ isNextDisabled: cannot }}>
        <div className="ph-stack">
          <DeployChoice {...{ models, model, offered, image, location, locations, target, choose }} />
          {cannot ? (
            <QueryView query={images} what="the versions" skeleton={<TextSkeleton what="the versions" lines={2} />}>
              {() => (images.isPlaceholderData ? null : <NothingApproved model={model} />)}
            </QueryView>
          ) : null}
        </div>
      </WizardStep>
      <WizardStep id="deploy-step-settings" name="Settings" isDisabled={cannot} footer={{ isNextDisabled: cannot }}>
        <DeployFields {...{ draft, set, problems, target, fit }} format={model.format} location={location ?? ''} />
      </WizardStep>
      <WizardStep
        id="deploy-step-review"
        name="Review"
        isDisabled={cannot}
        footer={{
          nextButtonText: draft.apply ? 'Create and apply' : 'Create deployment',
          isNextDisabled: !isReady || create.isPending,
          nextButtonProps: { isLoading: create.isPending },
        }}
      >
        <div className="ph-stack">
          <ActionError error={create.error} what="No deployment was made" />
          <p>
            {draft.apply
              ? `An agent of ${location} applies it as soon as it is made.`
              : 'It is kept as a file, which you apply or commit yourself.'}
          </p>
          <QueryView query={manifest} what="the checks">
            {({ checks, yaml, manifests }) => (
              <div className="ph-stack">
                <Refusal count={checks.filter(({ state }) => state === 'fail').length} />
                <Panel title="Checks">
                  <CheckList checks={checks} />
                </Panel>
                {yaml === '' ? null : <ManifestPanel yaml={yaml} manifests={manifests} name={draft.name} />}
              </div>
            )}
          </QueryView>
        </div>
      </WizardStep>
    </StepsWizard>
  );
}

/** Why the last button cannot be pressed, and the way to what refuses it. */
function Refusal({ count }: { count: number }): ReactElement | null {
  const { goToStepById } = useWizardContext();
  if (count === 0) return null;
  return (
    <Alert
      variant="danger"
      isInline
      component="h2"
      title="It cannot be created yet"
      actionLinks={
        <AlertActionLink onClick={() => goToStepById('deploy-step-settings')}>Change the settings</AlertActionLink>
      }
    >
      {plural(count, 'check')} below {count === 1 ? 'refuses' : 'refuse'} it.
    </Alert>
  );
}

function NothingApproved({ model }: { model: Model }): ReactElement {
  return (
    <EmptyState
      title="No version of this model is approved"
      icon={BrainIcon}
      action={
        <Link to="/models/$modelId" params={{ modelId: model.id }}>
          Open the model
        </Link>
      }
    >
      Choose another model, or ask an approver to decide about its versions.
    </EmptyState>
  );
}
