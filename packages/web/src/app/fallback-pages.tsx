import { PageSection } from '@patternfly/react-core';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { SearchIcon } from '../components/icons.ts';
import { PageTitle } from '../components/page-title.tsx';
import { EmptyState, ErrorState } from '../components/states.tsx';

/** 404: nothing at this address. */
export function NotFoundPage(): ReactElement {
  return (
    <>
      <PageTitle title="Page not found" />
      <PageSection hasBodyWrapper={false}>
        <EmptyState
          title="There is nothing at this address"
          icon={SearchIcon}
          action={<Link to="/library">Go to the Image Library</Link>}
        >
          The link may be mistyped, or what it named was removed.
        </EmptyState>
      </PageSection>
    </>
  );
}

/** A page that threw: the others go on working. */
export function FailedPage({ error, reset }: ErrorComponentProps): ReactElement {
  return (
    <>
      <PageTitle title="This page failed" />
      <PageSection hasBodyWrapper={false}>
        <ErrorState error={error} what="the page" onRetry={reset} />
      </PageSection>
    </>
  );
}
