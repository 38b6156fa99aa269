import { Button, PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { HcpTag } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { hcpTagsQuery, useDeleteHcpTag } from '../../api/hcp-tags.ts';
import { useMay } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatCount, plural } from '../../components/format.ts';
import { HcpTagChip } from '../../components/hcp-tag-labels.tsx';
import { TagIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { HcpTagChanges } from './hcp-tag-changes.tsx';
import { HcpTagForm } from './hcp-tag-form.tsx';
import type { HcpTagsSearch } from './search.ts';

/** The HCP tags of the library, what each is on, and who did what with them. */
export function HcpTagsPage(): ReactElement {
  const [search, change] = useSearchState<HcpTagsSearch>();
  return (
    <>
      <PageTitle title="HCP tags">
        <p className="ph-quiet">
          The library’s own labels on repositories and images. They are never written to a registry, and neither pulls
          nor deployments depend on them. On an image they stay with its digest, also when a tag moves.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-tabs">
        <Tabs
          aria-label="HCP tags and their history"
          activeKey={search.tab ?? 'all'}
          onSelect={(_, key) =>
            change({ tab: key === 'history' ? 'history' : undefined, q: undefined, cursor: undefined }, 'push')
          }
          mountOnEnter
          unmountOnExit
        >
          <Tab eventKey="all" title={<TabTitleText>HCP tags</TabTitleText>}>
            <AllHcpTags search={search} change={change} />
          </Tab>
          <Tab eventKey="history" title={<TabTitleText>History</TabTitleText>}>
            <HcpTagChanges search={search} onPage={(next) => change(next, 'push')} />
          </Tab>
        </Tabs>
      </PageSection>
    </>
  );
}

interface AllProps {
  search: HcpTagsSearch;
  change: (patch: Partial<HcpTagsSearch>, how?: 'replace' | 'push') => void;
}

function AllHcpTags({ search, change }: AllProps): ReactElement {
  const { q, cursor, sort = 'name' } = search;
  const mayWrite = useMay('hcp-tags:write');
  const [form, setForm] = useState<'new' | HcpTag>();
  const tags = useQuery(hcpTagsQuery({ q, cursor, sort, limit: 50 }));
  const refilter = (patch: Partial<HcpTagsSearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const add = mayWrite ? <Button onClick={() => setForm('new')}>Create HCP tag</Button> : null;
  const columns = mayWrite ? [...COLUMNS, actions(setForm)] : COLUMNS;
  return (
    <div className="ph-stack">
      <h2 className="pf-v6-u-screen-reader">All HCP tags</h2>
      <SearchToolbar
        searchLabel="Search name or description"
        q={q}
        onSearch={(next) => refilter({ q: next })}
        onClear={q ? () => refilter({ q: undefined }) : undefined}
        found={<Found page={tags.data} one="HCP tag" />}
        action={add}
      />
      <QueryView query={tags} what="the HCP tags" skeleton={<ListSkeleton what="the HCP tags" rows={4} />}>
        {(page) =>
          page.items.length === 0 ? (
            <EmptyState title={q ? 'No HCP tag fits' : 'No HCP tag yet'} icon={TagIcon} action={q ? undefined : add}>
              {q
                ? 'Search looks at names and descriptions.'
                : 'Use them to say what registries cannot: approved-production, beta, team-ai, archived. A rule can put them on what it brings in.'}
            </EmptyState>
          ) : (
            <DataTable
              label="HCP tags"
              columns={columns}
              rows={page.items}
              rowKey={(tag) => tag.id}
              sort={sort}
              onSort={(next) => refilter({ sort: next as HcpTagsSearch['sort'] })}
              isStale={tags.isPlaceholderData}
            />
          )
        }
      </QueryView>
      <Paging
        page={tags.data}
        search={search}
        listKey={JSON.stringify(['hcp-tags', q, sort])}
        onPage={(next) => change(next, 'push')}
      />
      {form === undefined ? null : form === 'new' ? (
        <HcpTagForm onClose={() => setForm(undefined)} />
      ) : (
        <HcpTagForm tag={form} onClose={() => setForm(undefined)} />
      )}
    </div>
  );
}

const COLUMNS: readonly Column<HcpTag>[] = [
  { label: 'HCP tag', sort: 'name', cell: (tag) => <HcpTagChip tag={tag} /> },
  {
    label: 'Description',
    modifier: 'breakWord',
    cell: (tag) => tag.description || <span className="ph-quiet">None</span>,
  },
  {
    label: 'Repositories',
    cell: (tag) =>
      tag.repositoryCount === 0 ? (
        'None'
      ) : (
        <Link to="/library" search={{ hcpTag: tag.name }}>
          {plural(tag.repositoryCount, 'repository', 'repositories')}
          <span className="pf-v6-u-screen-reader"> with {tag.name}</span>
        </Link>
      ),
  },
  {
    label: 'Images',
    cell: (tag) =>
      tag.imageCount === 0 ? (
        'None'
      ) : (
        <Link to="/library/tags" search={{ hcpTag: tag.name }}>
          {plural(tag.imageCount, 'image')}
          <span className="pf-v6-u-screen-reader"> with {tag.name}</span>
        </Link>
      ),
  },
  {
    label: 'Changed',
    sort: 'updated',
    descendingFirst: true,
    modifier: 'nowrap',
    cell: (tag) => (
      <>
        <RelativeTime time={tag.updatedAt} /> <span className="ph-quiet">by {tag.updatedBy}</span>
      </>
    ),
  },
];

function actions(onEdit: (tag: HcpTag) => void): Column<HcpTag> {
  return {
    label: 'Actions',
    hideLabel: true,
    modifier: 'nowrap',
    cell: (tag) => (
      <span className="ph-inline-list">
        <Button variant="link" isInline onClick={() => onEdit(tag)} aria-label={`Edit ${tag.name}`}>
          Edit
        </Button>
        <Delete tag={tag} />
      </span>
    ),
  };
}

function Delete({ tag }: { tag: HcpTag }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const remove = useDeleteHcpTag();
  const count = tag.repositoryCount + tag.imageCount;
  return (
    <>
      <Button variant="link" isInline isDanger onClick={() => setOpen(true)} aria-label={`Delete ${tag.name}`}>
        Delete
      </Button>
      <ConfirmDialog
        title={`Delete the HCP tag ${tag.name}?`}
        confirm="Delete"
        isOpen={isOpen}
        isBusy={remove.isPending}
        error={remove.error}
        onClose={() => setOpen(false)}
        onConfirm={() => remove.mutate(tag.id, { onSuccess: () => setOpen(false) })}
      >
        {count === 0 ? (
          <p>It is on nothing.</p>
        ) : (
          <p>
            It is on <strong>{plural(tag.repositoryCount, 'repository', 'repositories')}</strong> and{' '}
            <strong>{plural(tag.imageCount, 'image')}</strong>, and is taken off{' '}
            {count === 1 ? 'it' : `all ${formatCount(count)}`}. Repositories and images stay as they are.
          </p>
        )}
      </ConfirmDialog>
    </>
  );
}
