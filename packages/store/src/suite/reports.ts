import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { PolicySpec, type ReportedVulnerabilities } from '@pharos/contract';
import type { Store } from '../store.ts';
import { AGENT, digestOf, type Given, hello, hours, observation, registry, scan, T0 } from './given.ts';

const ZERO = { total: 0, fixable: 0 };
const COUNTS = { critical: ZERO, high: ZERO, medium: ZERO, low: ZERO, unknown: ZERO };

function report(subject: string, more: Partial<ReportedVulnerabilities> = {}): ReportedVulnerabilities {
  return {
    subject,
    source: 'registry',
    document: digestOf('answer'),
    scanner: 'Trivy 0.61',
    scannedAt: T0.toISOString(),
    counts: COUNTS,
    problem: null,
    ...more,
  };
}

/** An image, and a scan of its repository that an agent has begun. */
async function begun(store: Store) {
  const registryId = await registry(store);
  const subject = digestOf('image');
  const tags = [{ name: '17.4', digest: subject }];
  await scan(store, registryId, { tags, images: [observation(subject)], now: T0 });
  await hello(store);
  const scanId = randomUUID();
  const begin = { scanId, parentId: null, agentId: AGENT, epoch: 1, registryId, ruleIds: [], only: null };
  const startedAt = T0.toISOString();
  await store.scans.begin({ ...begin, repository: 'postgresql', trigger: 'schedule', startedAt }, T0);
  const spec = PolicySpec.parse({
    name: 'clean',
    effect: 'advise',
    mode: 'report',
    requirements: { vulnerabilities: { above: 'high' } },
  });
  const policyId = randomUUID();
  await store.policies.create(policyId, spec, 'ann', T0);
  const results = async (at: Date) => {
    const { version } = await store.policies.current();
    while ((await store.policies.settle(version, at, 50)).evaluated > 0);
    return (await store.policies.get(policyId))?.results;
  };
  return { store, subject, scanId, registryId, results };
}

/** Vulnerability reports that nobody signed. */
export function reportsSuite(given: () => Promise<Given>): void {
  it('what a registry’s scanner says takes the place of what it said, and policies look again at once', async () => {
    const { store, subject, scanId, results } = await begun((await given()).store);
    assert.deepEqual(await results(hours(1)), { pass: 0, fail: 0, unknown: 1 });
    assert.equal(await store.reports.put(scanId, [report(subject)], hours(1)), true);
    assert.deepEqual(await results(hours(1)), { pass: 1, fail: 0, unknown: 0 });
    const worse = { counts: { ...COUNTS, critical: { total: 3, fixable: 1 } }, document: digestOf('later answer') };
    await store.reports.put(scanId, [report(subject, worse)], hours(2));
    assert.deepEqual(await results(hours(2)), { pass: 0, fail: 1, unknown: 0 });
    const shown = await store.reports.ofImage(subject);
    assert.deepEqual(
      shown.map(({ source, scanner, counts, repository }) => [source, scanner, counts?.critical.total, repository]),
      [['registry', 'Trivy 0.61', 3, 'postgresql']],
    );
    await store.reports.put(scanId, [report(subject, { counts: null, problem: 'none', scannedAt: null })], hours(3));
    assert.deepEqual(await results(hours(3)), { pass: 0, fail: 0, unknown: 1 }, 'no report any more is no pass');
  });

  it('the same again is the same; attached ones are kept beside, bounded, and count for nothing by default', async () => {
    const { store, subject, scanId, results } = await begun((await given()).store);
    const attached = (n: number) => report(subject, { source: 'attached', document: digestOf(`document ${n}`) });
    for (let round = 0; round < 2; round += 1) await store.reports.put(scanId, [attached(0), attached(0)], hours(1));
    assert.equal((await store.reports.ofImage(subject)).length, 1);
    assert.deepEqual(await results(hours(1)), { pass: 0, fail: 0, unknown: 1 });
    for (let n = 1; n < 60; n += 1) await store.reports.put(scanId, [attached(n)], hours(1));
    assert.equal((await store.reports.ofImage(subject)).length, 20);
    await store.reports.put(scanId, [report(subject)], hours(1));
    assert.equal((await store.reports.ofImage(subject)).length, 21, 'the registry is heard all the same');
    assert.equal(await store.reports.put(randomUUID(), [report(subject)], hours(1)), false, 'of no scan');
  });

  it('what hangs on the manifests of single platforms is looked at with their index, and by itself makes policies look again', async () => {
    const { store, scanId, results, registryId } = await begun((await given()).store);
    const [index, amd64, arm64] = [digestOf('index'), digestOf('amd64'), digestOf('arm64')];
    const platform = (architecture: string, digest: string) => ({
      os: 'linux',
      architecture,
      variant: null,
      digest,
      size: 1,
    });
    const platforms = [platform('amd64', amd64), platform('arm64', arm64)] as never;
    const tags = [{ name: '18.1', digest: index }];
    await scan(store, registryId, { tags, images: [observation(index, { platforms })], now: hours(1) });
    assert.equal((await results(hours(1)))?.unknown, 2);
    const say = async () => {
      const [facts] = await store.policies.facts([index], hours(2));
      return facts?.platformFacts.map((each) => [each.platform, each.reports.length]);
    };
    await store.reports.put(scanId, [report(amd64)], hours(1));
    assert.deepEqual(await say(), [
      ['linux/amd64', 1],
      ['linux/arm64', 0],
    ]);
    const before = await results(hours(1));
    assert.equal(before?.pass, 0, 'one platform has no report');
    const findings = [{ id: 'CVE-1', severity: 'low' as const, isFixable: false, packages: [] }];
    await store.reports.put(scanId, [report(arm64, { document: digestOf('of arm64'), findings })], hours(1));
    assert.equal((await results(hours(1)))?.pass, 1);
    const [facts] = await store.policies.facts([index], hours(2));
    assert.deepEqual(facts?.platformFacts[1]?.reports[0]?.findings, findings);
  });
}
