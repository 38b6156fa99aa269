/** Builds what `npm run test:peers` compares with, one after the other, before the clock of the test runner starts. */
import { goTool } from './parts/go-tool.ts';
import { PEERS } from './parts/peers.ts';

/** The largest takes five minutes on two idle cores, and a machine may have more to do. */
const LIMIT_MS = 1_800_000;

for (const tool of PEERS) {
  const { skip } = await goTool(tool, LIMIT_MS);
  console.log(skip || `${tool.name} ${tool.version} is there`);
}
