/** What may be typed next in the search box: fields, and values that the library really holds, with their numbers. */
import type { CompletionQuery, Completions } from '@pharos/contract';
import {
  type Completion,
  completeFields,
  completeValues,
  completionContext,
  extensionBegun,
  type Field,
  knownValues,
  parseQuery,
  QueryError,
  type SignedState,
  signedState,
  type TagProfile,
  writeValue,
} from '@pharos/library';
import { sql } from 'kysely';
import { containing, type Db } from './database.ts';
import type { CountedProfile, ProfileReader } from './tag-profiles.ts';

const MOST_ITEMS = 12;
const MOST_OF_A_WORD = 6;

/** Never fails for what was typed: an error in the query is a part of the answer. */
export async function completionsOf(db: Db, profiles: ProfileReader, query: CompletionQuery): Promise<Completions> {
  const context = completionContext(query.q, query.at ?? query.q.length);
  const { field, typed, from, to } = context;
  const isAllowed = (one: Field) => query.of === 'tags' || one.ofRepositories;
  const items =
    field === null
      ? await ofWord(db, profiles, typed, isAllowed)
      : isAllowed(field)
        ? completeValues(
            field.name === 'extension' ? extensionBegun(typed) : typed,
            await valuesOf(db, profiles, field, typed),
          )
        : [];
  // All fields, where nothing was typed yet.
  const most = field === null && typed === '' ? items.length : MOST_ITEMS;
  return { from, to, items: items.slice(0, most), error: errorOf(query) };
}

function errorOf({ q, of }: CompletionQuery): Completions['error'] {
  try {
    parseQuery(q, of);
    return null;
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    const { code, message, hint, position } = error;
    return { path: 'q', code, message, hint, position };
  }
}

/** Fields whose name begins so, then values of fields that hold the word: `pgvector` → `extension:vector`. */
async function ofWord(
  db: Db,
  profiles: ProfileReader,
  typed: string,
  isAllowed: (field: Field) => boolean,
): Promise<Completion[]> {
  const fields = completeFields(typed, isAllowed);
  if (typed.length < 2) return fields;
  const counted = await profiles.counted();
  const found: (Completion & { tags: number })[] = [];
  for (const [name, read] of Object.entries(READERS)) {
    const wanted = (name === 'extension' ? extensionBegun(typed) : typed).toLowerCase();
    for (const [value, tags] of tally(counted, read)) {
      if (!value.toLowerCase().includes(wanted)) continue;
      const text = `${name}:${writeValue(value)}`;
      found.push({ text: `${text} `, label: text, detail: tagCount(tags), tags });
    }
  }
  const values = found.toSorted((a, b) => b.tags - a.tags).slice(0, MOST_OF_A_WORD);
  const repositories = (await repositoriesNamed(db, typed, 4)).map(({ value, detail }) => {
    const text = `repository:${writeValue(value)}`;
    return { text: `${text} `, label: text, detail };
  });
  return [...fields.slice(0, 4), ...values.map(({ tags: _, ...one }) => one), ...repositories];
}

const READERS: Readonly<Record<string, (profile: TagProfile) => readonly (string | null)[]>> = {
  kind: ({ kind }) => [kind],
  engine: ({ engine }) => [engine],
  major: ({ major, kind }) => [major === null || kind !== 'postgres' ? null : String(major)],
  flavour: ({ flavour }) => [flavour],
  extension: ({ extensions }) => extensions,
  platform: ({ platforms }) => [...new Set(platforms.map((platform) => platform.split('/', 2).join('/')))],
  registry: ({ registryName }) => [registryName],
  location: ({ locationId }) => [locationId],
};

/** Words that are offered with their number, though they are words that anybody may type. */
function countedWord({ name }: Field, word: string, counted: readonly CountedProfile[]): Offered | null {
  if (name !== 'signed' || word === 'yes') return null;
  const tags = counted.reduce((sum, { profile, tags }) => sum + (signedState(profile) === word ? tags : 0), 0);
  return { value: word, detail: `${SIGNED_WORDS[word as SignedState]}: ${tagCount(tags)}` };
}

const SIGNED_WORDS: Readonly<Record<SignedState, string>> = {
  verified: 'A trusted key signed it',
  attached: 'A signature is attached that no trusted key made',
  no: 'No signature known',
};

interface Offered {
  readonly value: string;
  readonly detail: string;
}

async function valuesOf(db: Db, profiles: ProfileReader, field: Field, typed: string): Promise<Offered[]> {
  const read = READERS[field.name];
  if (read !== undefined) {
    const counts = [...tally(await profiles.counted(), read)].sort((a, b) => b[1] - a[1]);
    return counts.map(([value, tags]) => ({ value, detail: tagCount(tags) }));
  }
  if (field.name === 'repository') return repositoriesNamed(db, typed, MOST_ITEMS);
  if (field.name === 'hcp') {
    const found = await sql<{ name: string }>`select name from hcp_tags
      where name ilike ${containing(typed)} order by lower(name) limit ${MOST_ITEMS}`.execute(db);
    return found.rows.map(({ name }) => ({ value: name, detail: 'HCP tag' }));
  }
  const counted = field.name === 'signed' ? await profiles.counted() : [];
  return (knownValues(field) ?? []).map(
    (value) => countedWord(field, value, counted) ?? { value, detail: field.summary },
  );
}

async function repositoriesNamed(db: Db, typed: string, limit: number): Promise<Offered[]> {
  const found = await sql<{ name: string; tag_count: number }>`select name, sum(tag_count)::int as tag_count
    from repositories where not released and name ilike ${containing(typed)} group by name
    order by sum(tag_count) desc, name limit ${limit}`.execute(db);
  return found.rows.map(({ name, tag_count }) => ({ value: name, detail: tagCount(tag_count) }));
}

function tally(
  counted: readonly CountedProfile[],
  read: (profile: TagProfile) => readonly (string | null)[],
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { profile, tags } of counted) {
    for (const value of read(profile)) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + tags);
  }
  return counts;
}

function tagCount(tags: number): string {
  return tags === 1 ? '1 tag' : `${tags.toLocaleString('en')} tags`;
}
