import type { Tag } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useMemo } from 'react';
import { type Column, DataTable, type RowSelection } from '../../components/data-table.tsx';
import { Digest } from '../../components/digest.tsx';
import { plural } from '../../components/format.ts';
import { HcpTagLabels } from '../../components/hcp-tag-labels.tsx';
import {
  EngineLabel,
  ImageStateLabel,
  KindLabel,
  PlatformList,
  PresenceLabel,
  Unknown,
  WarningLabel,
} from '../../components/labels.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Size } from '../../components/size.tsx';
import { LifecycleLabels } from './lifecycle-labels.tsx';

export interface TagTableProps {
  tags: readonly Tag[];
  sort: string;
  onSort: (sort: string) => void;
  isStale: boolean;
  /** Where tags of several repositories stand together. */
  withRepository?: boolean;
  selection?: RowSelection<Tag> | undefined;
}

/** A tag among those of every repository. */
export const tagKey = (tag: Tag): string => `${tag.repositoryId}/${tag.name}`;

export function TagTable(props: TagTableProps): ReactElement {
  const { tags, sort, onSort, isStale, withRepository = false, selection } = props;
  const sorted = sort.replace(/^-/, '');
  const shown = REST.map((column) => hasAny(column, tags)).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same columns are the same object, whichever tags they show
  const columns = useMemo(
    () => [
      withRepository ? NAME_AND_REPOSITORY : NAME,
      ...REST.filter((column) => hasAny(column, tags)).map((column) => withRank(column, sorted)),
    ],
    [withRepository, shown, sorted],
  );
  return (
    <div className="ph-table-place">
      <DataTable
        label="Tags"
        columns={columns}
        rows={tags}
        rowKey={tagKey}
        sort={sort}
        onSort={onSort}
        isStale={isStale}
        selection={selection}
      />
    </div>
  );
}

const TIMES = ['created', 'pushed', 'seen'];

/** The time that rows are sorted by is shown wherever one is, in the place of when they were first seen. */
function withRank(column: Column<Tag>, sorted: string): Column<Tag> {
  if (!TIMES.includes(sorted) || !TIMES.includes(column.sort ?? '')) return column;
  return { ...column, extra: column.sort === sorted ? undefined : (column.extra ?? 1) };
}

/** A registry that tells no push times would give a column of dashes. */
function hasAny(column: Column<Tag>, tags: readonly Tag[]): boolean {
  if (column.sort === 'pushed') return tags.some((tag) => tag.pushedAt !== null);
  return true;
}

function TagLink({ tag }: { tag: Tag }): ReactElement {
  return (
    <Link
      to="/library/$repositoryId/tags/$name"
      params={{ repositoryId: tag.repositoryId, name: tag.name }}
      className="ph-name"
    >
      {tag.name}
    </Link>
  );
}

function TagLabels({ tag }: { tag: Tag }): ReactElement {
  return <HcpTagLabels hcpTags={tag.hcpTags} systemTags={tag.systemTags} most={3} />;
}

const NAME: Column<Tag> = {
  label: 'Tag',
  sort: 'name',
  cell: (tag) => (
    <>
      <TagLink tag={tag} />
      <div>
        <Digest digest={tag.digest} />
      </div>
      <TagLabels tag={tag} />
      <LifecycleLabels tag={tag} />
    </>
  ),
};

const NAME_AND_REPOSITORY: Column<Tag> = {
  ...NAME,
  cell: (tag) => (
    <>
      <TagLink tag={tag} />
      <Link to="/library/$repositoryId" params={{ repositoryId: tag.repositoryId }} className="ph-sublink">
        {tag.repository}
      </Link>
      <div>
        <Digest digest={tag.digest} />
      </div>
      <div>
        <TagLabels tag={tag} />
      </div>
      <LifecycleLabels tag={tag} />
    </>
  ),
};

const REST: readonly Column<Tag>[] = [
  {
    label: 'Version, platforms',
    sort: 'version',
    descendingFirst: true,
    cell: (tag) => (
      <span className="ph-stack-tiny">
        <VersionCell tag={tag} />
        <span className="ph-inline-list">
          <PlatformList platforms={tag.platforms} />
          {tag.size === null ? null : (
            <span className="ph-quiet">
              <Size bytes={tag.size} />
            </span>
          )}
        </span>
      </span>
    ),
  },
  // Before what may stand outside of a narrow window: whether it may be used decides.
  {
    label: 'State',
    cell: (tag) => (
      <span className="ph-inline-list">
        <ImageStateLabel state={tag.state} />
        {tag.presence === 'present' ? null : <PresenceLabel presence={tag.presence} />}
        {tag.findings > 0 ? <WarningLabel text={plural(tag.findings, 'finding')} /> : null}
      </span>
    ),
  },
  {
    label: 'Created',
    sort: 'created',
    descendingFirst: true,
    extra: 1,
    cell: (tag) => <RelativeTime time={tag.createdAt} absent="not stated by the image" />,
  },
  {
    label: 'Pushed',
    sort: 'pushed',
    descendingFirst: true,
    extra: 2,
    cell: (tag) => <RelativeTime time={tag.pushedAt} absent="not told by the registry" />,
  },
  {
    label: 'First seen',
    sort: 'seen',
    descendingFirst: true,
    cell: (tag) => <RelativeTime time={tag.movedAt ?? tag.firstSeenAt} />,
  },
];

function VersionCell({ tag }: { tag: Tag }): ReactElement {
  const { version } = tag;
  if (!version || version.major === null)
    return tag.engine ? <EngineLabel engine={tag.engine} /> : <KindLabel kind={tag.kind} />;
  const number = [version.major, version.minor, version.patch].filter((part) => part !== null).join('.');
  return (
    <span className="ph-inline-list">
      {tag.engine ? <EngineLabel engine={tag.engine} /> : null}
      <span>
        {number}
        {version.prerelease ? ` ${version.prerelease}` : ''}
      </span>
      {version.floating ? <span className="ph-quiet">moves</span> : null}
      {!tag.engine && number === '' ? <Unknown /> : null}
    </span>
  );
}
