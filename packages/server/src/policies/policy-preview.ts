/** Tries a policy on the whole library, in small batches that leave the event loop to others. Nothing is changed. */
import { setImmediate } from 'node:timers/promises';
import type { PolicyPreview, PolicyPreviewInput } from '@pharos/contract';
import {
  decideByPolicies,
  evaluatePolicies,
  type PolicyFacts,
  type PolicyToRun,
  type PolicyVerdict,
  whyNot,
} from '@pharos/library';
import type { Store } from '@pharos/store';

const BATCH = 200;
const MOST_EXAMPLES = 20;
const MOST_IN_USE = 20;
/** Of one image. */
const MOST_USES = 5;
const NO_POLICY = '00000000-0000-4000-8000-000000000000';

type Lists = PolicyPreview['examples'];
type Example = Omit<Lists['pass'][number], 'repositoryId' | 'repository' | 'tag'>;

/** An image that the draft is against. */
interface Hit extends Example {
  readonly effect: 'blocked' | 'rejected';
}

interface UsedHit extends Hit {
  readonly uses: number;
}

/** What one look found so far. */
interface Found extends Omit<PolicyPreview, 'examples' | 'reasons' | 'inUse' | 'isWhole' | 'next'> {
  readonly reasons: Map<string, PolicyPreview['reasons'][number]>;
  /** `still`: blocked today already. */
  readonly examples: Record<keyof Lists | 'still', Example[]>;
  /** Of the batch that is looked at. */
  hits: Hit[];
  readonly used: UsedHit[];
}

export async function previewPolicy(
  { policies: store, usages }: Pick<Store, 'policies' | 'usages'>,
  { spec, policyId, limit, after: from }: PolicyPreviewInput,
  now: Date,
  signal: AbortSignal,
): Promise<PolicyPreview> {
  const draft: PolicyToRun = { ...spec, mode: 'enforce', id: policyId ?? NO_POLICY, version: 0 };
  const { policies } = await store.current();
  const found = nothingFound();
  let after = from ?? '';
  let next: string | null = null;
  for (;;) {
    signal.throwIfAborted();
    const digests = await store.digests(after, Math.min(BATCH, limit - found.looked));
    if (digests.length === 0) break;
    after = digests.at(-1)!;
    const facts = await store.facts(digests, now);
    const excepted = await store.excepted(digests, now);
    for (const each of facts) {
      look(found, draft, evaluatePolicies([draft], each, now), evaluatePolicies(policies, each, now), {
        facts: each,
        excepted: excepted.get(each.digest)!,
      });
    }
    const counted = await usages.countsOf(found.hits.map(({ digest }) => digest));
    for (const hit of found.hits.splice(0)) {
      const uses = counted.get(hit.digest) ?? 0;
      if (uses > 0) found.used.push({ ...hit, uses });
    }
    found.looked += digests.length;
    if (found.looked >= limit) {
      next = (await store.digests(after, 1)).length === 0 ? null : after;
      break;
    }
    await setImmediate();
  }
  const { reasons, examples, hits: _none, used, ...numbers } = found;
  return {
    ...numbers,
    isWhole: next === null,
    next,
    reasons: [...reasons.values()].toSorted((a, b) => b.count - a.count),
    examples: await withNames(store, examples),
    inUse: await inUse(store, usages, used),
  };
}

function nothingFound(): Found {
  return {
    images: 0,
    looked: 0,
    counts: { pass: 0, fail: 0, unknown: 0 },
    before: { pass: 0, fail: 0, unknown: 0 },
    effects: { approved: 0, rejected: 0, blocked: 0, blockedApproved: 0, blockedAlone: 0 },
    difference: { blocked: 0, freed: 0 },
    reasons: new Map(),
    examples: { pass: [], fail: [], unknown: [], approved: [], rejected: [], blocked: [], still: [], freed: [] },
    hits: [],
    used: [],
  };
}

