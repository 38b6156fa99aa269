import { Button, ToolbarItem } from '@patternfly/react-core';
import type { LeftOut, LeftOutPage, RepositoryDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useId, useState } from 'react';
import { explainQuery, leftOutQuery } from '../../api/rules.ts';
import { Facet } from '../../components/facet.tsx';
import { SearchIcon } from '../../components/icons.ts';
import { Found, Paging } from '../../components/paging.tsx';
import { clauseWords, reasonName } from '../../components/reason.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import { SearchToolbar } from '../../components/search-toolbar.tsx';
import { EmptyState, ListSkeleton, QueryView } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { RuleReasons } from './rule-reasons.tsx';
import type { RepositorySearch } from './search.ts';

/** Tags that the registry lists and no rule takes, each with the clause that decided. */
export function LeftOutTags({ repository }: { repository: RepositoryDetail }): ReactElement {
  const [search, change] = useSearchState<RepositorySearch>();
  const { q, reason, cursor } = search;
  const query = useQuery(leftOutQuery(repository.id, { q, reason, cursor, limit: 50 }));
  const refilter = (patch: Partial<RepositorySearch>) => change({ ...patch, cursor: undefined, page: undefined });
  const filtered = Boolean(q || reason);
  return (
    <>
      <h2 className="pf-v6-u-screen-reader">Tags that stayed out</h2>
      <SearchToolbar
        searchLabel="Search tag name"
        q={q}
        onSearch={(text) => refilter({ q: text })}
        facets={
          <ToolbarItem>
            <Facet
              label="Reason"
              options={Object.entries(query.data?.reasons ?? {}).map(([value, count]) => ({
                value,
                label: reasonName(value),
                count,
              }))}
              value={reason}
              onChange={(value) => refilter({ reason: value as RepositorySearch['reason'] })}
            />
          </ToolbarItem>
        }
        onClear={filtered ? () => refilter({ q: undefined, reason: undefined }) : undefined}
        found={<Found page={query.data} one="tag" />}
      />
      <QueryView query={query} what="the tags that stayed out" skeleton={<ListSkeleton what="the tags" rows={10} />}>
        {(page) =>
          page.items.length === 0 ? (
            <Nothing page={page} filtered={filtered} />
          ) : (
            <Rows page={page} repository={repository} />
          )
        }
      </QueryView>
      <Paging
        page={query.data}
        search={search}
        listKey={JSON.stringify(['left-out', repository.id, q, reason])}
        onPage={(next) => change(next, 'push')}
      />
    </>
  );
}

function Nothing({ page, filtered }: { page: LeftOutPage; filtered: boolean }): ReactElement {
  if (filtered) {
    return (
      <EmptyState title="No tag fits" icon={SearchIcon}>
        Clear a filter to see more.
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No tag stayed out">
      {page.listedAt === null
        ? 'The registry was not listed yet. “Sync now” reads it.'
        : 'Every tag that the registry lists is in the library.'}
    </EmptyState>
  );
}

function Rows({ page, repository }: { page: LeftOutPage; repository: RepositoryDetail }): ReactElement {
  return (
    <>
      {page.listedAt === null ? null : (
        <p className="ph-quiet">
          The registry listed these tags <RelativeTime time={page.listedAt} />, and no rule takes them.
        </p>
      )}
      <ul className="ph-rows">
        {page.items.map((each) => (
          <Row key={each.tag} each={each} repository={repository} />
        ))}
      </ul>
    </>
  );
}

function Row({ each, repository }: { each: LeftOut; repository: RepositoryDetail }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <li>
      <span className="ph-row-main">
        <strong className="ph-break">{each.tag}</strong>
        <span className="ph-quiet ph-block">{each.sentence}</span>
        {each.rule ? (
          <span className="ph-quiet ph-block">
            <Link to="/manage/rules/$ruleId" params={{ ruleId: each.rule.id }}>
              {each.rule.name}
              {each.clause ? `, ${clauseWords(each.clause)}` : ''}
            </Link>
            {each.text ? (
              <>
                : <code className="ph-break">{each.text}</code>
              </>
            ) : null}
          </span>
        ) : null}
        {isOpen ? (
          <div id={id}>
            <EveryRule repository={repository} tag={each.tag} />
          </div>
        ) : null}
      </span>
      <span className="ph-row-side">
        <Button
          variant="link"
          isInline
          size="sm"
          aria-expanded={isOpen}
          aria-controls={isOpen ? id : undefined}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? 'Hide' : 'Why?'}
          <span className="pf-v6-u-screen-reader"> {each.tag}, by every rule</span>
        </Button>
      </span>
    </li>
  );
}

function EveryRule({ repository, tag }: { repository: RepositoryDetail; tag: string }): ReactElement {
  const query = useQuery(explainQuery({ registryId: repository.registryId, repository: repository.name, tag }));
  return (
    <QueryView query={query} what="what the rules say">
      {({ items: [answer] }) => (answer ? <RuleReasons reasons={answer.rules} /> : null)}
    </QueryView>
  );
}
