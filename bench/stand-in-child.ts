/** The stand-in of a product in a process of its own; the parent asks by IPC (see stand-in.ts). Argument: JSON of StandInOptions. */
import { buildImage, type MisbehavingRegistry, stampedTag, startMisbehaving } from '@pharos/testbed';
import { PRODUCTS } from './products.ts';
import type { StandInAnswer, StandInOptions, StandInQuestion } from './stand-in.ts';
import { tallyOf } from './tally.ts';

const options = JSON.parse(process.argv[2]!) as StandInOptions;
const { dialect, tags, images = tags, platforms = 1, latencyMs, requestsPerSecond, isCounted = true } = options;
const { repository, login } = PRODUCTS[dialect];
const ARCHITECTURES = ['amd64', 'arm64', 'ppc64le', 's390x', 'riscv64'];
let made = 0;

const imageOf = (name: string) =>
  buildImage({
    name,
    platforms: ARCHITECTURES.slice(0, platforms).map((architecture) => ({ os: 'linux', architecture })),
  });

function* seed() {
  const shared = Array.from({ length: Math.min(images, tags) }, (_, index) => imageOf(`image ${index}`));
  for (let index = 0; index < tags; index += 1) yield [stampedTag(index), shared[index % shared.length]!] as const;
}

function answer(registry: MisbehavingRegistry, question: StandInQuestion): StandInAnswer {
  made += 1;
  const all = registry.content.tags(repository)!;
  switch (question) {
    case 'take': {
      const { requestCount } = registry;
      const tally = tallyOf(registry.log);
      registry.clearLog();
      return { ...tally, requests: requestCount };
    }
    case 'move':
      registry.content.push(repository, all[0]!, imageOf(`moved ${made}`));
      return { tag: all[0]! };
    case 'add':
      registry.content.push(repository, stampedTag(tags + made), imageOf('image 0'));
      return {};
  }
}

const registry = await startMisbehaving({
  dialect,
  repositories: [{ name: repository, tags: seed() }],
  auth: login === null ? 'open' : 'token',
  // As most products have it; the testbed's own minute would be another figure.
  tokenTtlSeconds: 300,
  // Docker Hub's limit would end the read, and it is not what is measured.
  pullLimit: 1_000_000,
  logLimit: isCounted ? 10_000_000 : 0,
  ...(latencyMs === undefined ? {} : { latencyMs }),
  ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
});
process.on('message', ({ id, question }: { id: number; question: StandInQuestion }) => {
  process.send!({ id, answer: answer(registry, question) });
});
process.on('disconnect', () => process.exit(0));
process.send!({ id: 0, answer: { url: registry.url, apiUrl: registry.apiUrl ?? null } });
