/** An agent in a process of its own, to be killed. Arguments: control plane, registry, state folder. */
import { createClient } from '@pharos/contract';
import { startAgent } from '../agent.ts';
import { configFor, rule, silent } from './fixtures.ts';

const [baseUrl, registry, stateDir] = process.argv.slice(2) as [string, string, string];
await startAgent({
  config: configFor(registry, [rule('all', ['*'])]),
  client: createClient({ baseUrl }),
  stateDir,
  log: silent,
  version: 'test',
  embedded: false,
  backOffCapMs: 50,
  graceMs: 300,
});
