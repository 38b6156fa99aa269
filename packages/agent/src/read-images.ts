import type { Observation } from '@pharos/contract';
import { observe } from './observe.ts';
import type { Registries } from './registries.ts';
import type { ReportHeader } from './spool-file.ts';

const AT_ONCE = 32;

/**
 * Reads images by digest that the control plane asks for during a delivery. What cannot be read now is left out: it is
 * asked for again with the next report. A registry that has another address by now is not asked.
 */
export async function* readImages(
  registries: Registries,
  header: ReportHeader,
  digests: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<Observation> {
  const registry = registries.get(header.begin.registryId);
  if (!registry?.reader || registry.origin !== header.origin) return;
  const lane = registry.reader.lane(header.begin.repository ?? '', signal);
  for (let start = 0; start < digests.length; start += AT_ONCE) {
    const block = digests.slice(start, start + AT_ONCE);
    const readings = await Promise.allSettled(block.map(async (digest) => observe(await lane.manifest(digest), lane)));
    signal.throwIfAborted();
    for (const reading of readings) {
      if (reading.status === 'fulfilled' && !reading.value.failure?.transient) yield reading.value.observation;
    }
  }
}
