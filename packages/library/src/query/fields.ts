/** The fields of the query language: what each means, which values it takes, and where it can be used. */
import { Engine, ImageState, Kind, Presence } from '@pharos/contract';
import { SIGNED_STATES } from './signed.ts';

/** How the values of a field are read. */
export type FieldType = 'text' | 'word' | 'number' | 'version' | 'size' | 'age' | 'time' | 'flag' | 'pair' | 'moment';

export interface Field {
  readonly name: FieldName;
  readonly type: FieldType;
  readonly summary: string;
  readonly example: string;
  /** The only values of a `word`. */
  readonly words?: readonly string[];
  /** Other spellings of words. */
  readonly synonyms?: Readonly<Record<string, string>>;
  /** Whether it can also be asked of repositories: they fit when a tag in them does. */
  readonly ofRepositories: boolean;
}

export const FIELD_NAMES = [
  'kind',
  'engine',
  'major',
  'version',
  'flavour',
  'os',
  'extension',
  'platform',
  'location',
  'registry',
  'repository',
  'tag',
  'digest',
  'state',
  'signed',
  'presence',
  'age',
  'created',
  'pushed',
  'size',
  'label',
  'annotation',
  'hcp',
  'finding',
  'floating',
  'moved',
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

const ENGINE_SYNONYMS = { postgres: 'postgresql', pg: 'postgresql', pgextended: 'pge' };

/** It was a field of yes and no, and understands what such a field does. */
const SIGNED_SYNONYMS = { true: 'yes', y: 'yes', 1: 'yes', false: 'no', n: 'no', 0: 'no' };

/** name: type, summary, example, more. */
const TABLE: Record<FieldName, readonly [FieldType, string, string, Partial<Field>?]> = {
  kind: ['word', 'What the image is', 'kind:postgres', { words: Kind.options, ofRepositories: true }],
  engine: [
    'word',
    'PostgreSQL engine',
    'engine:epas',
    { words: Engine.options, synonyms: ENGINE_SYNONYMS, ofRepositories: true },
  ],
  major: ['number', 'Major version', 'major:>=16', { ofRepositories: true }],
  version: ['version', 'Version, in the order of versions', 'version:>=17.4'],
  flavour: ['text', 'Flavour of the image', 'flavour:standard', { ofRepositories: true }],
  os: ['text', 'Operating system that the tag names', 'os:trixie'],
  extension: ['text', 'Extension that the image brings', 'extension:vector', { ofRepositories: true }],
  platform: ['text', 'Platform; the architecture alone will do', 'platform:linux/arm64', { ofRepositories: true }],
  location: ['text', 'Location where it is available', 'location:eu-west', { ofRepositories: true }],
  registry: ['text', 'Registry: name, address or id', 'registry:production', { ofRepositories: true }],
  repository: ['text', 'Name of the repository', 'repository:edb-*', { ofRepositories: true }],
  tag: ['text', 'Name of the tag', 'tag:17.*'],
  digest: ['text', 'Digest or its beginning', 'digest:sha256:4f2a'],
  state: ['word', 'State of the image', 'state:pending', { words: ImageState.options, ofRepositories: true }],
  signed: [
    'word',
    'Whether a trusted key signed it, or a signature is only attached',
    'signed:verified',
    { words: [...SIGNED_STATES, 'yes'], synonyms: SIGNED_SYNONYMS, ofRepositories: true },
  ],
  presence: [
    'word',
    'Whether the registry still lists it',
    'presence:missing',
    { words: [...Presence.options, 'all'] },
  ],
  age: ['age', 'Time since it was created', 'age:<30d'],
  created: ['time', 'When it was created, else pushed, else first seen', 'created:>2026-01-01'],
  pushed: ['time', 'When it was pushed', 'pushed:2026-03'],
  size: ['size', 'Bytes to pull', 'size:>1GiB'],
  label: ['pair', 'Label of the image', 'label:vendor=EDB'],
  annotation: ['pair', 'Annotation of the image', 'annotation:org.opencontainers.image.vendor=EDB'],
  hcp: ['text', 'HCP tag of the image or its repository', 'hcp:production', { ofRepositories: true }],
  finding: ['flag', 'Whether something about it needs a look', 'finding:yes'],
  floating: [
    'flag',
    'Whether the tag names no exact version, so that it moves',
    'floating:no',
    { ofRepositories: true },
  ],
  moved: ['moment', 'Whether the tag ever moved to another digest, or when', 'moved:<7d'],
};

export const FIELDS: Readonly<Record<FieldName, Field>> = Object.fromEntries(
  FIELD_NAMES.map((name) => {
    const [type, summary, example, more = {}] = TABLE[name];
    return [name, { name, type, summary, example, ofRepositories: false, ...more }];
  }),
) as Record<FieldName, Field>;

/** Spellings that people bring along. */
const ALIASES: Readonly<Record<string, FieldName>> = {
  type: 'kind',
  repo: 'repository',
  image: 'repository',
  name: 'tag',
  ext: 'extension',
  arch: 'platform',
  architecture: 'platform',
  flavor: 'flavour',
  findings: 'finding',
};

/** The field of a name, in any case, or null. */
export function fieldOf(name: string): Field | null {
  const lower = name.toLowerCase();
  const canonical = Object.hasOwn(ALIASES, lower) ? ALIASES[lower]! : lower;
  return Object.hasOwn(FIELDS, canonical) ? FIELDS[canonical as FieldName] : null;
}

/** The word out of `words` that somebody may have meant, or null: at most two typing errors, fewer in short words. */
export function nearest(typed: string, words: readonly string[]): string | null {
  const lower = typed.toLowerCase();
  const begun = words.find((word) => lower.length > 1 && word.startsWith(lower));
  if (begun !== undefined) return begun;
  const most = lower.length <= 4 ? 1 : 2;
  const near = words
    .map((word) => [word, editDistance(lower, word.toLowerCase())] as const)
    .filter(([, distance]) => distance <= most)
    .sort((a, b) => a[1] - b[1]);
  return near[0]?.[0] ?? null;
}

/** The name of every field and alias, for `nearest`. */
export const KNOWN_NAMES: readonly string[] = [...FIELD_NAMES, ...Object.keys(ALIASES)];

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  const rows = Array.from({ length: a.length + 1 }, (_, row) => [row, ...Array<number>(b.length).fill(0)]);
  for (let column = 1; column <= b.length; column += 1) rows[0]![column] = column;
  for (let row = 1; row <= a.length; row += 1) {
    for (let column = 1; column <= b.length; column += 1) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(
        rows[row - 1]![column]! + 1,
        rows[row]![column - 1]! + 1,
        rows[row - 1]![column - 1]! + cost,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = Math.min(least, rows[row - 2]![column - 2]! + 1);
      }
      rows[row]![column] = least;
    }
  }
  return rows[a.length]![b.length]!;
}
