import { Button } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { useFavourites, useStar } from '../api/me.ts';
import { OutlinedStarIcon, StarIcon } from './icons.ts';

/** The star of a repository: one's own favourite or not. */
export function Star({ repositoryId, name }: { repositoryId: string; name: string }): ReactElement {
  const isOn = useFavourites().has(repositoryId);
  const star = useStar();
  return (
    <Button
      variant="plain"
      size="sm"
      className="ph-star"
      aria-pressed={isOn}
      aria-label={`Favourite ${name}`}
      title={star.isError ? 'The star was not saved' : isOn ? 'Take the star off' : 'Add to favourites'}
      icon={isOn ? <StarIcon /> : <OutlinedStarIcon />}
      onClick={() => star.mutate({ repositoryId, on: !isOn })}
    />
  );
}
