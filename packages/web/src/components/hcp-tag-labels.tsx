/** HCP tags are filled and in their colour; system tags, which nobody can edit, are outlines with a sign before them. */
import { Label } from '@patternfly/react-core';
import type { HcpTagLabel, SystemTag } from '@pharos/contract';
import type { ReactElement } from 'react';
import { Hint } from './hint.tsx';
import { MagicIcon, TagIcon } from './icons.ts';

/** One HCP tag as it is drawn everywhere. */
export function HcpTagChip({ tag }: { tag: Pick<HcpTagLabel, 'name' | 'color'> }): ReactElement {
  return (
    <Label isCompact color={tag.color} icon={<TagIcon />} textMaxWidth="16rem">
      {tag.name}
    </Label>
  );
}

interface LabelsProps {
  hcpTags: readonly HcpTagLabel[];
  systemTags?: readonly SystemTag[];
  /** More than these are counted only; all are on the page of the thing itself. */
  most?: number;
}

/** System tags first: they are the same everywhere. Nothing is drawn where there is nothing. */
export function HcpTagLabels({ hcpTags, systemTags = [], most = Number.POSITIVE_INFINITY }: LabelsProps) {
  if (hcpTags.length + systemTags.length === 0) return null;
  const shown = hcpTags.slice(0, most);
  const hidden = hcpTags.slice(most);
  return (
    <ul className="ph-inline-list" aria-label="System tags and HCP tags">
      {systemTags.map((tag) => (
        <li key={tag.id}>
          <SystemTagChip tag={tag} />
        </li>
      ))}
      {shown.map((tag) => (
        <li key={tag.id}>
          <HcpTagChip tag={tag} />
        </li>
      ))}
      {hidden.length > 0 ? (
        <li className="ph-quiet" title={hidden.map(({ name }) => name).join(', ')}>
          and {hidden.length} more
        </li>
      ) : null}
    </ul>
  );
}

/** Beside the page's content, so that a screen reader finds it in a landmark. */
const inMain = () => document.getElementById('main') ?? document.body;

/** Focusable, so that the keyboard reaches what it is computed from. */
function SystemTagChip({ tag }: { tag: SystemTag }): ReactElement {
  return (
    <Hint content={`Computed, cannot be edited. ${tag.reason}`} aria="none" entryDelay={200} appendTo={inMain}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the tooltip has to be reachable by keyboard */}
      <span tabIndex={0} role="note" className="ph-system-tag" aria-label={`${tag.name}: ${tag.reason}`}>
        <Label isCompact variant="outline" icon={<MagicIcon />}>
          {tag.name}
        </Label>
      </span>
    </Hint>
  );
}
