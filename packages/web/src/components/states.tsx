/** What stands where data should be: nothing yet, nothing at all, or an error. */

import {
  Alert,
  AlertActionLink,
  Button,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
  EmptyState as PfEmptyState,
  Skeleton,
} from '@patternfly/react-core';
import { ApiError } from '@pharos/contract';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ComponentType, ReactElement, ReactNode } from 'react';
import { isAway } from '../api/client.ts';
import { CubesIcon } from './icons.ts';

interface EmptyStateProps {
  title: string;
  children: ReactNode;
  action?: ReactNode;
  icon?: ComponentType;
  level?: 'h2' | 'h3';
}

/** An empty list: why it is empty, and the next step. */
export function EmptyState({ title, children, action, icon = CubesIcon, level = 'h2' }: EmptyStateProps): ReactElement {
  return (
    <PfEmptyState headingLevel={level} titleText={title} icon={icon} variant="sm">
      <EmptyStateBody>{children}</EmptyStateBody>
      {action ? (
        <EmptyStateFooter>
          <EmptyStateActions>{action}</EmptyStateActions>
        </EmptyStateFooter>
      ) : null}
    </PfEmptyState>
  );
}

/** The problem's parts, whatever was thrown. */
export function describeError(error: unknown): {
  title: string;
  detail: string;
  hint: string | undefined;
  code: string;
} {
  if (error instanceof ApiError) {
    const { title, detail, code, requestId } = error.problem;
    const trace = requestId ? ` Request ${requestId}.` : '';
    return { title, detail: `${detail}${error.status >= 500 ? trace : ''}`, hint: error.hint, code };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return {
    title: 'This page failed',
    detail,
    hint: 'Load the page again. If it fails again, report it.',
    code: 'page-failed',
  };
}

interface ErrorStateProps {
  error: unknown;
  /** What failed, as the end of a sentence: "the tags". */
  what: string;
  onRetry?: (() => void) | undefined;
}

/** What happened, what still works, what to do. */
export function ErrorState({ error, what, onRetry }: ErrorStateProps): ReactElement {
  const { title, detail, hint, code } = describeError(error);
  const works = isAway(error)
    ? 'Nothing in the library is lost, and the page tries again by itself.'
    : 'The rest of Pharos goes on working.';
  return (
    <Alert
      variant="danger"
      isInline
      component="h2"
      title={`Could not load ${what}: ${title}`}
      actionLinks={onRetry ? <AlertActionLink onClick={onRetry}>Try again</AlertActionLink> : undefined}
    >
      <p>{detail}</p>
      <p>{works}</p>
      {hint ? <p>What to do: {hint}</p> : null}
      <p className="ph-quiet">
        Code: <code>{code}</code>
      </p>
    </Alert>
  );
}

/** The error of an action, where the action is. */
export function ActionError({ error, what }: { error: unknown; what: string }): ReactElement | null {
  if (!error) return null;
  const { title, detail, hint } = describeError(error);
  return (
    <Alert variant="danger" isInline component="p" title={`${what}: ${title}`} isLiveRegion>
      <p>{detail}</p>
      {hint ? <p>What to do: {hint}</p> : null}
    </Alert>
  );
}

/** Lines that stand in for text. */
export function TextSkeleton({ lines = 4, what }: { lines?: number; what: string }): ReactElement {
  return (
    <div className="ph-stack" aria-busy="true">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
          key={line}
          width={`${90 - line * 12}%`}
          screenreaderText={line === 0 ? `Loading ${what}` : undefined}
        />
      ))}
    </div>
  );
}

/** The shape of a table or of cards. */
export function ListSkeleton({ what, rows = 6, cards = false }: { what: string; rows?: number; cards?: boolean }) {
  return (
    <div className={cards ? 'ph-card-grid' : 'ph-stack'} aria-busy="true">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
          key={row}
          height={cards ? '12rem' : '2.5rem'}
          screenreaderText={row === 0 ? `Loading ${what}` : undefined}
        />
      ))}
    </div>
  );
}

interface QueryViewProps<T> {
  query: UseQueryResult<T, Error>;
  what: string;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

/**
 * Data, skeleton or error. Data that was loaded before an error stays on screen, below the error: a failed refresh
 * takes nothing away.
 */
export function QueryView<T>({ query, what, skeleton, children }: QueryViewProps<T>): ReactElement {
  if (query.data === undefined) {
    if (query.isError) return <ErrorState error={query.error} what={what} onRetry={() => void query.refetch()} />;
    return <>{skeleton ?? <TextSkeleton what={what} />}</>;
  }
  return (
    <>
      {query.isError && !isAway(query.error) ? (
        <Alert
          variant="warning"
          isInline
          component="h2"
          title={`Could not refresh ${what}; what you see was loaded earlier.`}
          actionLinks={
            <Button variant="link" isInline onClick={() => void query.refetch()}>
              Try again
            </Button>
          }
        >
          {describeError(query.error).detail}
        </Alert>
      ) : null}
      {children(query.data)}
    </>
  );
}
