/** The one search box: facets with counts, and what may be typed next. */
import { z } from 'zod';
import { FieldProblem } from './problem.ts';
import { TagQuery } from './tag.ts';

/** The same filters as the list of tags takes. */
export const TagFacetsQuery = TagQuery.omit({ limit: true, cursor: true, sort: true });
export type TagFacetsQuery = z.infer<typeof TagFacetsQuery>;

export const FACET_FIELDS = [
  'kind',
  'engine',
  'major',
  'flavour',
  'extension',
  'platform',
  'location',
  'registry',
  'state',
  'signed',
  'age',
  'hcp',
] as const;
export const FacetField = z.enum(FACET_FIELDS);
export type FacetField = z.infer<typeof FacetField>;

export const FacetValue = z.object({
  value: z.string(),
  label: z.string(),
  count: z.number().int().meta({ description: 'Tags with this value that fit all other filters' }),
  atLeast: z.boolean().meta({ description: 'There may be more: counting stopped at 10,000 tags' }),
  selected: z.boolean(),
  q: z.string().meta({ description: 'The query with this value switched on, or off where it is selected' }),
});
export type FacetValue = z.infer<typeof FacetValue>;

export const TagFacet = z.object({
  field: FacetField,
  values: z.array(FacetValue),
  more: z.boolean().meta({ description: 'There are more values than are listed' }),
});
export type TagFacet = z.infer<typeof TagFacet>;

export const TagFacets = z.object({ facets: z.array(TagFacet) });
export type TagFacets = z.infer<typeof TagFacets>;

export const CompletionQuery = z.strictObject({
  q: z.string().max(500).default(''),
  at: z.coerce.number().int().min(0).max(500).optional().meta({ description: 'The caret; the end of q by default' }),
  of: z.enum(['tags', 'repositories']).default('tags'),
});
export type CompletionQuery = z.infer<typeof CompletionQuery>;

export const Completions = z.object({
  from: z.number().int().meta({ description: 'A completion replaces q from here …' }),
  to: z.number().int().meta({ description: '… up to here' }),
  items: z.array(
    z.object({
      text: z.string().meta({ description: 'What is put there' }),
      label: z.string(),
      detail: z.string(),
    }),
  ),
  error: FieldProblem.extend({ code: z.string(), hint: z.string() })
    .nullable()
    .meta({ description: 'Why q cannot be searched for as it stands, with the position of the character' }),
});
export type Completions = z.infer<typeof Completions>;
