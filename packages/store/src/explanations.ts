/** Why a tag is in the library or stayed out, told from what is stored: the registry is not asked. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LeftOut, LeftOutPage, LeftOutQuery, TagDetail } from '@pharos/contract';
import {
  annotationKeys,
  type CompiledRule,
  explainSteps,
  type KnownFacts,
  knownFacts,
  leftOutTags,
  looksBeyondNames,
  NO_FACTS,
} from '@pharos/library';
import { sql } from 'kysely';
import { type Db, first, iso } from './database.ts';
import type { Explanations } from './explanation-port.ts';
import { tagFactsOf } from './left-out.ts';
import { lines } from './listings.ts';
import { compilable, rulesOfRegistry } from './rules.ts';

/** Longest time that the steps of an explanation hold the event loop, in milliseconds. */
const TURN_MS = 10;

export function explanationsOf(db: Db): Explanations {
  return {
    ofTag: async (registryId, repository, tag, now) => {
      const registry = await first(sql<{ name: string }>`select name from registries where id = ${registryId}`, db);
      if (registry === null) return null;
      const held = await first(
        sql<{ id: string; here: boolean }>`select r.id, exists (select from tags t where t.repository_id = r.id
            and t.name = ${tag} and t.presence <> 'retired') as here
          from repositories r where r.registry_id = ${registryId} and r.name = ${repository}`,
        db,
      );
      const listed = await listedNames(db, registryId, repository);
      const rules = await explainTagOf(db, { registryId, repository, tag, names: listed?.names ?? [], now });
      return {
        registryId,
        registry: registry.name,
        repository,
        repositoryId: held?.id ?? null,
        tag,
        included: rules.some((rule) => rule.included),
        inLibrary: held?.here ?? false,
        listedAt: listed?.names.includes(tag) ? listed.listedAt : null,
        rules,
      };
    },

    leftOut: async (repositoryId, query, now) => {
      const place = await first(
        sql<{
          registry_id: string;
          name: string;
        }>`select registry_id, name from repositories where id = ${repositoryId}`,
        db,
      );
      if (place === null) return null;
      const listed = await listedNames(db, place.registry_id, place.name);
      const rules = compilable(await rulesOfRegistry(db, place.registry_id));
      const facts = await factsFor(db, rules, place.registry_id, place.name, now);
      const steps = leftOutTags(rules, place.registry_id, place.name, listed?.names ?? [], facts);
      return pageOf(await inTurns(steps), query, listed?.listedAt ?? null);
    },
  };
}

interface Asked {
  readonly registryId: string;
  readonly repository: string;
  readonly tag: string;
  readonly names: readonly string[];
  readonly now: Date;
}

/** What every rule of the registry says of one tag, judged among all names known. */
export async function explainTagOf(db: Db, asked: Asked): Promise<TagDetail['explanation']> {
  const { registryId, repository, tag, names, now } = asked;
  const rules = compilable(await rulesOfRegistry(db, registryId));
  const facts = await factsFor(db, rules, registryId, repository, now);
  return inTurns(explainSteps(rules, registryId, repository, tag, names, facts));
}

/** Facts are read only where a rule asks for more than names. */
async function factsFor(
  db: Db,
  rules: readonly CompiledRule[],
  registryId: string,
  repository: string,
  now: Date,
): Promise<KnownFacts> {
  const asking = rules.filter(looksBeyondNames);
  if (asking.length === 0) return NO_FACTS;
  return knownFacts(await tagFactsOf(db, registryId, repository, annotationKeys(asking)), now.getTime());
}

async function listedNames(
  db: Db,
  registryId: string,
  repository: string,
): Promise<{ names: string[]; listedAt: string } | null> {
  const row = await first(
    sql<{ names: string; listed_at: Date }>`select names, listed_at from listings
      where registry_id = ${registryId} and repository = ${repository}`,
    db,
  );
  return row && { names: lines(row.names), listedAt: iso(row.listed_at) };
}

/** The cursor is the last tag of the page before: the list is drawn anew from what is known each time. */
function pageOf(all: readonly LeftOut[], query: LeftOutQuery, listedAt: string | null): LeftOutPage {
  const reasons: Record<string, number> = {};
  for (const { reason } of all) reasons[reason ?? 'no-rule'] = (reasons[reason ?? 'no-rule'] ?? 0) + 1;
  const wanted = all
    .filter(({ tag, reason }) => {
      return (!query.q || tag.includes(query.q)) && (!query.reason || (reason ?? 'no-rule') === query.reason);
    })
    .sort((a, b) => (a.tag < b.tag ? -1 : 1));
  const after = query.cursor === undefined ? null : Buffer.from(query.cursor, 'base64url').toString();
  const start = after === null ? 0 : wanted.findIndex(({ tag }) => tag > after);
  const items = start < 0 ? [] : wanted.slice(start, start + query.limit);
  const isLast = start < 0 || start + query.limit >= wanted.length;
  const next = isLast ? null : Buffer.from(items.at(-1)!.tag).toString('base64url');
  return { items, next, total: wanted.length, reasons, listedAt };
}

async function inTurns<T>(steps: Generator<unknown, T>): Promise<T> {
  let turnEnds = performance.now() + TURN_MS;
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value as T;
    if (performance.now() < turnEnds) continue;
    await nextTurn();
    turnEnds = performance.now() + TURN_MS;
  }
}
