import type { ModelDetail, ModelProfile } from '@pharos/contract';
import type { ReactElement } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Unknown } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { SourceLine } from './model-facts-panel.tsx';
import { NOT_KNOWN } from './model-words.ts';

const GOALS = { latency: 'low latency', throughput: 'high throughput' } as const;

const COLUMNS: readonly Column<ModelProfile>[] = [
  {
    label: 'GPU',
    cell: ({ gpu }) => (gpu === 'any' ? 'any with the memory' : <HostileText text={gpu} clamp={60} />),
  },
  { label: 'Count', cell: ({ count }) => count },
  {
    label: 'Memory of each',
    modifier: 'nowrap',
    cell: ({ memoryGiB }) => (memoryGiB === null ? <Unknown word={NOT_KNOWN} /> : `${memoryGiB} GiB`),
  },
  {
    label: 'Precision',
    cell: ({ precision }) =>
      precision === null ? <Unknown word={NOT_KNOWN} /> : <HostileText text={precision} clamp={30} />,
  },
  {
    label: 'Parallelism',
    cell: ({ tensorParallelism: tp, pipelineParallelism: pp }) =>
      [tp === null ? '' : `tensor ${tp}`, pp === null ? '' : `pipeline ${pp}`].filter(Boolean).join(', ') || (
        <Unknown word="not stated" />
      ),
  },
  { label: 'Tuned for', cell: ({ goal }) => (goal === null ? <Unknown word="not stated" /> : GOALS[goal]) },
];

/** Columns of nothing but dashes are left out. */
const OPTIONAL: Readonly<Record<string, (profile: ModelProfile) => boolean>> = {
  Parallelism: ({ tensorParallelism, pipelineParallelism }) => (tensorParallelism ?? pipelineParallelism) !== null,
  'Tuned for': ({ goal }) => goal !== null,
};

/** On which GPUs the publisher says that it runs. */
export function ModelProfilesPanel({ model }: { model: ModelDetail }): ReactElement {
  const fact = model.facts.profiles;
  const profiles = fact.value ?? [];
  return (
    <Panel title="GPU profiles">
      {profiles.length === 0 ? (
        <p className="ph-quiet">
          No profile is known. A NIM container lists its own, on a machine with the GPU, with{' '}
          <code>list-model-profiles</code>; what it says can be written into the facts.
        </p>
      ) : (
        <div className="ph-stack-small">
          <DataTable
            label="GPU profiles"
            columns={COLUMNS.filter(({ label }) => profiles.some((profile) => OPTIONAL[label]?.(profile) ?? true))}
            rows={profiles}
            rowKey={(profile) => `${profiles.indexOf(profile)}`}
          />
          <SourceLine fact={fact} show={() => 'others'} />
        </div>
      )}
    </Panel>
  );
}
