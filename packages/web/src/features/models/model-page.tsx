import { Label, PageSection } from '@patternfly/react-core';
import type { ModelDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { modelQuery } from '../../api/models.ts';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { QueryView, TextSkeleton } from '../../components/states.tsx';
import { ModelEditsPanel } from './model-edits-panel.tsx';
import { ModelFactsPanel } from './model-facts-panel.tsx';
import { ModelProfilesPanel } from './model-profiles-panel.tsx';
import { ModelPullPanel } from './model-pull-panel.tsx';
import { ModelServingPanel } from './model-serving-panel.tsx';
import { ModelVersionsPanel } from './model-versions-panel.tsx';
import { FORMAT_NAMES, gpuText, taskName } from './model-words.ts';

const CRUMBS = [{ label: 'Model Library', to: '/models' }] as const;

export function ModelPage(): ReactElement {
  const { modelId = '' } = useParams({ strict: false });
  const model = useQuery(modelQuery(modelId));
  if (model.data) return <Loaded key={modelId} model={model.data} />;
  return (
    <>
      <PageTitle title="Model" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={model} what="the model" skeleton={<TextSkeleton what="the model" lines={8} />}>
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ model }: { model: ModelDetail }): ReactElement {
  const gpu = gpuText(model.gpu);
  const words = [
    model.publisher === null ? null : `by ${model.publisher}`,
    model.parameters === null ? null : `${model.parameters} parameters`,
    gpu === null ? null : `needs ${gpu}`,
    plural(model.imageCount, 'version'),
  ];
  return (
    <>
      <PageTitle
        title={model.name}
        documentTitle={model.key}
        crumbs={CRUMBS}
        labels={
          <>
            <Label isCompact color="purple">
              {taskName(model.task)}
            </Label>
            {model.format === null ? null : (
              <Label isCompact variant="outline">
                {FORMAT_NAMES[model.format]}
              </Label>
            )}
          </>
        }
      >
        <p className="ph-quiet">
          <HostileText text={words.filter(Boolean).join(' · ')} />
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        <div className="ph-columns">
          <div className="ph-stack">
            <ModelFactsPanel model={model} />
            <ModelProfilesPanel model={model} />
          </div>
          <div className="ph-stack">
            <ModelServingPanel model={model} />
            <ModelPullPanel model={model} />
            <ModelEditsPanel model={model} />
          </div>
        </div>
        <ModelVersionsPanel model={model} />
      </PageSection>
    </>
  );
}
