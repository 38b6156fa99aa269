import type { Model } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Column } from '../../components/data-table.tsx';
import { formatCount } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { Unknown } from '../../components/labels.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Size } from '../../components/size.tsx';
import { contextText, gpuText, NOT_KNOWN, taskName } from './model-words.ts';
import { NewestTag } from './newest-tag.tsx';

const known = (value: string | null): ReactNode =>
  value === null ? <Unknown word={NOT_KNOWN} /> : <HostileText text={value} clamp={60} />;

/** Models as rows, for who compares many. */
export const MODEL_COLUMNS: readonly Column<Model>[] = [
  {
    label: 'Model',
    sort: 'name',
    modifier: 'breakWord',
    cell: (model) => (
      <>
        <Link to="/models/$modelId" params={{ modelId: model.id }} className="ph-name">
          {model.name}
        </Link>
        {model.publisher === null ? null : (
          <div className="ph-quiet">
            <HostileText text={model.publisher} clamp={60} />
          </div>
        )}
      </>
    ),
  },
  { label: 'Task', sort: 'task', cell: (model) => taskName(model.task) },
  { label: 'Parameters', cell: (model) => known(model.parameters) },
  {
    label: 'Context',
    cell: (model) => known(model.contextLength === null ? null : contextText(model.contextLength)),
  },
  { label: 'GPU need', cell: (model) => known(gpuText(model.gpu)) },
  { label: 'Precision', cell: (model) => known(model.precision?.join(', ') ?? null) },
  { label: 'Licence', cell: (model) => known(model.licence) },
  { label: 'Versions', cell: (model) => formatCount(model.imageCount) },
  { label: 'Newest', cell: (model) => <NewestTag model={model} /> },
  {
    label: 'Size',
    sort: 'size',
    descendingFirst: true,
    modifier: 'nowrap',
    cell: (model) => <Size bytes={model.size} />,
  },
  { label: 'Locations', cell: (model) => model.locations.join(', ') },
  {
    label: 'Newest image',
    sort: 'updated',
    descendingFirst: true,
    modifier: 'nowrap',
    cell: (model) => <RelativeTime time={model.updatedAt} />,
  },
];
