import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '@pharos/store';
import { putDatabase } from '@pharos/store/testing';
import { answerProbe, makeAgent, startTestServer } from './testing.ts';
import { digestOf, reportScan } from './testing-registry.ts';

const SIGNATURE = `sha256:${'5a'.repeat(32)}`;

const digest = digestOf('1.8.0');
const scanOf = (registryId: string) => ({ registryId, repository: 'team/tool', tags: { '1.8.0': digest } });

test('after the setting is raised a scan is told which attestations found no room before, once', async (context) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'pharos-test-'));
  context.after(() => rmSync(dataDir, { recursive: true, force: true }));
  await putDatabase(dataDir);

  /** A control plane with so much space, and an agent there. */
  async function during<T>(
    attestationSpace: number,
    use: (agent: ReturnType<typeof makeAgent>, call: Awaited<ReturnType<typeof startTestServer>>['call']) => Promise<T>,
  ): Promise<T> {
    const store = await openStore({ dataDir, attestationSpace });
    try {
      const it = await startTestServer({ store });
      try {
        const agent = makeAgent(it, 'eu-west');
        await agent.hello();
        return await use(agent, it.call);
      } finally {
        await it.stop();
      }
    } finally {
      await store.close();
    }
  }

  const registryId = await during(1024, async (agent, call) => {
    const body = { name: 'Team registry', url: 'registry.example.com', locationId: 'eu-west' };
    const [created] = await Promise.all([call('createRegistry', { body }), answerProbe(agent)]);
    const first = await reportScan(agent, scanOf(created.body.id));
    const evidence = {
      ...{ subject: digest, digest: SIGNATURE, position: 0, form: 'cosign-dsse', mediaType: 'application/json' },
      ...{ annotations: {}, payloadDigest: SIGNATURE, payload: null, subjectManifest: null, problem: null },
    };
    const part = { evidence, size: 2048, part: 0, bytes: 'AAAA' };
    const sent = await agent.call('agentScanEvidencePart', { params: { id: first.scanId }, body: part });
    assert.equal(sent.status, 204, sent.text);
    const { body: told } = await call('getImageVerification', { params: { digest }, query: {} });
    assert.deepEqual(
      told.evidence.map(({ problem }: { problem: string }) => problem),
      ['no-room'],
    );
    const { committed } = await reportScan(agent, scanOf(created.body.id));
    assert.equal(committed.evidenceWanted, undefined, 'there is no room');
    return created.body.id as string;
  });
  await during(4096, async (agent) => {
    const { committed } = await reportScan(agent, scanOf(registryId));
    assert.deepEqual(committed.evidenceWanted, [{ subject: digest, digest: SIGNATURE }]);
    assert.equal((await reportScan(agent, scanOf(registryId))).committed.evidenceWanted, undefined, 'once a day');
  });
});
