import type { Tag } from '@pharos/contract';
import type { ReactElement } from 'react';
import { NewerLabel } from '../../components/labels.tsx';

/** What a list says of a tag's lifecycle: only what asks for something to be done. EOL is a system tag. */
export function LifecycleLabels({ tag }: { tag: Tag }): ReactElement | null {
  const { lifecycle } = tag;
  if (!lifecycle) return null;
  const { newerMinor, newerMinorTag, newerBuildTag } = lifecycle;
  const isMinor = newerMinor !== null || newerMinorTag !== null;
  if (!isMinor && newerBuildTag === null) return null;
  return (
    <span className="ph-inline-list">
      {isMinor ? <NewerLabel text="Newer minor" /> : null}
      {newerBuildTag !== null ? <NewerLabel text="Newer build" /> : null}
    </span>
  );
}
