import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  Spinner,
} from '@patternfly/react-core';
import { useQuery } from '@tanstack/react-query';
import { Navigate, useLocation } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { isSignedOut } from '../api/client.ts';
import { sessionQuery } from '../api/session.ts';
import { describeError } from '../components/states.tsx';
import { Shell } from './shell.tsx';

/** Lets through who is signed in; the others go to sign-in, and back to where they were. */
export function SessionGate(): ReactElement {
  const session = useQuery(sessionQuery);
  const location = useLocation();
  if (session.data) return <Shell />;
  // The gate stays drawn until the sign-in page's code has come, when the location is that page already.
  const isLeaving = location.pathname === '/sign-in';
  if (isSignedOut(session.error) && !isLeaving) {
    const next = location.href === '/' ? undefined : location.href;
    return <Navigate to="/sign-in" search={{ next }} replace />;
  }
  if (!session.isError || isLeaving) {
    return (
      <main className="ph-centre" aria-busy="true">
        <h1 className="pf-v6-u-screen-reader">Pharos</h1>
        <Spinner aria-label="Loading Pharos" />
      </main>
    );
  }
  const { title, detail, hint } = describeError(session.error);
  return (
    <main className="ph-centre">
      <EmptyState titleText={title} headingLevel="h1" status="danger">
        <EmptyStateBody>
          <p>{detail}</p>
          {hint ? <p>{hint}</p> : null}
        </EmptyStateBody>
        <EmptyStateFooter>
          <EmptyStateActions>
            <Button onClick={() => void session.refetch()} isLoading={session.isFetching}>
              Try again
            </Button>
          </EmptyStateActions>
        </EmptyStateFooter>
      </EmptyState>
    </main>
  );
}
