import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { ModelQuery } from '@pharos/contract';
import { modelIdentity } from '@pharos/library';
import { sql } from 'kysely';
import { up } from '../migrations/0010-models.ts';
import { redrawModels } from '../model-summary.ts';
import type { Store } from '../store.ts';
import { digestOf, everything, type Given, hours, observation, REGISTRY, registry, scan, T0 } from './given.ts';

const LLAMA = 'nim/meta/llama-3.1-8b-instruct';
const KEY = 'meta/llama-3.1-8b-instruct';
const nim = (text: string, labels: Record<string, string> = {}) =>
  observation(digestOf(text), { labels: { 'com.nvidia.nim.type': 'llm', ...labels } });
const query = (more: Partial<ModelQuery> = {}): ModelQuery => ({ limit: 50, sort: 'name', ...more });
const keys = async (store: Store, more: Partial<ModelQuery> = {}) =>
  (await store.models.list(query(more))).items.map((model) => model.key);
const only = async (store: Store) => (await store.models.list(query())).items[0]!;

/** Grouping over registries, facts with their sources, edits, lists. */
export function modelsSuite(given: () => Promise<Given>): void {
  it('makes one model of the same model in two registries, with a version for each digest, newest first', async () => {
    const { store } = await given();
    const first = await registry(store);
    const second = (await store.registries.create({ ...REGISTRY, name: 'Mirror', url: 'mirror.example' }, T0)).id;
    const tags = ['1.8.2', { name: 'latest', digest: digestOf('1.8.2') }, '1.10.0', '1.3.3'];
    const images = ['1.8.2', '1.10.0', '1.3.3'].map((name) => nim(name));
    await scan(store, first, { repository: LLAMA, tags, images });
    await scan(store, second, { repository: 'team/llm', tags: ['1.8.2'], images: [nim('1.8.2')] });
    assert.deepEqual(await keys(store), [KEY, 'team/llm']);
    await scan(store, second, {
      repository: 'team/llm',
      tags: [{ name: '1.9.0', digest: digestOf('labelled') }, '1.8.2'],
      images: [nim('labelled', { 'com.nvidia.nim.name': KEY })],
    });
    await scan(store, second, { repository: `mirror/${LLAMA}`, tags: ['1.8.2'], images: [nim('1.8.2')] });
    const model = (await store.models.list(query({ q: 'llama' }))).items[0]!;
    assert.deepEqual([model.tagCount, model.imageCount, model.newestTag], [6, 4, '1.10.0']);
    assert.deepEqual(
      model.registries.map(({ name }) => name),
      ['Mirror', 'Team registry'],
    );
    const { images: versions } = (await store.models.get(model.id))!;
    assert.deepEqual(
      versions.map(({ places }) => places.map(({ registry, name }) => `${registry} ${name}`).sort()),
      [
        ['Team registry 1.10.0'],
        ['Mirror 1.9.0'],
        ['Mirror 1.8.2', 'Team registry 1.8.2', 'Team registry latest'],
        ['Team registry 1.3.3'],
      ],
    );
    assert.equal(versions[0]?.digest, digestOf('1.10.0'));
    const paged = await everything((cursor) =>
      store.models.images(model.id, { limit: 1, cursor }).then((page) => page!),
    );
    assert.deepEqual(
      paged.map(({ digest }) => digest),
      versions.map(({ digest }) => digest),
    );
  });

  it('keeps facts by their precedence, and edits with who and when; null takes an edit back', async () => {
    const { store } = await given();
    const id = await registry(store);
    await scan(store, id, { repository: LLAMA, tags: ['1.8.2'], images: [nim('1.8.2')] });
    const model = await only(store);
    assert.deepEqual(
      [model.parameters, model.gpu, model.task],
      ['8B', { count: 1, memoryGiB: null }, 'text-generation'],
    );
    const profiles = [
      {
        gpu: 'A10G',
        count: 2,
        memoryGiB: 24,
        precision: 'FP16',
        tensorParallelism: 2,
        pipelineParallelism: 1,
        goal: 'latency' as const,
      },
    ];
    const patch = { parameters: '8.03B', gpuMemoryGiB: 24, profiles };
    const edited = (await store.models.update(model.id, patch, 'ada', hours(1)))!;
    assert.deepEqual(edited.facts.parameters, {
      value: '8.03B',
      source: 'edit',
      from: 'ada',
      url: null,
      at: hours(1).toISOString(),
      otherwise: '8B',
      otherwiseSource: 'catalogue',
    });
    assert.deepEqual([edited.gpu, edited.facts.profiles.value], [{ count: 1, memoryGiB: 24 }, profiles]);
    assert.equal((await store.models.update(model.id, patch, 'bob', hours(2)))!.edits.length, 3, 'nothing new');
    await scan(store, id, { repository: LLAMA, tags: ['1.9.0', '1.8.2'], images: [nim('1.9.0')], now: hours(3) });
    const after = await only(store);
    assert.deepEqual([after.id, after.newestTag, after.parameters], [model.id, '1.9.0', '8.03B'], 'a scan keeps it');
    const reset = (await store.models.update(model.id, { parameters: null }, 'bob', hours(4)))!;
    assert.deepEqual([reset.parameters, reset.facts.parameters.source], ['8B', 'catalogue']);
    assert.deepEqual(
      reset.edits.slice(0, 1).map(({ field, value, by, at }) => [field, value, by, at]),
      [['parameters', null, 'bob', hours(4).toISOString()]],
    );
    assert.equal(await store.models.update('00000000-0000-4000-8000-000000000000', {}, 'ada', T0), null);
  });

  it('reads facts of the newest image, and another image changes them', async () => {
    const { store } = await given();
    const id = await registry(store);
    const pack = (text: string, paramSize: string) =>
      observation(digestOf(text), {
        artifactType: 'application/vnd.cncf.model.manifest.v1+json',
        configMediaType: 'application/vnd.cncf.model.config.v1+json',
        artifactConfig: { config: { paramSize }, descriptor: { licenses: ['Apache-2.0'] } },
      });
    await scan(store, id, { repository: 'models/qwen', tags: ['1.0.0'], images: [pack('1.0.0', '7b')] });
    const before = await only(store);
    assert.deepEqual([before.format, before.parameters, before.licence], ['modelpack', '7b', 'Apache-2.0']);
    await scan(store, id, { repository: 'models/qwen', tags: ['1.0.0', '2.0.0'], images: [pack('2.0.0', '8b')] });
    assert.equal((await only(store)).parameters, '8b');
  });

  it('filters, counts and sorts models', async () => {
    const { store } = await given();
    const id = await registry(store);
    const away = { ...REGISTRY, name: 'Away', url: 'away.example', locationId: 'there' };
    const other = (await store.registries.create(away, T0)).id;
    const add = (registryId: string, repository: string, size: number, at: number) =>
      scan(store, registryId, {
        repository,
        tags: [{ name: '1.0.0', digest: digestOf(repository) }],
        images: [observation(digestOf(repository), { size, configCreated: hours(at).toISOString() })],
        now: hours(at),
      });
    await add(id, LLAMA, 300, 1);
    await add(id, 'nim/nvidia/nvclip', 200, 2);
    await add(other, 'nim/nvidia/llama-3.2-nv-rerankqa-1b-v2', 100, 3);
    await add(other, 'nim/meta/llama-3.3-70b-instruct', 400, 4);
    await add(other, 'postgresql', 50, 5);
    const short = async (more: Partial<ModelQuery>) => (await keys(store, more)).map((key) => key.split('/')[1]);
    const [clip, rerank, big, small] = [
      'nvclip',
      'llama-3.2-nv-rerankqa-1b-v2',
      'llama-3.3-70b-instruct',
      'llama-3.1-8b-instruct',
    ];
    assert.deepEqual(await short({}), [small, rerank, big, clip]);
    assert.deepEqual(await short({ sort: '-updated' }), [big, rerank, clip, small]);
    assert.deepEqual(await short({ sort: 'task' }), [small, big, rerank, clip]);
    assert.deepEqual(await short({ sort: 'size' }), [rerank, clip, small, big]);
    assert.deepEqual(await short({ task: 'rerank' }), [rerank]);
    assert.deepEqual(await short({ publisher: 'meta' }), [small, big]);
    assert.deepEqual(await short({ licence: 'Llama 3.3 Community License' }), [big]);
    assert.deepEqual(await short({ precision: 'FP8' }), [small, rerank]);
    assert.deepEqual(await short({ gpuCount: 1 }), [small, rerank, clip]);
    assert.deepEqual(await short({ gpuCount: 1, gpuMemoryGiB: 24 }), [rerank, clip], 'by a profile, not by the need');
    assert.deepEqual(await short({ gpuMemoryGiB: 4 }), [rerank], 'not known does not fit');
    assert.deepEqual(await short({ locationId: 'there' }), [rerank, big]);
    assert.deepEqual(await short({ registryId: id }), [small, clip]);
    assert.deepEqual(await short({ q: '70B' }), [big]);
    assert.deepEqual(await short({ q: '100%_' }), []);
    const cursors = await everything((cursor) => store.models.list(query({ limit: 1, cursor, sort: '-size' })));
    assert.deepEqual(
      cursors.map(({ size }) => size),
      [400, 300, 200, 100],
    );
    const facets = await store.models.facets({ publisher: 'meta' });
    assert.deepEqual(
      facets.publisher.map(({ value, count }) => [value, count]),
      [
        ['meta', 2],
        ['nvidia', 2],
      ],
      'its own filter does not count',
    );
    assert.deepEqual(
      facets.registryId.map(({ label, count }) => [label, count]),
      [
        ['Away', 1],
        ['Team registry', 1],
      ],
    );
    assert.deepEqual(
      facets.task.map(({ value, count }) => [value, count]),
      [['text-generation', 2]],
    );
  });

  it('leaves no model behind without images, and keeps what people wrote for when they come back', async () => {
    const { store } = await given();
    const id = await registry(store);
    const report = { repository: LLAMA, tags: ['1.8.2'], images: [nim('1.8.2')] };
    await scan(store, id, report);
    const model = await only(store);
    await store.models.update(model.id, { licence: 'Ours' }, 'ada', T0);
    await store.registries.remove(id);
    assert.deepEqual(await keys(store), []);
    assert.deepEqual((await store.models.get(model.id))?.images, []);
    const again = (await store.registries.create({ ...REGISTRY, name: 'Again' }, T0)).id;
    await scan(store, again, report);
    assert.deepEqual([(await only(store)).id, (await only(store)).licence], [model.id, 'Ours']);
  });

  it('moves a tag to another model when its image says so, and leaves the former one', async () => {
    const { store } = await given();
    const id = await registry(store);
    await scan(store, id, { repository: 'team/llm', tags: ['1.0.0'], images: [nim('1.0.0')] });
    assert.deepEqual(await keys(store), ['team/llm']);
    await store.images.observe({ ...nim('1.0.0', { 'com.nvidia.nim.name': KEY }), detail: 'platforms' }, T0);
    assert.deepEqual(await keys(store), [KEY]);
  });

  it('finds the models of a database that is older than they are, as the library would', async () => {
    const { store, db } = await given();
    const id = await registry(store);
    const labels = { 'com.nvidia.nim.name': 'Meta/Llama-3.1-8B-Instruct' };
    const repositories = [LLAMA, `a/b/${LLAMA}`, 'team/llm', 'other/llm', 'modelcar-x', 'postgresql'];
    for (const repository of repositories) {
      const image = nim(repository, repository === 'team/llm' ? labels : {});
      const plain = { ...image, labels: {} };
      const tag = { name: '17.4', digest: image.digest };
      await scan(store, id, { repository, tags: [tag], images: [repository === 'postgresql' ? plain : image] });
    }
    const drawn = () =>
      sql<{ name: string; model_key: string | null }>`select r.name, t.model_key from tags t
        join repositories r on r.id = t.repository_id order by r.name`.execute(db);
    const expected = await drawn();
    assert.equal(
      expected.rows.find((row) => row.name === 'team/llm')?.model_key,
      modelIdentity(nim('x', labels), 'team/llm').key,
    );
    assert.equal(expected.rows.find((row) => row.name === 'postgresql')?.model_key, null);
    await sql`drop table model_edits`.execute(db);
    await sql`drop table models`.execute(db);
    await sql`alter table tags drop column model_key`.execute(db);
    await db.transaction().execute(up);
    assert.deepEqual((await drawn()).rows, expected.rows);
    assert.deepEqual(await keys(store), []);
    await sql`delete from settings where key = 'models-drawn'`.execute(db);
    await redrawModels(db);
    assert.deepEqual(
      await keys(store),
      [KEY, 'modelcar-x', 'other/llm'].sort((a, b) => (name(a) < name(b) ? -1 : 1)),
    );
  });
}

const name = (key: string) => key.slice(key.indexOf('/') + 1);
