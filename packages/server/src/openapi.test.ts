import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Route, routes } from '@pharos/contract';
import { buildOpenApi, isOpenApiFileCurrent } from './openapi-file.ts';
import { fullPath } from './route.ts';

test('the checked-in description is what the route table says (npm run openapi)', async () => {
  assert.equal(await isOpenApiFileCurrent(), true);
});

test('every route is described, with its operation, its answer and a problem', async () => {
  const document = JSON.parse(await buildOpenApi());
  assert.match(document.openapi, /^3\.1\./);
  for (const [name, route] of Object.entries<Route>(routes)) {
    const operation = document.paths[fullPath(route)]?.[route.method.toLowerCase()];
    assert.equal(operation?.operationId, name);
    assert.ok(operation.responses[String(route.status)], name);
    assert.ok(operation.responses['4XX'].content['application/problem+json'], name);
    assert.equal(operation.security.length === 0, route.permission === 'public', name);
  }
});

test('every reference leads somewhere, and nothing is described that no route uses', async () => {
  const text = await buildOpenApi();
  const referenced = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]));
  assert.deepEqual([...referenced].sort(), Object.keys(JSON.parse(text).components.schemas).sort());
});
