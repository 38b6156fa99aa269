import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PERMISSIONS, type Route, routePath, routes } from './index.ts';

const table = Object.entries(routes) as [string, Route][];

test('every route has a known permission, and every change an audit decision', () => {
  for (const [name, route] of table) {
    assert.ok(PERMISSIONS.includes(route.permission), `${name} has no permission`);
    assert.ok(route.audit === null || route.method !== 'GET', `${name} reads but is audited`);
    assert.ok(route.status === 204 || route.produces || route.response, `${name} answers nothing`);
  }
});

test('no two routes share method and path, and parameters are declared', () => {
  const seen = new Set<string>();
  for (const [name, route] of table) {
    const key = `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`;
    assert.ok(!seen.has(key), `${name} repeats ${key}`);
    seen.add(key);
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
    assert.deepEqual(Object.keys(route.params?.shape ?? {}).sort(), inPath, name);
  }
});

/** What agents ask and say is read as far as it is known (told.test.ts). */
const isOfAgents = (name: string) => /^agent[A-Z]/.test(name);

test('inputs of people and programs are strict: an unknown key is refused', () => {
  for (const [name, route] of table) {
    if (isOfAgents(name)) continue;
    for (const schema of [route.params, route.query]) {
      if (schema) assert.equal(schema.safeParse({ __unknown: '1' }).success, false, name);
    }
  }
});

test('paths are filled in and encoded', () => {
  assert.equal(routePath('getImage', { params: { digest: 'sha256:ab' } }), '/api/v1/images/sha256%3Aab');
  assert.equal(
    routePath('listTags', { query: { q: 'a b', limit: 5, cursor: undefined } }),
    '/api/v1/tags?q=a+b&limit=5',
  );
  assert.equal(routePath('health'), '/healthz');
});
