// PatternFly's tabs as links: its own component points aria-controls at panels, and there are none here.
import '@patternfly/patternfly/components/Tabs/tabs.css';
import { PageSection } from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { statisticsQuery } from '../../api/statistics.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { ListSkeleton, QueryView } from '../../components/states.tsx';
import { StatisticsStrip } from '../../components/statistics-strip.tsx';

const VIEWS = { '/library': 'Repositories', '/library/tags': 'All tags', '/library/statistics': 'Statistics' } as const;
export type LibraryView = keyof typeof VIEWS;

/** What the library's two lists share: title, counts, and the way from one to the other. */
export function LibraryHead({ current }: { current: LibraryView }): ReactElement {
  const statistics = useQuery(statisticsQuery);
  return (
    <>
      <PageTitle
        title="Image Library"
        documentTitle={current === '/library' ? 'Image Library' : VIEWS[current]}
        actions={
          <Link to="/manage/registries" className="pf-v6-c-button pf-m-secondary">
            <span className="pf-v6-c-button__text">Manage registries</span>
          </Link>
        }
      >
        <QueryView query={statistics} what="the counts" skeleton={<ListSkeleton what="the counts" rows={1} />}>
          {(counts) => <StatisticsStrip counts={counts} />}
        </QueryView>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-tabs">
        <nav aria-label="Lists of the library" className="pf-v6-c-tabs">
          <ul className="pf-v6-c-tabs__list">
            {Object.entries(VIEWS).map(([path, name]) => (
              <li key={path} className={`pf-v6-c-tabs__item${path === current ? ' pf-m-current' : ''}`}>
                <Link to={path} className="pf-v6-c-tabs__link" activeOptions={{ exact: true, includeSearch: false }}>
                  <span className="pf-v6-c-tabs__item-text">{name}</span>
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      </PageSection>
    </>
  );
}
