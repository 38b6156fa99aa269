/**
 * Reading a registry, cold and warm: the agent's own scan of one repository in a real docker-registry, beside wrk and a bare undici
 * loop on the same requests, and beside what a user would script with skopeo.
 */
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry } from '@pharos/oci';
import { generateRepository, startDistribution, temporaryDirectory } from '@pharos/testbed';
import { type ChildFigures, runChild } from './child.ts';
import { type BenchOptions, type Measure, measure, median } from './measure.ts';
import { hasWrk, wrk } from './wrk.ts';

const CONNECTIONS = 8;
const ROUNDS = 3;
const SKOPEO_TAGS = 100;

export async function run(options: BenchOptions): Promise<Measure[]> {
  if (options.memory) return (await import('./memory.ts')).runMemory(options);
  if (options.dialect !== undefined) return (await import('./by-dialect.ts')).runByDialect(options);
  const count = Number(options.tags ?? 10_000);
  const folder = temporaryDirectory('bench');
  // As it is installed; --fast-registry takes its garbage collector out, so that the clients' own cost shows most.
  const env: Record<string, string> = options['fast-registry'] ? { GOGC: 'off', GOMEMLIMIT: '2GiB' } : {};
  // Two cores shared by a registry and its client measure both; --own-cores gives the registry one and every client the other.
  if (options['own-cores']) runOnCore(0);
  const registry = await startDistribution({ auth: 'open', env });
  if (options['own-cores']) runOnCore(1);
  try {
    const repository = generateRepository('postgresql', count);
    registry.seed([repository]);
    const paths = [...repository.tags].flatMap(([tag, image]) => {
      const config = (JSON.parse(image.bytes.toString()) as { config: { digest: string } }).config.digest;
      return [`/v2/postgresql/manifests/${tag}`, `/v2/postgresql/blobs/${config}`];
    });
    const list = join(folder.path, 'bare-paths.txt');
    writeFileSync(list, paths.join('\n'));

    const limits: number[] = [];
    const bare: ChildFigures[] = [];
    const cold: ChildFigures[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      console.error(`round ${round + 1} of ${ROUNDS} …`);
      if (hasWrk()) limits.push(await wrk(registry.url, paths, CONNECTIONS, 8, folder.path));
      cold.push(
        await runChild('./scan-child.ts', [registry.host, join(folder.path, `state-${round}`), String(CONNECTIONS)]),
      );
      bare.push(await runChild('./bare-loop.ts', [registry.url, list, String(CONNECTIONS)]));
    }
    // The same state folder again in a new process: nothing changed, and the agent was restarted in between.
    const warm = await runChild('./scan-child.ts', [registry.host, join(folder.path, 'state-0'), String(CONNECTIONS)]);
    const manifestsOnly = await requestsForManifests(registry.host, Math.min(count, 1000));
    const skopeo = await skopeoRate(registry.host, [...repository.tags.keys()].slice(0, SKOPEO_TAGS));

    const of = (figures: readonly ChildFigures[], pick: (figure: ChildFigures) => number) => median(figures.map(pick));
    const rate = of(cold, (figure) => figure.requests / figure.seconds);
    const bareRate = of(bare, (figure) => figure.requests / figure.seconds);
    const tagRate = of(cold, (figure) => count / figure.seconds);
    const cpu = of(cold, (figure) => (figure.cpuSeconds / figure.requests) * 1e6);
    const bareCpu = of(bare, (figure) => (figure.cpuSeconds / figure.requests) * 1e6);
    return [
      measure('discovery.requestsPerTag.manifestOnly', manifestsOnly, 'requests'),
      measure('discovery.requestsPerTag.cold', of(cold, (figure) => figure.requests) / count, 'requests'),
      measure('discovery.requestsPer1000.warm', (warm.requests / count) * 1000, 'requests'),
      measure('discovery.warmSeconds', warm.seconds, 's'),
      measure('discovery.tagsPerSecond', tagRate, 'tags/s'),
      ...(limits.length > 0
        ? [measure('discovery.vsWrk', rate, 'requests/s', { name: 'wrk', value: median(limits) })]
        : []),
      measure('discovery.vsBare', rate, 'requests/s', { name: 'bare undici loop', value: bareRate }),
      measure('discovery.cpuVsBare', cpu, 'µs CPU/request', { name: 'bare undici loop', value: bareCpu }),
      ...(skopeo === null
        ? []
        : [
            measure('discovery.vsSkopeo', tagRate, 'tags/s', {
              name: 'skopeo inspect --no-tags, 4 at a time',
              value: skopeo,
            }),
          ]),
      measure(
        'discovery.rss',
        of(cold, (figure) => figure.rssMiB),
        'MiB',
        { name: 'bare undici loop', value: of(bare, (figure) => figure.rssMiB) },
      ),
    ];
  } finally {
    await registry.stop();
    folder.remove();
  }
}

/** This process and those it starts from now on. */
function runOnCore(core: number): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(process.pid)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Requests per tag for the list, and for digest and annotations of each tag, without its configuration. */
async function requestsForManifests(host: string, count: number): Promise<number> {
  const registry = createRegistry({
    name: 'bench',
    url: host,
    provider: 'oci',
    authentication: { type: 'none' },
    tls: { plainHttp: true },
  });
  try {
    const names: string[] = [];
    for await (const page of registry.listTags('postgresql')) names.push(...page);
    for (const name of names.slice(0, count)) await registry.getManifest('postgresql', name);
    return registry.requests / count;
  } finally {
    await registry.close();
  }
}

/** Tags per second of `skopeo list-tags` once and `skopeo inspect --no-tags` for each, four at a time; null without skopeo. */
async function skopeoRate(host: string, tags: readonly string[]): Promise<number | null> {
  const skopeo = (args: string[]) =>
    new Promise<boolean>((resolve) => {
      const child = spawn('skopeo', args, { stdio: 'ignore' });
      child.on('error', () => resolve(false));
      child.on('close', (code) => resolve(code === 0));
    });
  const start = performance.now();
  if (!(await skopeo(['list-tags', '--tls-verify=false', `docker://${host}/postgresql`]))) return null;
  const queue = tags.values();
  const work = async () => {
    for (const tag of queue)
      await skopeo(['inspect', '--no-tags', '--tls-verify=false', `docker://${host}/postgresql:${tag}`]);
  };
  await Promise.all(Array.from({ length: 4 }, work));
  return tags.length / ((performance.now() - start) / 1000);
}
