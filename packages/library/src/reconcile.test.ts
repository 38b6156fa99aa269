import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DEFAULT_ABSENCE_POLICY,
  type KnownTag,
  type Reconciliation,
  reconcileScan,
  type ScanReport,
} from './reconcile.ts';

const START = Date.parse('2026-11-01T00:00:00.000Z');
const at = (hours: number) => new Date(START + hours * 3_600_000).toISOString();
const digest = (text: string | number) => `sha256:${String(text).padStart(64, '0')}`;
const names = (count: number, prefix = 't') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

function known(list: string[], parts: Partial<KnownTag> = {}): KnownTag[] {
  return list.map((name) => ({
    name,
    digest: digest(name.slice(1)),
    presence: 'present',
    missingScans: 0,
    missingSince: null,
    ...parts,
  }));
}

function report(list: string[], parts: Partial<ScanReport> = {}): ScanReport {
  return {
    status: 'complete',
    tags: list.map((name) => ({ name, digest: digest(name.slice(1)) })),
    unresolved: [],
    absence: 'none',
    listedNames: list,
    finishedAt: at(0),
    ...parts,
  };
}

/** What a store does with a reconciliation; `released` tags leave the view as retired by rule. */
function apply(before: readonly KnownTag[], result: Reconciliation): KnownTag[] {
  const tags = new Map(before.map((tag) => [tag.name, tag]));
  for (const { name, digest: to } of [...result.added, ...result.moved, ...result.reappeared]) {
    tags.set(name, { name, digest: to, presence: 'present', missingScans: 0, missingSince: null });
  }
  for (const change of result.missing)
    tags.set(change.name, { ...tags.get(change.name)!, ...change, presence: 'missing' });
  for (const change of result.retired)
    tags.set(change.name, { ...tags.get(change.name)!, ...change, presence: 'retired' });
  for (const name of result.released) tags.set(name, { ...tags.get(name)!, presence: 'retired' });
  return [...tags.values()];
}

const presence = (tags: KnownTag[]) => Object.fromEntries(tags.map((tag) => [tag.name, tag.presence]));

test('new, moved and unchanged tags', () => {
  const result = reconcileScan(
    known(['t1', 't2']),
    report(['t1', 't3'], {
      tags: new Map([
        ['t1', digest(1)],
        ['t2', digest(9)],
        ['t3', digest(3)],
      ]),
      listedNames: ['t1', 't2', 't3'],
    }),
  );
  assert.deepEqual(result, {
    added: [{ name: 't3', digest: digest(3) }],
    moved: [{ name: 't2', digest: digest(9), previous: digest(2) }],
    refreshed: ['t1'],
    reappeared: [],
    missing: [],
    retired: [],
    released: [],
    held: null,
  });
});

test('a tag that is gone is marked, counted, and retired after three complete scans over a day', () => {
  let tags = known(names(20));
  const listed = names(19);
  const steps: [number, string, number][] = [
    [0, 'missing', 1],
    [1, 'missing', 2],
    [2, 'missing', 3],
    [23.9, 'missing', 4],
    [24, 'retired', 5],
    [30, 'retired', 5],
  ];
  for (const [hours, expected, scans] of steps) {
    tags = apply(tags, reconcileScan(tags, report(listed, { finishedAt: at(hours) })));
    const gone = tags.find(({ name }) => name === 't19')!;
    assert.deepEqual([gone.presence, gone.missingScans, gone.missingSince], [expected, scans, at(0)], `${hours} h`);
  }
});

test('a day alone does not retire: three complete scans are needed', () => {
  const missing = known(['t1'], { presence: 'missing', missingScans: 1, missingSince: at(0) });
  const result = reconcileScan(missing, report([], { finishedAt: at(100) }));
  assert.deepEqual([result.missing.length, result.retired.length], [1, 0]);
});

test('reappearing restores, also with another digest', () => {
  const before = [
    ...known(['t1'], { presence: 'missing', missingScans: 2, missingSince: at(0) }),
    ...known(['t2'], { presence: 'retired', missingScans: 3, missingSince: at(0) }),
  ];
  const result = reconcileScan(
    before,
    report(['t1', 't2'], {
      tags: new Map([
        ['t1', digest(1)],
        ['t2', digest(7)],
      ]),
    }),
  );
  assert.deepEqual(result.reappeared, [
    { name: 't1', digest: digest(1), previous: digest(1) },
    { name: 't2', digest: digest(7), previous: digest(2) },
  ]);
  assert.deepEqual([result.moved, result.added], [[], []]);
  assert.deepEqual(presence(apply(before, result)), { t1: 'present', t2: 'present' });
});

test('listed but not resolved is not absent, whether present or missing before', () => {
  const before = [...known(['t1']), ...known(['t2'], { presence: 'missing', missingScans: 2, missingSince: at(-48) })];
  const result = reconcileScan(before, report([], { listedNames: ['t1', 't2'], unresolved: ['t1', 't2'] }));
  assert.deepEqual([result.missing, result.retired, result.released, result.held], [[], [], [], null]);
});

test('a tag that a rule no longer wants is released, not missing', () => {
  const result = reconcileScan(known(names(10)), report(names(2), { listedNames: names(10) }));
  assert.deepEqual([result.released, result.missing, result.held], [names(10).slice(2), [], null]);
  assert.deepEqual(
    reconcileScan(known(['t1'], { presence: 'retired' }), report([], { listedNames: ['t1'] })).released,
    [],
  );
});

