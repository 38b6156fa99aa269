/** Adds what one look at a part of the library found to what the looks before it found. Pure. */
import type { PolicyPreview } from '@pharos/contract';

const MOST_EXAMPLES = 20;

export function addLooks(before: PolicyPreview, more: PolicyPreview): PolicyPreview {
  const reasons = new Map(before.reasons.map((reason) => [`${reason.requirement} ${reason.outcome}`, reason]));
  for (const reason of more.reasons) {
    const key = `${reason.requirement} ${reason.outcome}`;
    reasons.set(key, { ...reason, count: reason.count + (reasons.get(key)?.count ?? 0) });
  }
  return {
    ...more,
    images: before.images + more.images,
    looked: before.looked + more.looked,
    counts: sums(before.counts, more.counts),
    before: sums(before.before, more.before),
    effects: sums(before.effects, more.effects),
    difference: sums(before.difference, more.difference),
    reasons: [...reasons.values()].toSorted((one, other) => other.count - one.count),
    examples: examplesOf(before.examples, more.examples),
    inUse: inUseOf(before.inUse, more.inUse),
  };
}

function sums<T extends Record<string, number>>(one: T, other: T): T {
  return Object.fromEntries(Object.entries(one).map(([key, count]) => [key, count + other[key]!])) as T;
}

type Examples = PolicyPreview['examples'];

function examplesOf(one: Examples, other: Examples): Examples {
  const lists = (Object.keys(one) as (keyof Examples)[]).map((key) => {
    const both = [...one[key], ...other[key]];
    // What is new comes first, as in each look.
    const ordered = key === 'blocked' ? both.toSorted((a, b) => Number(b.isNew) - Number(a.isNew)) : both;
    return [key, ordered.slice(0, MOST_EXAMPLES)];
  });
  return Object.fromEntries(lists) as Examples;
}

type InUse = PolicyPreview['inUse'];

function inUseOf(one: InUse, other: InUse): InUse {
  return {
    images: one.images + other.images,
    uses: one.uses + other.uses,
    first: [...one.first, ...other.first].toSorted((a, b) => b.uses - a.uses).slice(0, MOST_EXAMPLES),
  };
}
