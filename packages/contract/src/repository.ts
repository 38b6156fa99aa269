/** A named collection of images in a registry. */
import { z } from 'zod';
import { Flag, Id, RepositoryName, TagName, Time } from './common.ts';
import { ImageState } from './decision.ts';
import { HcpTagFilter, HcpTagLabel } from './hcp-tag.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';
import { Kind } from './rule.ts';
import { ScanStatus } from './scan.ts';

export const Repository = z.object({
  id: Id,
  name: RepositoryName,
  registryId: Id,
  registry: z.string().meta({ description: "The registry's name" }),
  host: z.string().meta({ description: 'host[:port][/prefix] that stands before the name in a pull command' }),
  locationId: LocationId,
  kind: Kind,
  declaredKind: Kind.nullable(),
  description: z.string(),
  hcpTags: z.array(HcpTagLabel),
  tagCount: z.number().int(),
  missingCount: z.number().int(),
  newestTag: z.string().nullable(),
  newestTagAt: Time.nullable().meta({ description: 'Created, else pushed, else first seen, of the newest tag' }),
  engines: z.array(z.string()),
  majors: z.array(z.number().int()),
  updatedAt: Time.meta({ description: 'When a tag was last added, moved or retired' }),
  firstSeenAt: Time,
  isSample: z.boolean(),
  held: z.boolean().meta({ description: 'Many tags vanished at once; nothing is marked until a person confirms' }),
  warnings: z.array(z.string()).meta({
    description: 'Of the registry: skip_verify, plain_http; and of the last scans: mass absence, access lost',
  }),
  lastScan: z
    .object({
      id: Id,
      status: ScanStatus,
      startedAt: Time,
      finishedAt: Time.nullable(),
      requests: z.number().int(),
      message: z.string(),
      code: z.string().nullable(),
    })
    .nullable(),
});
export type Repository = z.infer<typeof Repository>;

/** Who wrote last, and when. */
const Edited = z.object({ by: z.string(), at: Time });

export const RepositoryDetail = Repository.extend({
  readme: z.string().nullable(),
  readmeRevision: z.number().int().meta({ description: 'Counts what people wrote; send it back with the next change' }),
  readmeEdited: Edited.nullable(),
  statedReadme: z
    .object({
      text: z.string().nullable().meta({ description: 'Markdown or plain text, from a registry: hostile' }),
      source: z.enum(['annotation', 'label']),
      key: z.string(),
      tag: TagName,
      documentation: z.string().nullable().meta({ description: 'An http(s) address; nothing fetches it' }),
    })
    .nullable()
    .meta({ description: 'What the newest image says about itself' }),
  descriptionRevision: z.number().int(),
  descriptionEdited: Edited.nullable(),
  hasOwnDescription: z.boolean().meta({ description: 'Whether a person wrote it; else it is the one of a rule' }),
  ruleDescription: z.string().meta({ description: 'What a rule says; shown again when the own one is taken away' }),
  listedTags: z.number().int().meta({ description: 'Tags the registry listed at the last listing, before rules' }),
  artifactTags: z.number().int().meta({ description: 'Signature, attestation and referrer tags among them' }),
  rules: z.array(z.object({ id: Id, name: z.string() })),
  states: z
    .array(z.object({ state: ImageState, tags: z.number().int() }))
    .optional()
    .meta({ description: 'How many of its tags are in each state, in the order of the states' }),
});
export type RepositoryDetail = z.infer<typeof RepositoryDetail>;

/** Orders of a list of repositories, `-` for descending. */
export const REPOSITORY_SORTS = [
  'name',
  '-name',
  'updated',
  '-updated',
  'tags',
  '-tags',
  'kind',
  '-kind',
  'description',
  '-description',
] as const;

export const RepositoryQuery = PageQuery.extend({
  q: z
    .string()
    .max(500)
    .optional()
    .meta({ description: 'A query (docs/search.md): part of the name or description, extension:vector' }),
  kind: Kind.optional(),
  registryId: Id.optional(),
  locationId: LocationId.optional(),
  hcpTag: HcpTagFilter.optional(),
  favourite: Flag.optional().meta({ description: 'true: those that the person who asks has starred' }),
  sort: z.enum(REPOSITORY_SORTS).default('name'),
});
export type RepositoryQuery = z.infer<typeof RepositoryQuery>;

const Revision = z
  .number()
  .int()
  .min(0)
  .optional()
  .meta({ description: 'The revision that was edited; an older one is refused with 409 conflict. Absent: overwrite' });

/** What people may write about a repository. It stays in the library and is never pushed to a registry. */
export const RepositoryPatch = z
  .strictObject({
    readme: z.string().max(100_000).nullable().optional().meta({ description: 'Markdown; null takes it away' }),
    readmeRevision: Revision,
    description: z
      .string()
      .trim()
      .min(1)
      .max(2000)
      .nullable()
      .optional()
      .meta({ description: 'Wins over the description of a rule; null brings that one back' }),
    descriptionRevision: Revision,
  })
  .refine(({ readme, description }) => readme !== undefined || description !== undefined, {
    message: 'send a readme or a description',
    path: ['readme'],
  });
export type RepositoryPatch = z.infer<typeof RepositoryPatch>;
