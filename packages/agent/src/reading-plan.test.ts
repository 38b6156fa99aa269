import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleSpec } from '@pharos/contract';
import { compileRule } from '@pharos/library';
import { startMisbehaving } from '@pharos/testbed';
import { ReadingPlan } from './reading-plan.ts';
import { FakeControlPlane } from './testing/fake-control-plane.ts';
import { configFor, folder, rule, runAgent } from './testing/fixtures.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-26T08:00:00Z');

const scheduled = (name: string, include: string[], schedule?: RuleSpec['schedule']) => ({
  ...rule(name, include),
  ...(schedule === undefined ? {} : { schedule }),
});
const compiled = (name: string, include: string[], schedule?: RuleSpec['schedule']) =>
  compileRule({ ...scheduled(name, include, schedule), registryId: null });

const ALL = ['fast', 'slow', 'both', 'nightly'];
const RULES = [
  compiled('fast', ['fast', 'both'], { every: '10m' }),
  compiled('slow', ['slow', 'both'], { every: '1h' }),
  compiled('nightly', ['night*'], { cron: '0 3 * * *', zone: 'Europe/Berlin' }),
];

/** Sweeps every so often for so long; answers when each repository was read, in minutes. */
async function simulate(
  sweepMinutes: number,
  minutes: number,
  { restarts = false, fails = (_name: string, _at: number): boolean => false } = {},
): Promise<Record<string, number[]>> {
  const place = folder();
  let now = START;
  let plan = new ReadingPlan(place, () => now);
  const read: Record<string, number[]> = Object.fromEntries(ALL.map((name) => [name, []]));
  for (let at = 0; at <= minutes; at += sweepMinutes) {
    now = START + at * MINUTE;
    if (restarts) plan = new ReadingPlan(place, () => now);
    const round = await plan.round('registry', RULES, false);
    const found = ALL.filter((name) =>
      round.due.some(({ repositories }) => repositories.include.some((each) => each.matches(name))),
    );
    for (const name of round.wanted(found)) {
      read[name]!.push(at);
      round.ended(name, !fails(name, at));
    }
    await round.end(true);
  }
  return read;
}

const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => time - times[index]!);

for (const restarts of [false, true]) {
  const when = restarts ? ', with a restart before every sweep' : '';
  test(`never read more often than the rule says, and never starved${when}`, async () => {
    for (const sweep of [5, 7, 30, 90]) {
      const read = await simulate(sweep, 24 * 60, { restarts });
      const check = (name: string, least: number) => {
        for (const gap of gaps(read[name]!)) {
          assert.ok(gap >= least, `${name} was read after ${gap} minutes, sweeping every ${sweep}`);
          assert.ok(gap < least + sweep || gap === sweep, `${name} waited ${gap} minutes, sweeping every ${sweep}`);
        }
        assert.ok(read[name]!.length > 10, name);
      };
      check('fast', 10);
      check('slow', 60);
      check('both', 10);
      // Once when it is new, and once after three o'clock in Berlin, which is two UTC: eighteen hours after the start.
      assert.equal(read.nightly!.length, 2);
      assert.ok(read.nightly![1]! >= 18 * 60 && read.nightly![1]! < 18 * 60 + sweep);
    }
  });
}

test('what could not be read completely stays due, and the others keep their time', async () => {
  const read = await simulate(5, 120, { fails: (name, at) => name === 'slow' && at < 20 });
  assert.deepEqual(read.slow, [0, 5, 10, 15, 20, 80]);
  assert.ok(gaps(read.both!).every((gap) => gap >= 10));
});

test('a rule that says another time is due at once, and who asks by hand gets everything', async () => {
  let now = START;
  const plan = new ReadingPlan(folder(), () => now);
  const first = await plan.round('registry', [compiled('one', ['a'], { every: '1d' })], false);
  first.ended('a', true);
  await first.end(true);
  now += MINUTE;
  const slower = [compiled('one', ['a'], { every: '1d' })];
  assert.deepEqual((await plan.round('registry', slower, false)).due, []);
  assert.deepEqual((await plan.round('registry', slower, true)).wanted(['a']), ['a']);
  const faster = await plan.round('registry', [compiled('one', ['a'], { every: '1m' })], false);
  assert.deepEqual(faster.wanted(['a']), ['a']);
});

test('an agent reads each repository as its rules say, lists nothing in vain, and reads nothing early after a restart', async (context) => {
  const registry = await startMisbehaving({ repositories: [] });
  context.after(() => registry.stop());
  for (const name of ['slow', 'fast', 'both']) registry.content.push(name, '17.4');
  const fake = new FakeControlPlane();
  let now = START;
  const rules = [scheduled('hourly', ['{slow,both}'], { every: '1h' }), scheduled('always', ['fast', 'both'])];
  const config = configFor(registry.url, rules, { intervalSeconds: 1 });
  const stateDir = folder();
  const sweeps = () => fake.commits.filter(({ begin }) => begin.repository === null).length;
  const count = () => ['slow', 'fast', 'both'].map((name) => fake.repositoryCommits(name).length);
  const catalogs = () => registry.log.filter(({ path }) => path.startsWith('/v2/_catalog')).length;
  const swept = async (more: number) => {
    const end = sweeps() + more;
    await fake.until(() => sweeps() >= end, `${more} sweeps`, 15_000);
  };
  const agent = await runAgent(context, fake, config, stateDir, { now: () => now });
  await swept(1);
  registry.clearLog();
  await swept(2);
  const [slow, fast, both] = count();
  assert.equal(slow, 1);
  assert.ok(fast! >= 3 && both! >= 3);
  assert.equal(catalogs(), 0, 'a list is asked for only when a rule is due that needs it');
  now += 59 * MINUTE;
  await swept(2);
  assert.equal(count()[0], 1);
  now += MINUTE;
  await swept(2);
  assert.equal(count()[0], 2);
  await agent.stop();
  await runAgent(context, fake, config, stateDir, { now: () => now });
  await swept(2);
  assert.equal(count()[0], 2, 'a restart reads nothing early');
  now += 60 * MINUTE;
  await swept(2);
  assert.equal(count()[0], 3);
});
