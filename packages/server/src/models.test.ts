import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { emptyObservation, setDigestText } from '@pharos/library';
import { makeAgent, startTestServer, type TestServer } from './testing.ts';

const REPOSITORY = 'nim/nvidia/llama-3.2-nv-rerankqa-1b-v2';
let it: TestServer;
let id = '';

before(async () => {
  it = await startTestServer();
  const agent = makeAgent(it, 'eu-west');
  await agent.hello();
  const body = { name: 'Models', url: 'registry.example.com', authentication: { type: 'none' }, locationId: 'eu-west' };
  const registryId = (await it.call('createRegistry', { body })).body.id;
  await reportScan(agent, registryId);
});
after(() => it.stop());

/** A scan of one tag, as an agent reports it. */
async function reportScan(agent: ReturnType<typeof makeAgent>, registryId: string): Promise<void> {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const digest = `sha256:${sha256('1.8.0')}`;
  const image = { ...emptyObservation(digest, 'application/vnd.oci.image.manifest.v1+json'), size: 4096 };
  const tags = [{ name: '1.8.0', digest, pushedAt: null }];
  const scanId = randomUUID();
  const now = new Date().toISOString();
  const begin = { scanId, parentId: null, agentId: agent.agentId, epoch: 1, registryId, repository: REPOSITORY };
  assert.equal(
    (
      await agent.call('agentScanBegin', {
        body: { ...begin, ruleIds: [], trigger: 'schedule', only: null, startedAt: now },
      })
    ).status,
    200,
  );
  const chunk = { tags, images: [image], referrers: [] };
  const chunked = { params: { id: scanId, n: '0' }, body: { sha256: sha256(JSON.stringify(chunk)), ...chunk } };
  assert.equal((await agent.call('agentScanChunk', chunked)).status, 200);
  const commit = {
    status: 'complete',
    tagCount: 1,
    setDigest: sha256([...setDigestText(tags)].join('')),
    listedCount: 1,
    artifactCount: 0,
    unresolved: [],
    listedNames: ['1.8.0'],
    absence: 'none',
    finishedAt: now,
    requests: 2,
    message: '',
    code: null,
    hint: null,
    failures: [],
    failedCount: 0,
  };
  const committed = await agent.call('agentScanCommit', { params: { id: scanId }, body: commit });
  assert.equal(committed.status, 200, committed.text);
}

test('a scan makes a model, with the facts that the catalogue states', async () => {
  const { status, body } = await it.call('listModels', { query: { task: 'rerank' } });
  assert.equal(status, 200);
  assert.equal(body.total, 1);
  const [model] = body.items;
  id = model.id;
  assert.deepEqual(
    [model.name, model.publisher, model.task, model.contextLength, model.gpu, model.images.length, model.locations],
    ['llama-3.2-nv-rerankqa-1b-v2', 'nvidia', 'rerank', 8192, { count: 1, memoryGiB: 48 }, 1, ['eu-west']],
  );
  assert.equal((await it.call('listModels', { query: { task: 'ocr' } })).body.total, 0);
  const detail = await it.call('getModel', { params: { id } });
  assert.equal(detail.body.facts.contextLength.source, 'catalogue');
  assert.equal(detail.body.facts.parameters.source, 'name');
  assert.match(detail.body.pull[0].command, /@sha256:/);
  const facets = await it.call('getModelFacets', {});
  assert.deepEqual(facets.body.task, [{ value: 'rerank', label: 'rerank', count: 1 }]);
  const images = await it.call('listModelImages', { params: { id } });
  assert.equal(images.body.items[0].places[0].name, '1.8.0');
});

test('catalogue data is written with who wrote it, and open pages are told', async () => {
  const edited = await it.call('updateModel', { params: { id }, body: { parameters: '1.2B', link: null } });
  assert.equal(edited.status, 200, edited.text);
  const { facts, edits } = edited.body;
  assert.deepEqual(
    [facts.parameters.value, facts.parameters.source, facts.parameters.otherwise],
    ['1.2B', 'edit', '1B'],
  );
  assert.equal(edits.length, 1, 'a reset of nothing leaves no trace');
  assert.ok(edits[0].by.length > 0);
  const reset = await it.call('updateModel', { params: { id }, body: { parameters: null } });
  assert.deepEqual([reset.body.parameters, reset.body.edits.length], ['1B', 2]);
});

test('what does not fit a field is refused by name, and readers may not write', async () => {
  for (const [body, path] of [
    [{ gpuCount: -1 }, 'gpuCount'],
    [{ link: 'javascript:alert(1)' }, 'link'],
    [{ task: 'cooking' }, 'task'],
    [{ profiles: [{ gpu: 'L40S', count: 0 }] }, 'profiles.0.count'],
  ] as const) {
    const refused = await it.call('updateModel', { params: { id }, body });
    assert.deepEqual([refused.status, refused.body.code, refused.body.errors[0].path], [400, 'invalid-input', path]);
  }
  const viewer = { token: await it.tokenOf('viewer') };
  assert.equal((await it.call('getModel', { params: { id } }, viewer)).status, 200);
  assert.equal((await it.call('updateModel', { params: { id }, body: {} }, viewer)).status, 403);
  const unknown = await it.call('getModel', { params: { id: randomUUID() } });
  assert.deepEqual([unknown.status, unknown.body.code], [404, 'not-found']);
});
