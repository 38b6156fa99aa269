/** Terms of a query as conditions on tags: what profiles do not answer. */
import type { ImageState } from '@pharos/contract';
import type { FieldName, Term, Value } from '@pharos/library';
import { extensionName, platformArchitecture } from '@pharos/library';
import { type RawBuilder, sql } from 'kysely';
import { containing, storableText } from './database.ts';
import { decidedNow, digestsIn } from './decision-row.ts';

type Condition = RawBuilder<unknown>;

/** A condition on `tags t`, of every field but `hcp` (hcp-terms.ts). `now` is what ages are counted from. */
export function tagCondition(term: Term, now: Date): Condition {
  const fits = term.values.map((value) => valueCondition(term.field, value, now));
  const one = fits.length === 1 ? fits[0]! : sql`(${sql.join(fits, sql` or `)})`;
  return term.negated ? sql`(${one}) is not true` : one;
}

function valueCondition(field: FieldName | null, value: Value, now: Date): Condition {
  switch (value.type) {
    case 'text':
      return field === null ? matching(value) : textCondition(field, value, now);
    case 'pair':
      return pairCondition(field === 'label' ? sql`'labels'` : sql`'annotations'`, value);
    case 'version':
      return versionCondition(value);
    case 'time':
      return between(TIMES[field!] ?? sql`t.effective_at`, value.from, value.to);
    case 'flag':
      return flagCondition(field, value.yes);
    case 'range':
      if (field === 'major') return within(sql`t.major`, value);
      if (field === 'size') return within(sql`t.size`, value);
      return ageCondition(TIMES[field!] ?? sql`t.effective_at`, value, now);
  }
}

const TIMES: Partial<Record<FieldName, Condition>> = {
  pushed: sql`t.pushed_at`,
  moved: sql`t.moved_at`,
};

type Text = Extract<Value, { type: 'text' }>;

function textCondition(field: FieldName, value: Text, now: Date): Condition {
  const text = storableText(value.text);
  switch (field) {
    case 'tag':
      return value.pattern ? sql`t.name like ${wildcards(text)}` : sql`t.name = ${text}`;
    case 'digest':
      return digestCondition(value.text) ?? sql`false`;
    case 'presence':
      return text === 'all' ? sql`true` : sql`t.presence = ${text}`;
    case 'state':
      return stateCondition(text, now);
    case 'flavour':
      return value.pattern ? sql`t.flavour ilike ${wildcards(text)}` : sql`lower(t.flavour) = lower(${text})`;
    case 'os':
      return value.pattern
        ? sql`t.version ->> 'os' ilike ${wildcards(text)}`
        : sql`t.version ->> 'os' = lower(${text})`;
    case 'extension':
      return value.pattern
        ? sql`exists (select from unnest(t.extension_names) x where x ilike ${wildcards(text)})`
        : sql`t.extension_names && ${[...new Set([text, text.toLowerCase(), extensionName(text)])]}::text[]`;
    case 'platform':
      return value.pattern
        ? sql`exists (select from unnest(t.platforms) x where x ilike ${wildcards(text)})`
        : platformCondition(platformArchitecture(text));
    default:
      return sql`false`;
  }
}

/** `arm64` on any system, `linux/arm64` in any variant. */
function platformCondition(platform: string): Condition {
  const exact = sql`x = ${platform} or x like ${`${likeText(platform)}/%`}`;
  const ofAnySystem = sql`x like ${`%/${likeText(platform)}`} or x like ${`%/${likeText(platform)}/%`}`;
  return sql`exists (select from unnest(t.platforms) x where ${exact} or ${ofAnySystem})`;
}

function pairCondition(part: Condition, { key, value }: Extract<Value, { type: 'pair' }>): Condition {
  const name = storableText(key);
  const where =
    value === null
      ? sql`i.observation -> ${part} ? ${name}`
      : sql`i.observation -> ${part} @> jsonb_build_object(${name}::text, ${storableText(value)}::text)`;
  return sql`t.digest in (select i.digest from images i where ${where})`;
}

