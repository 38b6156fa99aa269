import { Card, CardBody, CardFooter, CardHeader, CardTitle, Label } from '@patternfly/react-core';
import type { Model, ModelTask } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { WarningLabel } from '../../components/labels.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Size } from '../../components/size.tsx';
import { contextText, gpuText, NOT_KNOWN, taskName } from './model-words.ts';
import { NewestTag } from './newest-tag.tsx';

/** Models as cards; sorted by task they stand under headings. */
export function ModelCards({ models, isByTask }: { models: readonly Model[]; isByTask: boolean }): ReactElement {
  if (!isByTask) return <Cards models={models} withTask />;
  const groups = Map.groupBy(models, (model) => model.task);
  return (
    <div className="ph-stack">
      {[...groups].map(([task, each]) => (
        <Group key={task ?? ''} task={task} models={each} />
      ))}
    </div>
  );
}

function Group({ task, models }: { task: ModelTask | null; models: readonly Model[] }): ReactElement {
  const id = `task-${task ?? 'unknown'}`;
  return (
    <section className="ph-stack-small" aria-labelledby={id}>
      <h2 id={id} className="pf-v6-c-title pf-m-md">
        {taskName(task)}
      </h2>
      <Cards models={models} />
    </section>
  );
}

function Cards({ models, withTask = false }: { models: readonly Model[]; withTask?: boolean }): ReactElement {
  return (
    <ul className="ph-card-grid">
      {models.map((model) => (
        <li key={model.id}>
          <ModelCard model={model} withTask={withTask} />
        </li>
      ))}
    </ul>
  );
}

function ModelCard({ model, withTask }: { model: Model; withTask: boolean }): ReactElement {
  const known = (value: string | null) =>
    value === null ? <Quiet text={NOT_KNOWN} /> : <HostileText text={value} clamp={80} />;
  const facts: [string, ReactNode][] = [
    ['Parameters', known(model.parameters)],
    ['Context', known(model.contextLength === null ? null : contextText(model.contextLength))],
    ['GPU need', known(gpuText(model.gpu))],
    ['Precision', known(model.precision?.join(', ') ?? null)],
    ['Licence', known(model.licence)],
    [
      'Image size',
      model.size === null ? <Quiet key="size" text="not read yet" /> : <Size key="size" bytes={model.size} />,
    ],
  ];
  return (
    <Card isCompact isFullHeight component="article" aria-label={model.key}>
      <CardHeader>
        <CardTitle component="h3">
          <Link to="/models/$modelId" params={{ modelId: model.id }} className="ph-break">
            {model.name}
          </Link>
        </CardTitle>
      </CardHeader>
      <CardBody>
        <div className="ph-stack-small">
          <span className="ph-inline-list">
            {withTask ? (
              <Label isCompact color="purple">
                {taskName(model.task)}
              </Label>
            ) : null}
            {model.publisher === null ? null : (
              <span className="ph-quiet">
                by <HostileText text={model.publisher} clamp={60} />
              </span>
            )}
          </span>
          {model.description === null ? null : (
            <p className="ph-clamp">
              <HostileText text={model.description} clamp={200} />
            </p>
          )}
          <dl className="ph-card-facts">
            {facts.map(([term, value]) => (
              <div key={term}>
                <dt className="ph-quiet">{term}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <p>
            {plural(model.imageCount, 'version')}
            {model.newestTag ? (
              <>
                , newest <NewestTag model={model} />
              </>
            ) : null}
          </p>
          {model.missingCount > 0 ? <WarningLabel text={`${plural(model.missingCount, 'tag')} missing`} /> : null}
        </div>
      </CardBody>
      <CardFooter className="ph-quiet">
        In {model.locations.join(', ')}, newest image <RelativeTime time={model.updatedAt} />
      </CardFooter>
    </Card>
  );
}

const Quiet = ({ text }: { text: string }) => <span className="ph-quiet">{text}</span>;
