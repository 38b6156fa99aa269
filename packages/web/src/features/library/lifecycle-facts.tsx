import type { TagDetail } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Fact } from '../../components/facts.tsx';
import { EndOfLifeLabel, WarningLabel } from '../../components/labels.tsx';

/** How long the image's software is maintained, and what is newer; nothing of images for which nothing is known. */
export function lifecycleFacts(tag: TagDetail): Fact[] {
  const { lifecycle } = tag;
  if (!lifecycle) return [];
  const { endOfLife, isPast, os, newerMinor, newerMinorTag, newerBuildTag, source, asOf } = lifecycle;
  const facts: Fact[] = [];
  if (endOfLife !== null) {
    facts.push([
      'End of life',
      <span key="e">
        <span className="ph-inline-list">
          {endOfLife}
          {isPast ? <EndOfLifeLabel /> : null}
        </span>
        <span className="ph-source ph-block">
          of the major version, by {source}, as of {asOf}
        </span>
      </span>,
    ]);
  }
  if (os !== null) {
    facts.push([
      'Base supported until',
      <span key="b" className="ph-inline-list">
        <span>
          {os.endOfLife} ({os.name}){os.extendedUntil === null ? '' : `, long-term support until ${os.extendedUntil}`}
        </span>
        {os.isPast ? <WarningLabel text="Regular support ended" /> : null}
      </span>,
    ]);
  }
  if (newerMinor !== null || newerMinorTag !== null) {
    facts.push([
      'Newer minor',
      <span key="m">
        {newerMinor === null ? null : `${newerMinor} is out`}
        {newerMinor !== null && newerMinorTag !== null ? '; here ' : null}
        {newerMinorTag === null ? null : <TagLink tag={tag} name={newerMinorTag} />}
        {newerMinorTag === null ? '; not in this repository for this flavour' : null}
      </span>,
    ]);
  }
  if (newerBuildTag !== null) facts.push(['Newer build', <TagLink key="n" tag={tag} name={newerBuildTag} />]);
  return facts;
}

function TagLink({ tag, name }: { tag: TagDetail; name: string }): ReactElement {
  return (
    <Link to="/library/$repositoryId/tags/$name" params={{ repositoryId: tag.repositoryId, name }} className="ph-break">
      {name}
    </Link>
  );
}
