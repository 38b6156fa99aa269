import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { makeAgent, startTestServer, type TestServer } from './testing.ts';
import { digestOf, reportScan } from './testing-registry.ts';

const REPOSITORY = 'nim/nvidia/llama-3.2-nv-rerankqa-1b-v2';
let it: TestServer;
let id = '';

before(async () => {
  it = await startTestServer();
  const agent = makeAgent(it, 'eu-west');
  await agent.hello();
  const body = { name: 'Models', url: 'registry.example.com', authentication: { type: 'none' }, locationId: 'eu-west' };
  const registryId = (await it.call('createRegistry', { body })).body.id;
  await reportScan(agent, { registryId, repository: REPOSITORY, tags: { '1.8.0': digestOf('1.8.0') } });
});
after(() => it.stop());

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
