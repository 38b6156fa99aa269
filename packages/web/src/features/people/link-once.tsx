import type { PasswordLink } from '@pharos/contract';
import type { ReactElement } from 'react';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ShowOnce } from '../../components/show-once.tsx';

/** A one-time link, which is shown this once. */
export function LinkOnce({ name, link }: { name: string; link: PasswordLink }): ReactElement {
  return (
    <ShowOnce secret={link.url} what="link">
      Whoever opens it chooses the password of {name}. It works once, and ends <RelativeTime time={link.expiresAt} />.
    </ShowOnce>
  );
}