/** Known, listed → held for which reason. */
const HOLDS: [string, KnownTag[], ScanReport, string | null, number][] = [
  ['an empty list where tags are known', known(['t0']), report([]), 'empty-list', 1],
  ['21 % of 100', known(names(100)), report(names(79)), 'mass-absence', 21],
  ['20 % of 100', known(names(100)), report(names(80)), null, 0],
  ['half of a few', known(names(8)), report(names(4)), null, 0],
  ['five of eight', known(names(8)), report(names(3)), 'mass-absence', 5],
  ['all replaced', known(names(9)), report(names(9, 'n')), 'mass-absence', 9],
  [
    'a repository that the registry does not know',
    known(['t0', 't1']),
    report([], { absence: 'repository', listedNames: null }),
    'repository-unknown',
    2,
  ],
];
for (const [name, before, scan, reason, count] of HOLDS) {
  test(`mass absence: ${name}`, () => {
    const result = reconcileScan(before, scan);
    assert.equal(result.held?.reason ?? null, reason);
    if (reason === null) assert.ok(result.missing.length > 0);
    else {
      assert.deepEqual([result.missing, result.retired, result.held?.count], [[], [], count]);
      assert.match(result.held!.message, new RegExp(`${count} known`));
      assert.match(result.held!.hint, /confirm/);
    }
  });
}

test('what is held still adds and moves, and a person can let it through', () => {
  const scan = report(['n1']);
  const held = reconcileScan(known(names(9)), scan);
  assert.deepEqual([held.added.length, held.missing.length], [1, 0]);
  const confirmed = reconcileScan(known(names(9)), scan, { ...DEFAULT_ABSENCE_POLICY, massAbsenceConfirmed: true });
  assert.deepEqual([confirmed.held, confirmed.missing.length], [null, 9]);
});

test('tags already missing do not count again, and go on towards retirement on an empty list', () => {
  const missing = known(names(9), { presence: 'missing', missingScans: 2, missingSince: at(0) });
  const one = reconcileScan([...missing, ...known(names(30, 'p'))], report(names(29, 'p'), { finishedAt: at(25) }));
  assert.deepEqual([one.held, one.retired.length, one.missing.length], [null, 9, 1]);
  assert.equal(reconcileScan(missing, report([], { finishedAt: at(25) })).retired.length, 9);
});

test('while a list is held, missing tags are not counted either', () => {
  const before = [
    ...known(names(3), { presence: 'missing', missingScans: 2, missingSince: at(0) }),
    ...known(names(10, 'p')),
  ];
  const result = reconcileScan(before, report([], { finishedAt: at(48) }));
  assert.deepEqual([result.held?.reason, result.retired, result.missing], ['empty-list', [], []]);
});

test('a complete report without its list says nothing about absence', () => {
  const result = reconcileScan(known(names(5)), report(['t0'], { listedNames: null }));
  assert.deepEqual([result.missing, result.released, result.held], [[], [], null]);
});

test('the same report again, or an older one, is no further evidence', () => {
  let tags = known(names(20));
  const scan = report(names(19), { finishedAt: at(10) });
  tags = apply(tags, reconcileScan(tags, scan));
  for (const repeated of [scan, { ...scan, finishedAt: at(5) }]) {
    const again = reconcileScan(tags, repeated);
    assert.deepEqual([again.added, again.moved, again.missing, again.retired, again.reappeared], [[], [], [], [], []]);
    assert.deepEqual(apply(tags, again), tags);
  }
});

/** Repeatable random numbers. */
function* random(): Generator<number, never> {
  let state = 7;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

test('property: over random histories nothing but complete, plausible scans removes, and the end equals the registry', () => {
  const numbers = random();
  const chance = (probability: number) => numbers.next().value < probability;
  for (let history = 0; history < 60; history += 1) {
    let registry = new Map(names(30).map((name, index) => [name, digest(index)]));
    let tags: KnownTag[] = [];
    for (let hour = 0; hour < 60; hour += 3) {
      for (const name of [...registry.keys()]) {
        if (chance(0.02)) registry.delete(name);
        else if (chance(0.05)) registry.set(name, digest(Math.floor(numbers.next().value * 1e9)));
      }
      if (chance(0.3)) registry.set(`n${hour}`, digest(hour));
      const status = chance(0.4) ? 'complete' : chance(0.5) ? 'partial' : 'failed';
      const shown = new Map([...registry].filter(() => status === 'complete' || chance(0.6)));
      const result = reconcileScan(
        tags,
        report([], {
          status,
          tags: shown,
          listedNames: status === 'failed' ? null : [...shown.keys()],
          finishedAt: at(hour),
        }),
      );
      if (status !== 'complete')
        assert.deepEqual([result.missing, result.retired, result.released, result.held], [[], [], [], null]);
      const after = apply(tags, result);
      for (const tag of tags) {
        const now = after.find(({ name }) => name === tag.name)!;
        if (status !== 'complete' && tag.presence !== now.presence) assert.equal(now.presence, 'present');
        if (now.presence === 'retired' && tag.presence !== 'retired') assert.equal(tag.presence, 'missing');
      }
      for (const [name, to] of shown)
        assert.deepEqual([name, after.find((tag) => tag.name === name)?.digest], [name, to]);
      tags = after;
    }
    registry = new Map(registry);
    for (let scan = 0; scan < 4; scan += 1) {
      const list = [...registry.keys()];
      tags = apply(
        tags,
        reconcileScan(tags, report([], { tags: registry, listedNames: list, finishedAt: at(100 + scan * 12) }), {
          ...DEFAULT_ABSENCE_POLICY,
          massAbsenceConfirmed: true,
        }),
      );
    }
    const left = tags.filter((tag) => tag.presence === 'present').map((tag) => [tag.name, tag.digest] as const);
    assert.deepEqual(new Map([...left].sort()), new Map([...registry].sort()));
    assert.ok(tags.every((tag) => tag.presence !== 'missing'));
  }
});
