import { Alert } from '@patternfly/react-core';
import type { PasswordLink } from '@pharos/contract';
import type { ReactElement } from 'react';
import { Code } from '../../components/code.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';

/** A one-time link, which is shown this once. */
export function LinkOnce({ name, link }: { name: string; link: PasswordLink }): ReactElement {
  return (
    <div className="ph-stack">
      <Alert variant="warning" isInline component="h2" title="Copy it now. It is not shown again.">
        Whoever opens it chooses the password of {name}. It works once, and ends <RelativeTime time={link.expiresAt} />.
      </Alert>
      <Code text={link.url} what="link" />
    </div>
  );
}
