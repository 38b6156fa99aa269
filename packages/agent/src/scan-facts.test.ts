import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildImage, type MisbehavingRegistry, startMisbehaving } from '@pharos/testbed';
import { FakeControlPlane } from './testing/fake-control-plane.ts';
import { type Context, configFor, folder, rule, runAgent } from './testing/fixtures.ts';

const both = [
  { os: 'linux', architecture: 'amd64' },
  { os: 'linux', architecture: 'arm64' },
];
const TAGS = ['17.5', '17.4', '17.3', '17.2', '17.1', '17.0'];

/** Everything but the newest two has both platforms. */
async function registryOf(context: Context): Promise<MisbehavingRegistry> {
  const tags = TAGS.map((tag, index) => {
    const image = buildImage({
      name: tag,
      platforms: index < 2 ? both.slice(0, 1) : both,
      annotations: { line: '17' },
    });
    return [tag, image] as const;
  });
  const registry = await startMisbehaving({ repositories: [{ name: 'pg', tags }] });
  context.after(() => registry.stop());
  return registry;
}

const manifests = (registry: MisbehavingRegistry) =>
  registry.log
    .filter(({ path }) => path.includes('/manifests/'))
    .map(({ method, path }) => `${method} ${path.split('/').at(-1)!}`);

const arm = (keep: number) => ({
  ...rule('arm', ['pg'], [{ include: [], exclude: [], order: 'version' as const, keep }]),
  kind: 'postgres' as const,
  platforms: { require: ['linux/arm64'], mode: 'all' as const },
});

test('a rule that asks for a platform reads in order until keep is met, tells who was left out, and remembers', async (context) => {
  const registry = await registryOf(context);
  const fake = new FakeControlPlane();
  const stateDir = folder();
  const config = configFor(registry.url, [arm(1)]);
  const first = await runAgent(context, fake, config, stateDir);
  await fake.until(() => fake.repositoryCommits('pg').length === 1);
  const { commit } = fake.repositoryCommits('pg')[0]!;
  assert.equal(commit.status, 'complete');
  assert.deepEqual([...fake.library.get('pg')!.keys()], ['17.3']);
  assert.deepEqual(commit.leftOut?.map(({ name }) => name).sort(), ['17.4', '17.5']);
  // The probe reads one manifest, of the last tag.
  const asked = manifests(registry).filter((line) => /17\.[12]$/.test(line));
  assert.deepEqual(asked, [], 'what keep does not need is not read');
  await fake.until(() => fake.calls.filter((call) => call === 'agentScanCommit').length === 2);
  await first.stop();
  registry.clearLog();
  await runAgent(context, fake, config, stateDir);
  await fake.until(() => fake.repositoryCommits('pg').length === 2);
  const again = fake.repositoryCommits('pg')[1]!.commit;
  assert.deepEqual([...fake.library.get('pg')!.keys()], ['17.3']);
  assert.deepEqual(
    again.leftOut?.map(({ firstSeenAt }) => firstSeenAt),
    commit.leftOut?.map(({ firstSeenAt }) => firstSeenAt),
  );
  // The probe of a new process reads a manifest of its own.
  assert.deepEqual(
    manifests(registry)
      .filter((line) => line.startsWith('HEAD 17.'))
      .sort(),
    ['HEAD 17.3', 'HEAD 17.4', 'HEAD 17.5'],
  );
  assert.equal(fake.contradictions, 0);
});

test('a rule says that tags do not move, or that stamped ones do', async (context) => {
  const registry = await registryOf(context);
  for (const [mutability, heads] of [
    ['immutable', 0],
    ['auto', 6],
  ] as const) {
    const fake = new FakeControlPlane();
    const stateDir = folder();
    const config = configFor(registry.url, [{ ...rule('all', ['pg']), mutability }]);
    const first = await runAgent(context, fake, config, stateDir);
    await fake.until(() => fake.calls.filter((call) => call === 'agentScanCommit').length === 2);
    await first.stop();
    registry.clearLog();
    await runAgent(context, fake, config, stateDir);
    await fake.until(() => fake.repositoryCommits('pg').length === 2);
    const asked = new Set(manifests(registry).filter((line) => line.startsWith('HEAD 17.')));
    // The rolling audit looks at one tag in a thousand all the same.
    assert.equal(asked.size, heads === 0 ? 1 : heads, mutability);
  }
});

test('a budget asks so many known tags per scan, the longest unasked first', async (context) => {
  const registry = await registryOf(context);
  const fake = new FakeControlPlane();
  const stateDir = folder();
  const config = configFor(registry.url, [{ ...rule('all', ['pg']), headBudget: 2 }]);
  const first = await runAgent(context, fake, config, stateDir);
  await fake.until(() => fake.calls.filter((call) => call === 'agentScanCommit').length === 2);
  await first.stop();
  registry.clearLog();
  await runAgent(context, fake, config, stateDir);
  await fake.until(() => fake.repositoryCommits('pg').length === 2);
  assert.equal(new Set(manifests(registry).filter((line) => line.startsWith('HEAD 17.'))).size, 2);
  assert.equal(fake.library.get('pg')!.size, 6);
});
