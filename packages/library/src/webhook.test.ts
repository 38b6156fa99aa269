import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ActivityEntry } from '@pharos/contract';
import { activityDraft } from './activity.ts';
import { entryFor, nextTryIn, RETRY_SECONDS, webhookPayload } from './webhook.ts';

const entry = (more: Partial<ActivityEntry> = {}): ActivityEntry => ({
  ...activityDraft('tag.added', '1 tag added in team/pg', { repository: 'team/pg' }),
  id: 7,
  at: '2026-01-01T00:00:00.000Z',
  ...more,
});

test('waits grow, with jitter upwards, until it is given up; an endpoint may ask for more', () => {
  assert.equal(nextTryIn(1, 0), 5);
  assert.equal(nextTryIn(1, 1), 6);
  assert.equal(nextTryIn(2, 0, 4000), 4000);
  assert.equal(nextTryIn(2, 0, 10), 300);
  assert.equal(nextTryIn(2, 0, 1e9), 36_000);
  assert.equal(nextTryIn(RETRY_SECONDS.length + 1, 0), null);
});

test('a pattern narrows to repositories; what concerns none is for everybody', () => {
  assert.equal(entryFor(null, entry())?.id, 7);
  assert.equal(entryFor('team/*', entry())?.id, 7);
  assert.equal(entryFor('other/*', entry()), null);
  assert.equal(entryFor('other/*', entry({ repository: null }))?.id, 7);
  const items = ['team/a', 'other/b'].map((name) => ({ name, repositoryId: '018f0000-0000-7000-8000-000000000000' }));
  const both = entry({ repository: null, items, count: 2 });
  assert.deepEqual(
    [entryFor('team/*', both)?.items.map(({ name }) => name), entryFor('team/*', both)?.count],
    [['team/a'], 1],
  );
  assert.equal(entryFor('third', both), null);
});

test('a payload leads to the page that says more: of the catalog, of the cluster, of the repository', () => {
  const path = (more: Partial<ActivityEntry>) =>
    JSON.parse(webhookPayload(entry({ repository: null, ...more }))).data.path;
  const id = '018f0000-0000-7000-8000-000000000000';
  const catalog = { name: 'postgresql-minimal-trixie', location: 'eu-west' };
  assert.equal(
    path({ type: 'catalog.rolled-back', subjectId: id, catalog }),
    '/databases/catalogs/postgresql-minimal-trixie?location=eu-west',
  );
  assert.equal(path({ type: 'upgrade.started', subjectId: id }), `/databases/${id}`);
  assert.equal(path({ repositoryId: id }), `/library/${id}`);
  assert.equal(path({ registryId: id }), `/manage/registries/${id}`);
  assert.equal(path({ type: 'rule.created', subjectId: id }), '/activity');
});

test('a payload stays small with the longest names there may be', () => {
  const digest = `sha512:${'a'.repeat(128)}`;
  const items = Array.from({ length: 200 }, () => ({ name: 'n'.repeat(128), digest, previousDigest: digest }));
  const draft = activityDraft('tag.moved', 'm'.repeat(5000), { repository: 'r'.repeat(255), items, count: 200 });
  const text = webhookPayload({ ...draft, id: 1, at: '2026-01-01T00:00:00.000Z' });
  assert.ok(text.length < 24 * 1024, String(text.length));
  assert.equal(JSON.parse(text).data.count, 200);
});
