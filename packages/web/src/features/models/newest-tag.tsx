import type { Model } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';

/** The newest version, as a link to its tag where the list knows which repository it stands in. */
export function NewestTag({ model }: { model: Model }): ReactElement | null {
  const { newestTag, images } = model;
  if (newestTag === null) return null;
  const place = images.flatMap(({ places }) => places).find(({ name }) => name === newestTag);
  if (place === undefined) return <span className="ph-break">{newestTag}</span>;
  return (
    <Link
      to="/library/$repositoryId/tags/$name"
      params={{ repositoryId: place.repositoryId, name: newestTag }}
      className="ph-break"
    >
      {newestTag}
    </Link>
  );
}
