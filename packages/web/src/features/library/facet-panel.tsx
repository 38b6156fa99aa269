import { Button, Checkbox } from '@patternfly/react-core';
import type { FacetField, FacetValue, TagFacet, TagFacets } from '@pharos/contract';
import { type ReactElement, useId, useState } from 'react';
import { formatCount } from '../../components/format.ts';
import { FilterIcon } from '../../components/icons.ts';
import { ENGINE_NAMES, IMAGE_STATE_NAMES, KIND_NAMES } from '../../components/labels.tsx';

interface FacetPanelProps {
  facets: TagFacets | undefined;
  isStale: boolean;
  /** The query that the choice makes. */
  onQuery: (q: string) => void;
}

const ORDER: readonly (readonly [FacetField, string])[] = [
  ['kind', 'Kind'],
  ['state', 'State'],
  ['engine', 'Engine'],
  ['major', 'Major version'],
  ['extension', 'Extension'],
  ['platform', 'Platform'],
  ['age', 'Created'],
  ['flavour', 'Flavour'],
  ['registry', 'Registry'],
  ['location', 'Location'],
  ['hcp', 'HCP tag'],
  ['signed', 'Signed'],
];

const WORDS: Partial<Record<FacetField, Readonly<Record<string, string>>>> = {
  kind: KIND_NAMES,
  engine: ENGINE_NAMES,
  // People look for it by the name of its project.
  extension: { vector: 'vector (pgvector)' },
  age: {
    '<1d': 'In the last day',
    '<7d': 'In the last 7 days',
    '<30d': 'In the last 30 days',
    '<90d': 'In the last 90 days',
    '<1y': 'In the last year',
  },
  signed: { verified: 'By a trusted key', attached: 'Attached, not verified', no: 'No signature known' },
  state: IMAGE_STATE_NAMES,
};

/** Every filter with its values and how many tags each gives. A choice writes the query in the box. */
export function FacetPanel({ facets, isStale, onQuery }: FacetPanelProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const shown = ORDER.flatMap(([field, name]) => {
    const facet = facets?.facets.find((one) => one.field === field);
    return facet && isTelling(facet) ? [{ facet, name }] : [];
  });
  return (
    <section aria-label="Filters" className="ph-facets" aria-busy={isStale}>
      <Button
        className="ph-facets-toggle"
        variant="secondary"
        icon={<FilterIcon />}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        Filters
      </Button>
      <div id={id} className={isOpen ? 'ph-facet-list ph-open' : 'ph-facet-list'}>
        {shown.map(({ facet, name }) => (
          <Facet key={facet.field} facet={facet} name={name} onQuery={onQuery} />
        ))}
      </div>
    </section>
  );
}

/** One value that all tags have narrows nothing, and values that no tag has lead nowhere. */
function isTelling({ values }: TagFacet): boolean {
  return (values.length > 1 && values.some(({ count }) => count > 0)) || values.some(({ selected }) => selected);
}

const FEW = 8;

function Facet({
  facet,
  name,
  onQuery,
}: {
  facet: TagFacet;
  name: string;
  onQuery: (q: string) => void;
}): ReactElement {
  const [isWhole, setWhole] = useState(false);
  const id = useId();
  const { field, values, more } = facet;
  const shown = isWhole ? values : values.filter(({ selected }, at) => at < FEW || selected);
  return (
    <fieldset className="ph-facet">
      <legend>{name}</legend>
      {shown.map((value) => (
        <Checkbox
          key={value.value}
          id={`${id}-${value.value}`}
          isChecked={value.selected}
          onChange={() => onQuery(value.q)}
          label={<ValueLabel field={field} value={value} />}
        />
      ))}
      {values.length > FEW ? (
        <Button variant="link" isInline size="sm" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show fewer' : `Show ${values.length - shown.length} more`}
        </Button>
      ) : null}
      {isWhole && more ? <p className="ph-quiet">Write {field}: in the search for others.</p> : null}
    </fieldset>
  );
}

function ValueLabel({ field, value }: { field: FacetField; value: FacetValue }): ReactElement {
  return (
    <span className="ph-facet-value">
      <span>{WORDS[field]?.[value.value] ?? value.label}</span>
      <span className="ph-quiet">
        {formatCount(value.count)}
        {value.atLeast ? '+' : ''}
      </span>
    </span>
  );
}
