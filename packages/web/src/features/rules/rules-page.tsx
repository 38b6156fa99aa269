import { Alert, Label, PageSection, Switch, ToolbarItem } from '@patternfly/react-core';
import type { Rule } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { registriesQuery } from '../../api/registries.ts';
import { rulesQuery, useUpdateRule } from '../../api/rules.ts';
import { useMay } from '../../api/session.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Facet } from '../../components/facet.tsx';
import { plural } from '../../components/format.ts';
import { KindLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Found, Paging } from '../../components/paging.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { ActionError, EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import type { RulesSearch } from './search.ts';

export function RulesPage(): ReactElement {
  const [search, change] = useSearchState<RulesSearch>();
  const { page: _page, ...filters } = search;
  const rules = useQuery(rulesQuery({ ...filters, limit: 50 }));
  const registries = useQuery(registriesQuery());
  const update = useUpdateRule();
  const mayWrite = useMay('rules:write');
  const refilter = (patch: Partial<RulesSearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const filtered = Boolean(search.q || search.registryId);
  const registryName = (id: string | null) =>
    id === null ? 'Every registry' : (registries.data?.items.find((each) => each.id === id)?.name ?? id);
  const add = mayWrite ? (
    <Link to="/manage/rules/new" search={{ registryId: search.registryId }} className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">Add a rule</span>
    </Link>
  ) : null;

  const columns: readonly Column<Rule>[] = [
    {
      label: 'Name',
      modifier: 'breakWord',
      cell: (rule) => (
        <Link to="/manage/rules/$ruleId" params={{ ruleId: rule.id }}>
          {rule.name}
        </Link>
      ),
    },
    { label: 'Registry', cell: (rule) => registryName(rule.registryId) },
    { label: 'Repositories', modifier: 'breakWord', cell: (rule) => <Patterns rule={rule} /> },
    { label: 'Kind', cell: (rule) => (rule.kind ? <KindLabel kind={rule.kind} /> : 'As recognised') },
    {
      label: 'Lets in',
      modifier: 'nowrap',
      cell: (rule) => `${plural(rule.tagCount, 'tag')}, ${plural(rule.repositoryCount, 'repository', 'repositories')}`,
    },
    {
      label: 'Costs',
      modifier: 'nowrap',
      cell: (rule) => `${plural(rule.requests24h, 'request')} in 24 h`,
    },
    {
      label: 'On',
      cell: (rule) => (
        <Switch
          id={`on-${rule.id}`}
          aria-label={`${rule.name} is on`}
          isChecked={rule.enabled}
          isDisabled={!mayWrite || rule.source === 'file' || update.isPending}
          onChange={(_, enabled) => update.mutate({ id: rule.id, patch: { enabled } })}
        />
      ),
    },
    {
      label: 'Source',
      cell: (rule) => (
        <Label isCompact variant="outline">
          {rule.source === 'file' ? 'Agent file' : 'Pharos'}
        </Label>
      ),
    },
  ];

  return (
    <>
      <PageTitle title="Repository Rules">
        <p className="ph-quiet">
          Which repositories and tags of your registries belong in the library. Rules add up: a tag comes in when any
          rule takes it.
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <SearchToolbar
          searchLabel="Search rules"
          q={search.q}
          onSearch={(q) => refilter({ q })}
          facets={
            <ToolbarItem>
              <Facet
                label="Registry"
                options={(registries.data?.items ?? []).map(({ id, name, ruleCount }) => ({
                  value: id,
                  label: name,
                  count: ruleCount,
                }))}
                value={search.registryId}
                onChange={(registryId) => refilter({ registryId })}
              />
            </ToolbarItem>
          }
          onClear={filtered ? () => refilter({ q: undefined, registryId: undefined }) : undefined}
          found={<Found page={rules.data} one="rule" />}
          action={add}
        />
        <ActionError error={update.error} what="The rule was not changed" />
        <QueryView query={rules} what="the rules" skeleton={<ListSkeleton what="the rules" rows={4} />}>
          {(page) =>
            page.items.length === 0 ? (
              <EmptyState title={filtered ? 'No rule fits' : 'No rule yet'} action={add}>
                {filtered
                  ? 'Clear a filter to see more.'
                  : 'Without a rule nothing comes in. A rule takes a minute: name the repositories and look at the preview.'}
              </EmptyState>
            ) : (
              <>
                {page.items.some((rule) => rule.source === 'file') ? (
                  <Alert
                    variant="info"
                    isInline
                    isPlain
                    component="p"
                    title="Rules of an agent’s file are read-only here; change them in beacon_agent.yaml."
                  />
                ) : null}
                <DataTable
                  label="Repository Rules"
                  columns={columns}
                  rows={page.items}
                  rowKey={(rule) => rule.id}
                  isStale={rules.isPlaceholderData}
                />
              </>
            )
          }
        </QueryView>
        <Paging
          page={rules.data}
          search={search}
          listKey={JSON.stringify(['rules', { ...filters, cursor: undefined }])}
          onPage={(next) => change(next, 'push')}
        />
      </PageSection>
    </>
  );
}

function Patterns({ rule }: { rule: Rule }): ReactElement {
  const { include, exclude } = rule.repositories;
  const shown = include.slice(0, 4);
  return (
    <span className="ph-inline-list">
      {shown.map((pattern) => (
        <code key={pattern} className="ph-break">
          {pattern}
        </code>
      ))}
      {include.length > shown.length ? (
        <span className="ph-quiet">and {include.length - shown.length} more</span>
      ) : null}
      {exclude.length > 0 ? <span className="ph-quiet">without {exclude.join(', ')}</span> : null}
    </span>
  );
}
