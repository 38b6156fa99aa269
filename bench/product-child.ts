/**
 * The agent against the stand-in of a product. Marks: `probe` (the probe is over), `scan`, and with `rereads` the pair
 * `move` (answers a tag that has moved) and `reread`. With `listsOnly` the client alone lists the tags: `list`.
 */
import { createRegistry } from '@pharos/oci';
import { configOf, type RegistryEntry, startBenchAgent } from './agent.ts';
import { finish, mark } from './marks.ts';

export interface ProductJob {
  readonly registry: RegistryEntry;
  readonly repository: string;
  readonly stateDir: string;
  readonly concurrency: number;
  readonly listsOnly?: boolean;
  readonly rereads?: boolean;
}

export interface ProductFigures {
  readonly seconds: number;
  readonly tags: number;
  /** Tags whose digest the list told. */
  readonly told?: number;
}

const job = JSON.parse(process.argv[2]!) as ProductJob;
const config = configOf(job.registry, job.repository);
finish(job.listsOnly ? await list() : await scan());

/** Every tag with its digest: by the product's list, or by one HEAD each where a list tells names only. */
async function list(): Promise<ProductFigures> {
  const { name, url, provider, apiUrl, authentication, tls, tokenHosts } = config.registries[0]!;
  const registry = createRegistry({
    name,
    url,
    provider,
    apiUrl,
    authentication,
    tls,
    tokenHosts,
    fromOwnFile: true,
  });
  const start = performance.now();
  const tags: string[] = [];
  const untold: string[] = [];
  for await (const page of registry.describeTags(job.repository)) {
    for (const tag of page) (tag.digest === null ? untold : tags).push(tag.name);
  }
  for (const tag of untold) await registry.headManifest(job.repository, tag);
  const seconds = (performance.now() - start) / 1000;
  await mark('list');
  await registry.close();
  return { seconds, tags: tags.length + untold.length, told: tags.length };
}

async function scan(): Promise<ProductFigures> {
  const agent = await startBenchAgent(config, job.stateDir, job.concurrency, () => mark('probe'));
  const { status, code, resolved, milliseconds } = await agent.nextScan();
  if (status !== 'complete') throw new Error(`the scan ended ${status}: ${code}`);
  await agent.plane.committed;
  await mark('scan');
  if (job.rereads) {
    const tag = await mark<string>('move');
    const result = await agent.plane.ask(job.repository, { kind: 'reread', tags: [tag] });
    if (result.kind !== 'reread' || !result.ok) throw new Error(`the tag was not read: ${JSON.stringify(result)}`);
    await mark('reread');
  }
  await agent.stop();
  return { seconds: milliseconds / 1000, tags: resolved };
}