/** Tags that name no exact version stand for one only where it was asked for by itself: `version:17` finds `17` too. */
function versionCondition({ from, to, parts }: Extract<Value, { type: 'version' }>): Condition {
  const exact = between(sql`t.sort_key`, from ?? '2', to ?? '3');
  if (parts.length === 0) return exact;
  const floating = between(sql`t.sort_key`, `1${from!.slice(1)}`, `1${to!.slice(1)}`);
  return sql`(${exact} or ${floating})`;
}

function between(column: Condition, from: string | null, to: string | null): Condition {
  const bounds = [
    ...(from === null ? [] : [sql`${column} >= ${from}`]),
    ...(to === null ? [] : [sql`${column} < ${to}`]),
  ];
  return bounds.length === 0 ? sql`${column} is not null` : sql`(${sql.join(bounds, sql` and `)})`;
}

type Range = Extract<Value, { type: 'range' }>;

function within(column: Condition, { from, to }: Range): Condition {
  const bounds = [
    ...(from === null ? [] : [from.inclusive ? sql`${column} >= ${from.value}` : sql`${column} > ${from.value}`]),
    ...(to === null ? [] : [to.inclusive ? sql`${column} <= ${to.value}` : sql`${column} < ${to.value}`]),
  ];
  return bounds.length === 0 ? sql`${column} is not null` : sql`(${sql.join(bounds, sql` and `)})`;
}

/** The younger the later: an age of at most 30 days is a time after 30 days ago. */
function ageCondition(column: Condition, { from, to }: Range, now: Date): Condition {
  const before = (seconds: number) => new Date(Math.max(0, now.getTime() - seconds * 1000)).toISOString();
  const bounds = [
    ...(to === null
      ? []
      : [to.inclusive ? sql`${column} >= ${before(to.value)}` : sql`${column} > ${before(to.value)}`]),
    ...(from === null
      ? []
      : [from.inclusive ? sql`${column} <= ${before(from.value)}` : sql`${column} < ${before(from.value)}`]),
  ];
  return bounds.length === 0 ? sql`${column} is not null` : sql`(${sql.join(bounds, sql` and `)})`;
}

function flagCondition(field: FieldName | null, yes: boolean): Condition {
  switch (field) {
    case 'moved':
      return yes ? sql`t.moved_at is not null` : sql`t.moved_at is null`;
    case 'finding':
      return yes ? sql`t.findings > 0` : sql`t.findings = 0`;
    default:
      return sql`t.floating = ${yes}`;
  }
}

/** Few digests are decided, or few are not: either way the planner begins with the few. */
function stateCondition(state: string, now: Date): Condition {
  if (state === 'pending') {
    return sql`not exists (select from image_states s where s.digest = t.digest and ${decidedNow(now)})`;
  }
  return sql`t.digest in (${digestsIn(state as Exclude<ImageState, 'pending'>, now)})`;
}

/** A plain word: a part of the name, or a digest or its beginning. With wildcards it is the whole name. */
function matching(value: Text): Condition {
  const byName = value.pattern
    ? sql`t.name ilike ${wildcards(value.text)}`
    : sql`t.name ilike ${containing(value.text)}`;
  const bare = /^[a-f0-9]{1,128}$/i.test(value.text.trim());
  // Six hex digits and more may begin a digest, as people copy it without the algorithm.
  const byDigest = bare && value.text.trim().length < 6 ? null : digestCondition(value.text);
  return byDigest === null ? byName : sql`(${byName} or ${byDigest})`;
}

/** null: no beginning of a digest. */
function digestCondition(typed: string): Condition | null {
  const digest = /^(?:(sha256|sha512):)?([a-f0-9]{1,128})$/i.exec(typed.trim());
  if (digest === null) return null;
  const algorithms = digest[1] === undefined ? ['sha256', 'sha512'] : [digest[1].toLowerCase()];
  const prefixes = algorithms.map((algorithm) => `${algorithm}:${digest[2]!.toLowerCase()}`);
  // `g` follows the last hex digit.
  const ranges = prefixes.map((prefix) => sql`(t.digest >= ${prefix} and t.digest < ${`${prefix}g`})`);
  return sql`(${sql.join(ranges, sql` or `)})`;
}

/** `LIKE` pattern of a text with `*` and `?`. */
export function wildcards(text: string): string {
  return likeText(storableText(text)).replaceAll('*', '%').replaceAll('?', '_');
}

function likeText(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
