import { Label } from '@patternfly/react-core';
import type { CatalogFollower } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';

/** Clusters that follow a catalog. */
export function FollowerList({
  followers,
  label,
}: {
  followers: readonly CatalogFollower[];
  label: string;
}): ReactElement {
  return (
    <ul className="ph-rows" aria-label={label}>
      {followers.map(({ id, name, namespace, major, stage, apply }) => (
        <li key={id}>
          <span className="ph-row-main">
            <Link to="/databases/$clusterId" params={{ clusterId: id }}>
              {namespace}/{name}
            </Link>
          </span>
          <span className="ph-row-side ph-quiet">
            {stage === 'canary' ? (
              <Label isCompact variant="outline">
                Canary
              </Label>
            ) : null}
            version {major}
            {apply ? '' : ', as a file'}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Without the digest, which nobody reads in a sentence. */
export const imageName = (image: string) => image.replace(/@sha256:[0-9a-f]+$/, '');
