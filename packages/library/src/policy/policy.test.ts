/** What policies together make of an image, over many that chance made: a seed names each, so that a failure can be repeated. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PolicyRequirements } from '@pharos/contract';
import type { PolicyFacts } from './facts.ts';
import { decideByPolicies, evaluatePolicies, outcomeOf, type PolicyToRun } from './policy.ts';
import { facts, NOW, REGISTRY, signature, TRUST } from './testing.ts';

const RUNS = 2_000;

/** mulberry32: small, and the same everywhere. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const REQUIREMENTS: readonly PolicyRequirements[] = [
  { signedBy: 'any' },
  { signedBy: [TRUST], sbom: true },
  { sbom: true },
  { minAgeDays: 30 },
  { registries: [REGISTRY] },
  { platforms: ['linux/amd64', 'linux/arm64'] },
  { extensions: { deny: ['plperlu'] } },
  { kindAsDeclared: true },
];
const EFFECTS = ['require', 'approve', 'reject', 'advise'] as const;

const pick = <T>(next: () => number, all: readonly T[]): T => all[Math.floor(next() * all.length)]!;

function anyPolicy(next: () => number, id: number): PolicyToRun {
  return {
    id: `p${id}`,
    name: `policy ${id}`,
    version: 1,
    effect: pick(next, EFFECTS),
    mode: next() < 0.8 ? 'enforce' : 'report',
    scope: {
      repositories: pick(next, [[], ['edb/**'], ['other']]),
      kinds: pick(next, [[], ['postgres'], ['model']]),
      locations: pick(next, [[], ['eu'], ['us']]),
    },
    requirements: pick(next, REQUIREMENTS),
  };
}

function anyFacts(next: () => number): PolicyFacts {
  return facts({
    hasPackages: next() < 0.5,
    evidence: next() < 0.5 ? [signature(next() < 0.3 ? { validUntil: '2020-01-01T00:00:00.000Z' } : {})] : [],
    platforms: pick(next, [[], ['linux/amd64'], ['linux/amd64', 'linux/arm64']]),
    extensions: pick(next, [null, ['vector'], ['plperlu']]),
    declaredKind: pick(next, [null, 'postgres', 'model']),
    firstSeenAt: pick(next, ['2026-01-01T00:00:00.000Z', '2026-11-25T00:00:00.000Z']),
  });
}

function each(check: (next: () => number, seed: number) => void): void {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    try {
      check(random(seed), seed);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
}

const several = (next: () => number) =>
  Array.from({ length: 1 + Math.floor(next() * 6) }, (_, id) => anyPolicy(next, id));
const anyExceptions = (next: () => number) => new Set(['p0', 'p1', 'p2', 'p3'].filter(() => next() < 0.4));

describe('policies together', () => {
  test('what is approved by itself has complete evidence: every requirement of every enforced policy in scope passes', () => {
    let approved = 0;
    each((next) => {
      const image = anyFacts(next);
      const verdicts = evaluatePolicies(several(next), image, NOW);
      if (decideByPolicies(verdicts, anyExceptions(next)).action !== 'approve') return;
      approved += 1;
      const counting = verdicts.filter(
        ({ mode, effect }) => mode === 'enforce' && (effect === 'approve' || effect === 'require'),
      );
      assert.ok(counting.length > 0);
      for (const { requirements } of counting) {
        assert.ok(requirements.length > 0 && requirements.every(({ outcome }) => outcome === 'pass'));
      }
    });
    assert.ok(approved > 50, `chance made ${approved} approvals`);
  });

  test('another requirement or rejection never lets more through, and another approval policy never widens those there are', () => {
    each((next) => {
      const image = anyFacts(next);
      const before = several(next);
      const exceptions = anyExceptions(next);
      const more = { ...anyPolicy(next, 99), mode: 'enforce' as const };
      const was = decideByPolicies(evaluatePolicies(before, image, NOW), exceptions);
      const is = decideByPolicies(evaluatePolicies([...before, more], image, NOW), exceptions);
      assert.ok(is.blockedBy.length >= was.blockedBy.length, 'what was forbidden stays forbidden');
      const hadApproval = evaluatePolicies(before, image, NOW).some(
        ({ effect, mode }) => effect === 'approve' && mode === 'enforce',
      );
      if (is.action === 'approve' && was.action !== 'approve') {
        assert.ok(more.effect === 'approve' && !hadApproval, 'only the first approval policy begins to approve');
      }
    });
  });

  test('exceptions never add up: with all of them no more is let through than with the best single one', () => {
    each((next) => {
      const image = anyFacts(next);
      const verdicts = evaluatePolicies(several(next), image, NOW);
      const exceptions = anyExceptions(next);
      const free = (set: ReadonlySet<string>) => {
        const { blockedBy, action } = decideByPolicies(verdicts, set);
        return blockedBy.length === 0 && action !== 'reject';
      };
      if (!free(exceptions)) return;
      assert.ok(free(new Set()) || [...exceptions].some((one) => free(new Set([one]))));
    });
  });

  test('what only an exception lets through is not approved by itself', () => {
    const image = facts();
    const requirement: PolicyToRun = {
      ...anyPolicy(random(1), 0),
      id: 'p0',
      effect: 'require',
      mode: 'enforce',
      requirements: { signedBy: 'any' },
      scope: { repositories: [], kinds: [], locations: [] },
    };
    const approval: PolicyToRun = { ...requirement, id: 'p1', effect: 'approve', requirements: { sbom: true } };
    const decision = decideByPolicies(evaluatePolicies([requirement, approval], image, NOW), new Set(['p0']));
    assert.deepEqual([decision.blockedBy.length, decision.action], [0, null]);
  });

  test('a policy without an answer passes nothing', () => {
    assert.equal(outcomeOf([]), 'unknown');
    assert.equal(outcomeOf([{ outcome: 'pass' }, { outcome: 'unknown' }]), 'unknown');
    assert.equal(outcomeOf([{ outcome: 'unknown' }, { outcome: 'fail' }]), 'fail');
  });
});