/** One image: what the draft says of it, and what all policies make of it with the draft and as they are today. */
function look(
  found: Found,
  draft: PolicyToRun,
  [verdict]: readonly PolicyVerdict[],
  today: readonly PolicyVerdict[],
  { facts: { digest, state }, excepted }: { facts: PolicyFacts; excepted: ReadonlySet<string> },
): void {
  const older = today.find(({ policyId }) => policyId === draft.id);
  if (older !== undefined) found.before[older.outcome] += 1;
  const others = today.filter((each) => each !== older);
  const then = decideByPolicies(verdict === undefined ? others : [...others, verdict], excepted);
  const wasBlocked = decideByPolicies(today, excepted).blockedBy.length > 0;
  const isBlocked = then.blockedBy.length > 0;
  const show = (list: keyof Found['examples'], sentence: string, isNew: boolean) => {
    if (found.examples[list].length < MOST_EXAMPLES) found.examples[list].push({ digest, state, sentence, isNew });
  };
  if (wasBlocked && !isBlocked) {
    found.difference.freed += 1;
    show('freed', verdict === undefined ? 'It is out of the scope.' : whyNot(verdict), true);
  }
  if (isBlocked && !wasBlocked) found.difference.blocked += 1;
  if (verdict === undefined) return;
  const sentence = whyNot(verdict);
  found.images += 1;
  found.counts[verdict.outcome] += 1;
  countReasons(found.reasons, verdict);
  show(verdict.outcome, sentence, verdict.outcome !== older?.outcome);
  if (state === 'pending' && then.action === 'approve' && draft.effect === 'approve') {
    found.effects.approved += 1;
    show('approved', sentence, true);
  }
  if (state === 'pending' && then.action === 'reject' && draft.effect === 'reject') {
    found.effects.rejected += 1;
    show('rejected', sentence, true);
    found.hits.push({ digest, state, sentence, isNew: true, effect: 'rejected' });
  }
  if (then.blockedBy.some(({ policyId }) => policyId === draft.id)) {
    found.effects.blocked += 1;
    if (state === 'approved') found.effects.blockedApproved += 1;
    if (then.blockedBy.length === 1) found.effects.blockedAlone += 1;
    show(wasBlocked ? 'still' : 'blocked', sentence, !wasBlocked);
    found.hits.push({ digest, state, sentence, isNew: !wasBlocked, effect: 'blocked' });
  }
}

async function withNames(store: Store['policies'], { still, ...rest }: Found['examples']): Promise<Lists> {
  const lists = { ...rest, blocked: [...rest.blocked, ...still].slice(0, MOST_EXAMPLES) };
  const named = await namer(store, Object.values(lists).flat());
  return Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, named(list)])) as Lists;
}

async function inUse(
  store: Store['policies'],
  usages: Store['usages'],
  used: readonly UsedHit[],
): Promise<PolicyPreview['inUse']> {
  const most = used.toSorted((a, b) => b.uses - a.uses || (a.digest < b.digest ? -1 : 1)).slice(0, MOST_IN_USE);
  const where = await usages.usagesOf(
    most.map(({ digest }) => digest),
    MOST_USES,
  );
  const named = await namer(store, most);
  return {
    images: used.length,
    uses: used.reduce((sum, { uses }) => sum + uses, 0),
    first: named(most).map((hit) => ({ ...hit, where: [...(where.get(hit.digest)?.first ?? [])] })),
  };
}

/** What puts the tag that people know an image by to it; what stands nowhere any more is left out. */
async function namer(store: Store['policies'], all: readonly Example[]) {
  const places = new Map(
    (await store.examples([...new Set(all.map(({ digest }) => digest))])).map((place) => [place.digest, place]),
  );
  return <T extends Example>(list: readonly T[]) =>
    list.flatMap((example) => {
      const place = places.get(example.digest);
      return place === undefined ? [] : [{ ...place, ...example }];
    });
}

function countReasons(reasons: Found['reasons'], { requirements }: PolicyVerdict): void {
  for (const { requirement, outcome } of requirements) {
    if (outcome === 'pass') continue;
    const key = `${requirement} ${outcome}`;
    const before = reasons.get(key) ?? { requirement, outcome, count: 0 };
    reasons.set(key, { ...before, count: before.count + 1 });
  }
}
