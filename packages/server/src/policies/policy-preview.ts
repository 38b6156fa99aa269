/** Tries a policy on the whole library, in small batches that leave the event loop to others. Nothing is changed. */
import { setImmediate } from 'node:timers/promises';
import type { PolicyOutcome, PolicyPreview, PolicyPreviewInput } from '@pharos/contract';
import { decideByPolicies, evaluatePolicies, type PolicyToRun, type PolicyVerdict, whyNot } from '@pharos/library';
import type { Store } from '@pharos/store';

const BATCH = 200;
/** More than these are not looked at: a preview answers within seconds. */
const MOST_IMAGES = 50_000;
const MOST_EXAMPLES = 20;
const MOST_IN_USE = 20;
/** Of one image. */
const MOST_USES = 5;

interface Example {
  readonly digest: string;
  readonly state: string;
  readonly sentence: string;
}

/** An image that the draft is against. */
interface Hit extends Example {
  readonly effect: 'blocked' | 'rejected';
}

interface UsedHit extends Hit {
  readonly uses: number;
}

export async function previewPolicy(
  { policies: store, usages }: Pick<Store, 'policies' | 'usages'>,
  { spec, policyId }: PolicyPreviewInput,
  now: Date,
  signal: AbortSignal,
): Promise<PolicyPreview> {
  const id = policyId ?? '00000000-0000-4000-8000-000000000000';
  const draft: PolicyToRun = { ...spec, mode: 'enforce', id, version: 0 };
  const { policies } = await store.current();
  const today = policies.filter((policy) => policy.id !== policyId);
  const counts = { pass: 0, fail: 0, unknown: 0 };
  const effects = { approved: 0, rejected: 0, blocked: 0, blockedApproved: 0 };
  const reasons = new Map<string, { requirement: string; outcome: PolicyOutcome; count: number }>();
  const examples: Record<PolicyOutcome, Example[]> = { pass: [], fail: [], unknown: [] };
  const used: UsedHit[] = [];
  let images = 0;
  let seen = 0;
  let after = '';
  let isWhole = true;
  for (;;) {
    signal.throwIfAborted();
    const digests = await store.digests(after, BATCH);
    if (digests.length === 0) break;
    after = digests.at(-1)!;
    const facts = await store.facts(digests, now);
    const excepted = await store.excepted(digests, now);
    const hits: Hit[] = [];
    for (const each of facts) {
      const [verdict] = evaluatePolicies([draft], each, now);
      if (verdict === undefined) continue;
      images += 1;
      counts[verdict.outcome] += 1;
      countReasons(reasons, verdict);
      const others = evaluatePolicies(today, each, now);
      const free = excepted.get(each.digest)!;
      const { action, blockedBy } = decideByPolicies([...others, verdict], free);
      if (each.state === 'pending' && action === 'approve' && draft.effect === 'approve') effects.approved += 1;
      const example = { digest: each.digest, state: each.state, sentence: whyNot(verdict) };
      const isRejected = each.state === 'pending' && action === 'reject' && draft.effect === 'reject';
      const isBlocked = blockedBy.some((policy) => policy.policyId === id);
      if (isRejected) effects.rejected += 1;
      if (isBlocked) {
        effects.blocked += 1;
        if (each.state === 'approved') effects.blockedApproved += 1;
      }
      if (isRejected || isBlocked) hits.push({ ...example, effect: isRejected ? 'rejected' : 'blocked' });
      const list = examples[verdict.outcome];
      if (list.length < MOST_EXAMPLES) list.push(example);
    }
    const counted = await usages.countsOf(hits.map(({ digest }) => digest));
    for (const hit of hits) {
      const uses = counted.get(hit.digest) ?? 0;
      if (uses > 0) used.push({ ...hit, uses });
    }
    seen += digests.length;
    if (seen >= MOST_IMAGES) {
      isWhole = (await store.digests(after, 1)).length === 0;
      break;
    }
    await setImmediate();
  }
  const most = used.toSorted((a, b) => b.uses - a.uses || (a.digest < b.digest ? -1 : 1)).slice(0, MOST_IN_USE);
  const where = await usages.usagesOf(
    most.map(({ digest }) => digest),
    MOST_USES,
  );
  const shown = await store.examples([...Object.values(examples).flat(), ...most].map(({ digest }) => digest));
  const places = new Map(shown.map((place) => [place.digest, place]));
  const told = <T extends Example>(list: readonly T[]) =>
    list.flatMap((example) => {
      const place = places.get(example.digest);
      return place === undefined ? [] : [{ ...place, ...example }];
    });
  return {
    images,
    isWhole,
    counts,
    effects,
    reasons: [...reasons.values()].toSorted((a, b) => b.count - a.count),
    examples: { pass: told(examples.pass), fail: told(examples.fail), unknown: told(examples.unknown) },
    inUse: {
      images: used.length,
      uses: used.reduce((sum, { uses }) => sum + uses, 0),
      first: told(most).map((hit) => ({ ...hit, where: [...(where.get(hit.digest)?.first ?? [])] })),
    },
  };
}

function countReasons(
  reasons: Map<string, { requirement: string; outcome: PolicyOutcome; count: number }>,
  { requirements }: PolicyVerdict,
): void {
  for (const { requirement, outcome } of requirements) {
    if (outcome === 'pass') continue;
    const key = `${requirement} ${outcome}`;
    const before = reasons.get(key) ?? { requirement, outcome, count: 0 };
    reasons.set(key, { ...before, count: before.count + 1 });
  }
}
