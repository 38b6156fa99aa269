import { Button, FormSelect, FormSelectOption } from '@patternfly/react-core';
import type { RepositoryDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { leftOutQuery } from '../../api/rules.ts';
import { formatCount, plural } from '../../components/format.ts';
import { clauseWords, reasonName } from '../../components/reason.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import { QueryView } from '../../components/states.tsx';

const PAGE = 100;

/** Tags that the registry lists and no rule takes, each with the clause that decided. */
export function LeftOutTags({ repository }: { repository: RepositoryDetail }): ReactElement {
  const [reason, setReason] = useState('');
  const [pages, setPages] = useState<readonly string[]>([]);
  const cursor = pages.at(-1);
  const query = useQuery(
    leftOutQuery(repository.id, {
      limit: PAGE,
      ...(reason === '' ? {} : { reason: reason as 'prerelease' }),
      ...(cursor === undefined ? {} : { cursor }),
    }),
  );
  return (
    <QueryView query={query} what="the tags that stayed out">
      {(page) => (
        <div className="ph-stack-small">
          <p className="ph-quiet">
            {plural(page.total, 'listed tag is', 'listed tags are')} not in the library.
            {page.listedAt === null ? ' The registry was never listed.' : ' Listed '}
            {page.listedAt === null ? null : <RelativeTime time={page.listedAt} />}
          </p>
          {Object.keys(page.reasons).length > 1 ? (
            <FormSelect
              aria-label="Reason"
              value={reason}
              onChange={(_, value) => {
                setReason(value);
                setPages([]);
              }}
            >
              <FormSelectOption value="" label="Every reason" />
              {Object.entries(page.reasons).map(([name, count]) => (
                <FormSelectOption key={name} value={name} label={`${reasonName(name)} (${formatCount(count)})`} />
              ))}
            </FormSelect>
          ) : null}
          {page.items.length === 0 ? <p className="ph-note">Every tag that is listed is in the library.</p> : null}
          <ul className="ph-rows">
            {page.items.map((each) => (
              <li key={each.tag}>
                <span className="ph-row-main">
                  <span className="ph-break">{each.tag}</span>
                  <span className="ph-quiet ph-block">
                    {each.sentence}
                    {each.clause ? ` (${clauseWords(each.clause)}${each.text ? `: ${each.text}` : ''})` : ''}
                  </span>
                </span>
                {each.rule ? (
                  <Link className="ph-row-side" to="/manage/rules/$ruleId" params={{ ruleId: each.rule.id }}>
                    {each.rule.name}
                  </Link>
                ) : null}
              </li>
            ))}
          </ul>
          {pages.length > 0 || page.next !== null ? (
            <nav aria-label="Pages of tags that stayed out" className="ph-paging">
              <Button
                variant="secondary"
                size="sm"
                isDisabled={pages.length === 0}
                onClick={() => setPages(pages.slice(0, -1))}
              >
                Previous
              </Button>
              <Button
                variant="secondary"
                size="sm"
                isDisabled={page.next === null}
                onClick={() => page.next !== null && setPages([...pages, page.next])}
              >
                Next
              </Button>
            </nav>
          ) : null}
        </div>
      )}
    </QueryView>
  );
}
