import type { Tag } from '@pharos/contract';
import type { ReactElement } from 'react';
import { EndOfLifeLabel, NewerLabel } from '../../components/labels.tsx';

/** What a list says of a tag's lifecycle: only what asks for something to be done. */
export function LifecycleLabels({ tag }: { tag: Tag }): ReactElement | null {
  const { lifecycle } = tag;
  if (!lifecycle) return null;
  const { isPast, newerMinor, newerMinorTag, newerBuildTag } = lifecycle;
  const isMinor = newerMinor !== null || newerMinorTag !== null;
  if (!isPast && !isMinor && newerBuildTag === null) return null;
  return (
    <span className="ph-inline-list">
      {isPast ? <EndOfLifeLabel /> : null}
      {isMinor ? <NewerLabel text="Newer minor" /> : null}
      {newerBuildTag !== null ? <NewerLabel text="Newer build" /> : null}
    </span>
  );
}
