/** What the memory of an agent comes to that reads one very large repository again and again. */
import { join } from 'node:path';
import { type DialectName, temporaryDirectory } from '@pharos/testbed';
import { LOW_MEMORY_FLAGS } from '../scripts/low-memory.mjs';
import { entryOf } from './by-dialect.ts';
import { runMarked } from './marks.ts';
import { type BenchOptions, type Measure, measure } from './measure.ts';
import type { MemoryFigures, MemoryJob } from './memory-child.ts';
import { PRODUCTS } from './products.ts';
import { startStandIn } from './stand-in.ts';

/** Names only, build-stamped; and a product whose list tells digests. */
const KINDS: readonly DialectName[] = ['oci', 'acr'];
/** Tags share these, so that the first scan ends in reasonable time; the agent holds the tags all the same. */
const IMAGES = 500;
const TARGET_MIB = 256;
export async function runMemory(options: BenchOptions): Promise<Measure[]> {
  const tags = Number(options.tags ?? 200_000);
  const measures: Measure[] = [];
  for (const dialect of options.dialect === undefined ? KINDS : (options.dialect as DialectName[])) {
    const folder = temporaryDirectory('bench');
    const standIn = await startStandIn({ dialect, tags, images: IMAGES, isCounted: false });
    try {
      const job: MemoryJob = {
        registry: entryOf(standIn, dialect),
        repository: PRODUCTS[dialect].repository,
        stateDir: join(folder.path, 'state'),
        scans: Number(options.scans ?? 10),
      };
      const onMark = async (mark: string) => {
        console.error(`${dialect}: ${mark}`);
        // Something is new in every scan, so that the whole set goes to the control plane each time.
        await standIn.add();
      };
      // As `pharos agent --low-memory` starts it.
      const figures = await runMarked<MemoryFigures>('./memory-child.ts', job, onMark, LOW_MEMORY_FLAGS);
      const name = `discovery.rss${tags === 200_000 ? '200k' : tags}.${dialect}`;
      measures.push(
        measure(name, figures.peakMiB, 'MiB', { name: 'target', value: TARGET_MIB }),
        measure(`${name}.lastThird`, figures.lastMiB, 'MiB', { name: 'first third', value: figures.firstMiB }),
        measure(`${name}.scanSeconds`, figures.scanSeconds, 's'),
      );
    } finally {
      await standIn.stop();
      folder.remove();
    }
  }
  return measures;
}
