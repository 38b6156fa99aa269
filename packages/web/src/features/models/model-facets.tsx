import { ToolbarItem } from '@patternfly/react-core';
import type { ModelTask } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { modelFacetsQuery } from '../../api/models.ts';
import { Facet, type FacetOption } from '../../components/facet.tsx';
import { TASK_NAMES } from './model-words.ts';
import type { ModelFilters } from './search.ts';

const GPU_COUNTS = [1, 2, 4, 8];
/** Memory of products that models are tested on. */
const GPU_MEMORY = [16, 24, 48, 80, 141];

const upTo = (numbers: readonly number[], unit: string): FacetOption[] =>
  numbers.map((number) => ({ value: String(number), label: `up to ${number}${unit}` }));

interface ModelFacetFieldsProps {
  filters: ModelFilters;
  onChange: (patch: Partial<ModelFilters>) => void;
}

/** The filters of the Model Library; a filter in which all models are alike is not offered. */
export function ModelFacetFields({ filters, onChange }: ModelFacetFieldsProps): ReactElement {
  const facets = useQuery(modelFacetsQuery(filters)).data;
  const number = (value: string | undefined) => (value === undefined ? undefined : Number(value));
  const tasks = facets?.task.map((each) => ({ ...each, label: TASK_NAMES[each.value as ModelTask] }));
  const lists = [
    ['task', 'Task', tasks],
    ['publisher', 'Publisher', facets?.publisher],
    ['licence', 'Licence', facets?.licence],
    ['precision', 'Precision', facets?.precision],
    ['registryId', 'Registry', facets?.registryId],
    ['locationId', 'Location', facets?.locationId],
  ] as const;
  return (
    <>
      {lists.map(([field, label, options = []]) =>
        // Where all models are alike there is nothing to choose.
        options.length < 2 && filters[field] === undefined ? null : (
          <ToolbarItem key={field}>
            <Facet
              label={label}
              options={options}
              value={filters[field]}
              onChange={(value) => onChange({ [field]: value })}
            />
          </ToolbarItem>
        ),
      )}
      <ToolbarItem>
        <Facet
          label="GPUs"
          options={upTo(GPU_COUNTS, '')}
          anyLabel="Any"
          value={filters.gpuCount === undefined ? undefined : String(filters.gpuCount)}
          onChange={(value) => onChange({ gpuCount: number(value) })}
        />
      </ToolbarItem>
      <ToolbarItem>
        <Facet
          label="GPU memory"
          options={upTo(GPU_MEMORY, ' GiB')}
          anyLabel="Any"
          value={filters.gpuMemoryGiB === undefined ? undefined : String(filters.gpuMemoryGiB)}
          onChange={(value) => onChange({ gpuMemoryGiB: number(value) })}
        />
      </ToolbarItem>
    </>
  );
}
