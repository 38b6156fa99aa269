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
const NO_POLICY = '00000000-0000-4000-8000-000000000000';

type Lists = PolicyPreview['examples'];
type Example = Omit<Lists['pass'][number], 'repositoryId' | 'repository' | 'tag'>;

/** What one look found so far. */
interface Found extends Omit<PolicyPreview, 'examples' | 'reasons' | 'isWhole' | 'next'> {
  readonly reasons: Map<string, PolicyPreview['reasons'][number]>;
  /** `still`: blocked today already. */
  readonly examples: Record<keyof Lists | 'still', Example[]>;
}

export async function previewPolicy(
  { policies: store }: Pick<Store, 'policies'>,
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
    found.looked += digests.length;
    if (found.looked >= limit) {
      next = (await store.digests(after, 1)).length === 0 ? null : after;
      break;
    }
    await setImmediate();
  }
  const { reasons, examples, ...numbers } = found;
  return {
    ...numbers,
    isWhole: next === null,
    next,
    reasons: [...reasons.values()].toSorted((a, b) => b.count - a.count),
    examples: await withNames(store, examples),
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
  }
  if (then.blockedBy.some(({ policyId }) => policyId === draft.id)) {
    found.effects.blocked += 1;
    if (state === 'approved') found.effects.blockedApproved += 1;
    if (then.blockedBy.length === 1) found.effects.blockedAlone += 1;
    show(wasBlocked ? 'still' : 'blocked', sentence, !wasBlocked);
  }
}

async function withNames(store: Store['policies'], { still, ...rest }: Found['examples']): Promise<Lists> {
  const lists = { ...rest, blocked: [...rest.blocked, ...still].slice(0, MOST_EXAMPLES) };
  const digests = new Set(Object.values(lists).flatMap((list) => list.map(({ digest }) => digest)));
  const places = new Map((await store.examples([...digests])).map((place) => [place.digest, place]));
  const named = Object.entries(lists).map(([name, list]) => [
    name,
    list.flatMap((example) => {
      const place = places.get(example.digest);
      return place === undefined ? [] : [{ ...place, ...example }];
    }),
  ]);
  return Object.fromEntries(named) as Lists;
}

function countReasons(reasons: Found['reasons'], { requirements }: PolicyVerdict): void {
  for (const { requirement, outcome } of requirements) {
    if (outcome === 'pass') continue;
    const key = `${requirement} ${outcome}`;
    const before = reasons.get(key) ?? { requirement, outcome, count: 0 };
    reasons.set(key, { ...before, count: before.count + 1 });
  }
}
