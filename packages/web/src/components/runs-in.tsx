import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { usagesQuery } from '../api/dispatches.ts';
import { plural } from './format.ts';

/** How many things run an image now, by what agents reported: who is affected by a decision about it. */
export function RunsIn({
  digest,
  repositoryId,
  name,
}: {
  digest: string;
  repositoryId: string;
  name: string;
}): ReactElement {
  const uses = useQuery(usagesQuery(digest));
  if (uses.isPending) return <span className="ph-quiet">Asking …</span>;
  if (uses.isError) return <span className="ph-quiet">Not known: the answer failed</span>;
  if (uses.data.total === 0) return <>Nothing that an agent sees</>;
  return (
    <Link to="/library/$repositoryId/tags/$name" params={{ repositoryId, name }} search={{ tab: 'used-by' }}>
      {plural(uses.data.total, 'place')}
    </Link>
  );
}
