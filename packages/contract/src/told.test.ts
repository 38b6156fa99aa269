import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { FileRule, KubernetesStatus, NodeReport, type Route, routes } from './index.ts';
import { told } from './told.ts';

const NEW = { unheardOf: { of: ['a newer agent'] } };

test('unknown fields are left out at every depth, and what is known is held to its rules', () => {
  const Inner = z.strictObject({ name: z.string().max(5) });
  const Outer = z.strictObject({
    list: z.array(Inner).max(2),
    maybe: Inner.nullable().optional(),
    one: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('a'), inner: Inner }),
      z.strictObject({ kind: z.literal('b') }),
    ]),
    named: z.record(z.string(), Inner).default({}),
  });
  const said = {
    ...{ list: [{ name: 'x', ...NEW }], maybe: { name: 'y', ...NEW }, named: { z: { name: 'z', ...NEW } }, ...NEW },
    one: { kind: 'a', inner: { name: 'w', ...NEW }, ...NEW },
  };
  const known = { list: [{ name: 'x' }], maybe: { name: 'y' }, named: { z: { name: 'z' } } };
  assert.equal(Outer.safeParse(said).success, false);
  assert.deepEqual(told(Outer).parse(said), { ...known, one: { kind: 'a', inner: { name: 'w' } } });
  const wrong = [
    { ...said, list: [{ name: 'x' }, { name: 'x' }, { name: 'x' }] },
    { ...said, list: [{ name: 'too long' }] },
    { ...said, one: { kind: 'c' } },
    { ...said, list: undefined },
  ];
  for (const each of wrong) assert.equal(told(Outer).safeParse(each).success, false, JSON.stringify(each));
  assert.equal(Outer.safeParse(said).success, false, 'the schema that it was made from is as strict as before');
  assert.equal(told(Outer, [Inner]).safeParse(said).success, false, 'what is exact stays exact');
});

/** Objects below a schema that refuse what they do not name. */
function strictBelow(schema: z.ZodType, path: string, seen = new Set<z.ZodType>()): string[] {
  if (seen.has(schema) || schema === FileRule) return [];
  seen.add(schema);
  const { def } = schema as unknown as { def: Record<string, unknown> };
  const inner: [string, z.ZodType][] = [];
  if (schema instanceof z.ZodObject) inner.push(...(Object.entries(schema.shape) as [string, z.ZodType][]));
  for (const key of ['element', 'innerType', 'valueType', 'in', 'out']) {
    if (def[key] instanceof z.ZodType) inner.push([key, def[key]]);
  }
  if (Array.isArray(def.options)) for (const option of def.options) inner.push(['|', option as z.ZodType]);
  const own = schema instanceof z.ZodObject && schema.def.catchall instanceof z.ZodNever ? [path] : [];
  return [...own, ...inner.flatMap(([key, each]) => strictBelow(each, `${path}.${key}`, seen))];
}

test('whatever an agent says or asks is read as far as it is known; a rule of its file alone is read whole or not at all', () => {
  const ofAgents = (Object.entries(routes) as [string, Route][]).filter(
    ([name, { permission }]) => permission === 'agents:report' || name === 'agentJoin',
  );
  assert.ok(ofAgents.length > 15);
  for (const [name, { body, query }] of ofAgents) {
    for (const schema of [body, query]) if (schema) assert.deepEqual(strictBelow(schema, name), [], name);
  }
  const rule = routes.agentHello.body.shape.rules.element;
  assert.equal(rule, FileRule, 'a clause that is not known would take in more than the rule says');
});

test('a capability that nobody here knows is kept by its name, and bounded', () => {
  const status = (name: string) => ({
    ...{ connected: true, version: 'v1.40', message: '', namespaces: [], checkedAt: '2026-11-26T08:00:00Z' },
    capabilities: [{ name, ok: true, missing: [], ...NEW }],
    ...NEW,
  });
  const read = told(KubernetesStatus);
  assert.equal(read.parse(status('quantum')).capabilities[0]?.name, 'quantum');
  assert.equal(read.safeParse(status('q'.repeat(64))).success, false);
  const many = { ...status('x'), capabilities: Array.from({ length: 51 }, () => status('x').capabilities[0]) };
  assert.equal(read.safeParse(many).success, false);
  const node = {
    name: 'n',
    architecture: null,
    memoryBytes: null,
    ready: true,
    cordoned: false,
    taints: [],
    labels: {},
  };
  const report = { agentId: crypto.randomUUID(), epoch: 1, sequence: 1, denied: false, total: 1 };
  const nodes = [{ ...node, gpu: { count: 1, product: null, memoryGiB: null, sharedBy: 1, mig: [], ...NEW }, ...NEW }];
  assert.equal(told(NodeReport).parse({ ...report, nodes }).nodes[0]?.gpu?.count, 1);
});
