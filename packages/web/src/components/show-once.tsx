import { Alert } from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';
import { Code } from './code.tsx';

/** That a secret is shown this once, and what whoever has it may do. */
export function OnceAlert({ what = 'it', children }: { what?: string; children: ReactNode }): ReactElement {
  return (
    <Alert variant="warning" isInline component="h2" title={`Copy ${what} now. It is not shown again.`}>
      {children}
    </Alert>
  );
}

interface ShowOnceProps {
  secret: string;
  /** "token", "link" */
  what: string;
  children: ReactNode;
}

/** A secret to be copied, this once. */
export function ShowOnce({ secret, what, children }: ShowOnceProps): ReactElement {
  return (
    <div className="ph-stack">
      <OnceAlert>{children}</OnceAlert>
      <Code text={secret} what={what} />
    </div>
  );
}
