import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';

/** The way to the differences of two images. `of` says which, for a screen reader in a list of such links. */
export function CompareLink({
  from,
  to,
  text,
  of,
}: {
  from: string;
  to: string;
  text: string;
  of?: string;
}): ReactElement {
  return (
    <Link to="/library/compare" search={{ from, to }}>
      {text}
      {of ? <span className="pf-v6-u-screen-reader"> {of}</span> : null}
    </Link>
  );
}
