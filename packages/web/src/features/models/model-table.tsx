import type { Model } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Column } from '../../components/data-table.tsx';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { Unknown } from '../../components/labels.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Size } from '../../components/size.tsx';
import { contextText, gpuText, NOT_KNOWN, taskName } from './model-words.ts';
import { NewestTag } from './newest-tag.tsx';

const known = (value: string | null): ReactNode =>
  value === null ? (
    <Unknown word={NOT_KNOWN} />
  ) : (
    <span className="ph-words">
      <HostileText text={value} clamp={60} />
    </span>
  );

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
  { label: 'Licence', cell: (model) => known(model.licence) },
  {
    label: 'Newest',
    sort: 'updated',
    descendingFirst: true,
    cell: (model) => (
      <>
        <NewestTag model={model} />
        <div className="ph-quiet">
          <RelativeTime time={model.updatedAt} />, {plural(model.imageCount, 'version')}
        </div>
      </>
    ),
  },
  {
    label: 'Size',
    sort: 'size',
    descendingFirst: true,
    modifier: 'nowrap',
    cell: (model) => <Size bytes={model.size} />,
  },
  { label: 'Locations', cell: (model) => model.locations.join(', ') },
];
