/** An agent in another location joins with a token that is used once, and has a key of its own from then on. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type MisbehavingRegistry, startMisbehaving } from '@pharos/testbed';
import { agentFile } from './support/agent-file.ts';
import { cleanUp, environment, main, makeFolder, type Pharos, startPharos, waitFor, watch } from './support/pharos.ts';

describe('an agent joins', () => {
  let pharos: Pharos;
  let registry: MisbehavingRegistry;
  let config: string;
  const folder = makeFolder();

  before(async () => {
    registry = await startMisbehaving();
    pharos = await startPharos({ command: 'server' });
  });
  after(async () => {
    await pharos?.stop();
    await registry?.stop();
    cleanUp();
  });

  /** Runs an agent with a state folder until `isThere`, then ends it. */
  async function run(
    stateDir: string,
    file: string,
    isThere: (output: () => string) => Promise<unknown>,
  ): Promise<string> {
    const child = spawn(process.execPath, [main, 'agent', '-f', file, '--state-dir', stateDir], {
      env: environment({}),
      cwd: folder,
    });
    const { output, ended } = watch(child);
    await waitFor(() => isThere(output), `the agent:\n${output()}`, 30_000).finally(() => child.kill('SIGTERM'));
    await ended;
    return output();
  }
  const agents = async () => (await pharos.client('listAgents', { query: {} })).items;
  const seenAt = async (generation: number) => (await agents()).find((each) => each.key?.generation === generation);

  test('with a token, once; after that without it, with another key at each start', async () => {
    const made = await pharos.client('createJoinToken', { body: { name: 'second', locationId: 'eu-west' } });
    const entry = { name: 'registry', url: registry.url };
    config = agentFile([entry], { beacon_server: pharos.url, join_token: made.token });
    const state = join(folder, 'state');
    await run(state, config, () => seenAt(2));
    const [agent] = await agents();
    assert.equal(agent!.locationId, 'eu-west');
    assert.ok(!readFileSync(join(state, 'agent.json'), 'utf8').includes(made.token), 'the token is not kept');

    const bare = agentFile([entry], { beacon_server: pharos.url });
    cpSync(state, join(folder, 'copy'), { recursive: true });
    await run(state, bare, () => seenAt(3));

    const said = await run(join(folder, 'copy'), bare, async () => (await agents())[0]!.key!.copiedAt);
    assert.doesNotMatch(said, /connected/, 'the copy is not let in');
    assert.match((await agents())[0]!.message, /somebody may have a copy of its state folder/);

    const other = agentFile([entry], { beacon_server: pharos.url, join_token: made.token });
    await run(join(folder, 'other'), other, async (output) => /"unauthenticated"/.test(output()));
    assert.equal((await agents()).length, 1, 'a token joins one agent');
  });

  test('for its own location only, and not when its key is revoked', async () => {
    const made = await pharos.client('createJoinToken', { body: { name: 'third', locationId: 'us-east' } });
    const entry = { name: 'registry', url: registry.url };
    const file = agentFile([entry], { beacon_server: pharos.url, join_token: made.token });
    await run(join(folder, 'elsewhere'), file, async (output) => /"forbidden"/.test(output()));
    const [agent, second] = await agents();
    assert.equal(second, undefined, 'its file names a location that it did not join');

    await pharos.client('revokeAgentKey', { params: { id: agent!.id } });
    const bare = agentFile([entry], { beacon_server: pharos.url });
    await run(join(folder, 'state'), bare, async (output) => /"unauthenticated"/.test(output()));
    const [after] = await agents();
    assert.equal(after!.lastSeenAt, agent!.lastSeenAt);
    assert.match(after!.message, /revoked/);
  });
});
