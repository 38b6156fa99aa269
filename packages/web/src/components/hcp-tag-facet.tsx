import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { hcpTagsQuery } from '../api/hcp-tags.ts';
import { HcpTagChip } from './hcp-tag-labels.tsx';
import { MultiFacet } from './multi-facet.tsx';

interface HcpTagFacetProps {
  /** Names joined by commas, as the API takes them. */
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  /** Whose counts stand beside the names. */
  of: 'repositories' | 'images';
}

/** Narrows a list to what carries all of the chosen HCP tags. */
export function HcpTagFacet({ value, onChange, of }: HcpTagFacetProps): ReactElement {
  const tags = useQuery(hcpTagsQuery());
  const names = value?.split(',').filter((name) => name !== '') ?? [];
  return (
    <MultiFacet
      label="HCP tags"
      options={(tags.data?.items ?? []).map((tag) => ({
        value: tag.name,
        label: <HcpTagChip tag={tag} />,
        count: of === 'images' ? tag.imageCount : tag.repositoryCount,
      }))}
      values={names}
      onChange={(next) => onChange(next.length === 0 ? undefined : next.join(','))}
      empty="No HCP tag exists yet"
    />
  );
}
