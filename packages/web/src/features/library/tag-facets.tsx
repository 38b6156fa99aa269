import { ToolbarItem } from '@patternfly/react-core';
import type { ReactElement } from 'react';
import { Facet, type FacetOption } from '../../components/facet.tsx';
import { HcpTagFacet } from '../../components/hcp-tag-facet.tsx';
import { ENGINE_NAMES } from '../../components/labels.tsx';
import type { TagFilters } from './search.ts';

const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/ppc64le', 'linux/s390x', 'linux/arm/v7', 'windows/amd64'];
const FLAVOURS = ['minimal', 'standard', 'system', 'full'];
const PRESENCES = [
  { value: 'missing', label: 'Missing' },
  { value: 'retired', label: 'Retired' },
  { value: 'all', label: 'All, also retired' },
];

const plain = (values: readonly (string | number)[]): FacetOption[] =>
  values.map((value) => ({ value: String(value), label: String(value) }));

interface TagFacetsProps {
  search: TagFilters;
  onChange: (patch: Partial<TagFilters>) => void;
  majors: readonly number[];
  /** Whether engine, major and flavour mean anything here. */
  hasPostgres: boolean;
}

/** The filters that every table of tags has. */
export function TagFacets({ search, onChange, majors, hasPostgres }: TagFacetsProps): ReactElement {
  return (
    <>
      <ToolbarItem>
        <Facet
          label="Platform"
          options={plain(PLATFORMS)}
          value={search.platform}
          onChange={(platform) => onChange({ platform })}
        />
      </ToolbarItem>
      {hasPostgres ? (
        <>
          <ToolbarItem>
            <Facet
              label="Engine"
              options={Object.entries(ENGINE_NAMES).map(([value, label]) => ({ value, label }))}
              value={search.engine}
              onChange={(engine) => onChange({ engine: engine as TagFilters['engine'] })}
            />
          </ToolbarItem>
          <ToolbarItem>
            <Facet
              label="Major"
              options={plain(majors)}
              value={search.major === undefined ? undefined : String(search.major)}
              onChange={(major) => onChange({ major: major === undefined ? undefined : Number(major) })}
            />
          </ToolbarItem>
          <ToolbarItem>
            <Facet
              label="Flavour"
              options={plain(FLAVOURS)}
              value={search.flavour}
              onChange={(flavour) => onChange({ flavour })}
            />
          </ToolbarItem>
        </>
      ) : null}
      <ToolbarItem>
        <HcpTagFacet of="images" value={search.hcpTag} onChange={(hcpTag) => onChange({ hcpTag })} />
      </ToolbarItem>
      <ToolbarItem>
        <Facet
          label="Presence"
          options={PRESENCES}
          anyLabel="In the library"
          value={search.presence}
          onChange={(presence) => onChange({ presence: presence as TagFilters['presence'] })}
        />
      </ToolbarItem>
    </>
  );
}

/** No filter at all; the sort stays. */
export const NO_TAG_FILTERS: TagFilters = {
  q: undefined,
  platform: undefined,
  engine: undefined,
  major: undefined,
  flavour: undefined,
  presence: undefined,
  hcpTag: undefined,
  cursor: undefined,
  page: undefined,
};

export function hasTagFilters(search: TagFilters): boolean {
  const { q, platform, engine, major, flavour, presence, hcpTag } = search;
  return [q, platform, engine, major, flavour, presence, hcpTag].some((value) => value !== undefined);
}
