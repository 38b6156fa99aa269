import type { Completions } from '@pharos/contract';
import type { ReactElement } from 'react';

interface QueryErrorProps {
  id: string;
  q: string;
  error: Completions['error'];
}

/** Why the query cannot be read: a caret below the character, the reason, the cure. The list below stays as it was. */
export function QueryError({ id, q, error }: QueryErrorProps): ReactElement {
  return (
    <div id={id} role="status" className="ph-query-error">
      {error === null ? null : (
        <>
          <pre aria-hidden="true">{`${q}\n${' '.repeat(error.position ?? 0)}^`}</pre>
          <p>
            <strong>{error.message}</strong> {error.hint}
          </p>
        </>
      )}
    </div>
  );
}
