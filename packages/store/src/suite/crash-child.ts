/** A process that commits scan after scan and tells each one, until it is killed. */
import { openStore } from '../open.ts';
import { scan, T0 } from './given.ts';

const [dataDir, registryId, prefix, count] = process.argv.slice(2);
const store = await openStore({ dataDir });
for (let round = 0; ; round += 1) {
  const repository = `${prefix}${round}`;
  const tags = Array.from({ length: Number(count) }, (_, index) => `${round}.${index}`);
  await scan(store, registryId!, { repository, tags, now: new Date(T0.getTime() + round * 1000) });
  process.stdout.write(`${repository}\n`);
}
