import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { REDACTED, type Route, routes, secret, withoutSecrets } from './index.ts';

test('only what the schema names is shown, and nothing that it calls secret', () => {
  const schema = z.object({
    name: z.string(),
    pin: secret(z.string()).optional().nullable(),
    either: z.union([z.object({ key: z.string() }), z.object({ key: secret(z.string()) })]),
    list: z.array(z.object({ pin: secret(z.string()), n: z.number() })),
    map: z.record(z.string(), secret(z.string())),
    piped: z.string().transform((text) => text.length),
  });
  const value = {
    name: 'a',
    pin: 'S',
    either: { key: 'S' },
    list: [{ pin: 'S', n: 1 }],
    map: { a: 'S' },
    piped: 3,
    unknown: 'S',
  };
  assert.deepEqual(withoutSecrets(schema, value), {
    name: 'a',
    pin: REDACTED,
    either: { key: REDACTED },
    list: [{ pin: REDACTED, n: 1 }],
    map: { a: REDACTED },
    piped: 3,
  });
  assert.equal(JSON.stringify(withoutSecrets(schema, { ...value, name: 'x'.repeat(9000) })).length < 1000, true);
});

/** Field names that sound like a secret and hold none; each was looked at. */
const HARMLESS = new Set([
  'accessKeyId',
  'key', // of a trust entry: a public key
  'keys',
  'roots',
  'trustedRoot',
  'ephemeralKey',
  'ciphertext',
  'publicKey',
  'tokenId',
]);

/** Names of Kubernetes Secrets, which are no secrets. */
const NAMES_OF_SECRETS =
  /^(create|update)?(cluster|modelDeployment)(Change)?(Manifest)?\.(pullSecret|secret|storage\.secret)$/i;

test('a field of an input that sounds like a secret is marked as one, or known to be none', () => {
  const sounds = /pass(word|phrase)|secret|token|credential|(?:^|[a-z])key$|private|^config$|^current$/i;
  const found: string[] = [];
  const visit = (schema: z.ZodType, path: string, depth: number): void => {
    if (depth === 0) return;
    const json = (schema as unknown as { _zod: { def: Record<string, unknown> } })._zod.def;
    for (const [key, inner] of Object.entries((json.shape ?? {}) as Record<string, z.ZodType>)) {
      const at = `${path}.${key}`;
      // A text under this name, wrapped as it may be, must not come out.
      const probe = withoutSecrets(z.object({ [key]: inner }), { [key]: 'S' }) as Record<string, unknown>;
      if (sounds.test(key) && !HARMLESS.has(key) && probe[key] === 'S' && inner.safeParse(true).success === false) {
        if (textual(inner) && !NAMES_OF_SECRETS.test(at)) found.push(at);
      }
      visit(inner, at, depth - 1);
    }
    const parts = [
      json.innerType,
      json.element,
      json.in,
      json.out,
      json.valueType,
      ...((json.options ?? []) as unknown[]),
    ];
    for (const part of parts) if (part) visit(part as z.ZodType, path, depth - 1);
  };
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    if (route.body && route.permission !== 'agents:report') visit(route.body, name, 12);
  }
  assert.deepEqual(found, []);
});

function textual(schema: z.ZodType): boolean {
  return ['S', 'SS', 'S'.repeat(12)].some((text) => schema.safeParse(text).success);
}
