/**
 * What very many tags have in common, so that lists and counts can be decided for all of them at once: a million tags
 * have some thousand profiles.
 */
import type { Engine, Kind } from '@pharos/contract';
import { platformArchitecture } from '../platform.ts';
import type { FieldName } from './fields.ts';
import { matchesText } from './match-text.ts';
import type { Bound, Term, Value } from './query.ts';
import { signedState } from './signed.ts';

export interface TagProfile {
  readonly id: number;
  readonly registryId: string;
  readonly registryName: string;
  readonly registryUrl: string;
  readonly locationId: string;
  readonly kind: Kind;
  readonly engine: Engine | null;
  readonly major: number | null;
  readonly flavour: string | null;
  readonly floating: boolean;
  /** A signature hangs on the image. */
  readonly signed: boolean;
  /** A trusted key's signature of the image was verified. */
  readonly verified: boolean;
  readonly platforms: readonly string[];
  readonly extensions: readonly string[];
  /** Fields in which the tags of the profile differ: it says nothing of these, and the tags must be asked. */
  readonly varies: readonly FieldName[];
}

/** Fields that a profile answers. */
export const PROFILE_FIELDS: ReadonlySet<FieldName> = new Set([
  'kind',
  'engine',
  'major',
  'flavour',
  'extension',
  'platform',
  'location',
  'registry',
  'signed',
  'floating',
]);

/** Whether the tags of a profile fit a term of one of these fields; null: some may. */
export function profileFits(profile: TagProfile, term: Term): boolean | null {
  if (term.field === null || !PROFILE_FIELDS.has(term.field)) return null;
  if (profile.varies.includes(term.field)) return null;
  const fits = term.values.some((value) => valueFits(profile, term.field!, value));
  return fits !== term.negated;
}

function valueFits(profile: TagProfile, field: FieldName, value: Value): boolean {
  switch (field) {
    case 'kind':
      return isText(value, profile.kind);
    case 'engine':
      return isText(value, profile.engine);
    case 'flavour':
      return isText(value, profile.flavour);
    case 'location':
      return isText(value, profile.locationId);
    case 'registry':
      return [profile.registryId, profile.registryName, profile.registryUrl].some((name) => isText(value, name));
    case 'extension':
      return profile.extensions.some((name) => extensionFits(value, name));
    case 'platform':
      return profile.platforms.some((platform) => platformFits(value, platform));
    case 'major':
      return value.type === 'range' && profile.major !== null && isWithin(profile.major, value);
    case 'signed':
      // See withSignedWords for `yes`.
      return isText(value, signedState(profile)) || (profile.verified && isText(value, 'yes'));
    case 'floating':
      return isFlag(value, profile.floating);
    default:
      return false;
  }
}

function isText(value: Value, text: string | null): boolean {
  return value.type === 'text' && text !== null && matchesText(value, text);
}

function isFlag(value: Value, flag: boolean): boolean {
  return value.type === 'flag' && value.yes === flag;
}

/** pgvector calls itself `vector` in the catalog of PostgreSQL; people call it by its project's name. */
const EXTENSION_SYNONYMS: Readonly<Record<string, string>> = { pgvector: 'vector', pg_vector: 'vector' };

/** The name that an extension has in `pg_extension`. */
export function extensionName(typed: string): string {
  const lower = typed.toLowerCase();
  return Object.hasOwn(EXTENSION_SYNONYMS, lower) ? EXTENSION_SYNONYMS[lower]! : typed;
}

/** The same for a name that is being typed: `pgv` → `vector`. */
export function extensionBegun(typed: string): string {
  const lower = typed.toLowerCase();
  const known = lower.length > 2 && Object.keys(EXTENSION_SYNONYMS).find((name) => name.startsWith(lower));
  return known ? EXTENSION_SYNONYMS[known]! : typed;
}

function extensionFits(value: Value, name: string): boolean {
  if (value.type !== 'text') return false;
  return matchesText(value, name) || (!value.pattern && name.toLowerCase() === extensionName(value.text).toLowerCase());
}

/** `linux/arm64` finds `linux/arm64/v8` too, and `arm64` finds it on every system. */
function platformFits(value: Value, platform: string): boolean {
  if (value.type !== 'text') return false;
  if (value.pattern) return matchesText(value, platform);
  const wanted = platformArchitecture(value.text);
  const [, architecture = '', variant = ''] = platform.split('/');
  return (
    platform === wanted ||
    platform.startsWith(`${wanted}/`) ||
    architecture === wanted ||
    `${architecture}/${variant}` === wanted
  );
}

function isWithin(number: number, range: { from: Bound<number> | null; to: Bound<number> | null }): boolean {
  const { from, to } = range;
  const isAbove = from === null || (from.inclusive ? number >= from.value : number > from.value);
  const isBelow = to === null || (to.inclusive ? number <= to.value : number < to.value);
  return isAbove && isBelow;
}
