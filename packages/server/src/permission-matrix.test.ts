/**
 * Who gets where: measured, for every role, scope, route and row, and compared with a checked-in file. The file is not made
 * from the route table but from what a server did, so a permission that is changed or lost shows as a line that differs.
 * After a change that is meant: UPDATE_MATRIX=1 npm test -- packages/server/src/permission-matrix.test.ts, and read the diff.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import cookie from '@fastify/cookie';
import {
  ClusterInput,
  type ModelDeploymentSpec,
  PolicyPreviewInput,
  ROLE_PERMISSIONS,
  type Role,
  type Route,
  type RouteName,
  routePath,
  routes,
} from '@pharos/contract';
import { parseVersion, specOf } from '@pharos/library';
import type { Store } from '@pharos/store';
import { openTestStore } from '@pharos/store/testing';
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { createHandlers } from './handlers.ts';
import { newToken, sha256 } from './identity/secret.ts';
import { asProblemError, toProblem } from './problem.ts';
import { type Handlers, mountRoutes } from './route.ts';
import { testContext } from './testing-context.ts';
import { digestOf, storeScan, teamRegistry } from './testing-registry.ts';

const FILE = new URL('./permission-matrix.txt', import.meta.url);
const ROLES = Object.keys(ROLE_PERMISSIONS) as Role[];
const SCOPES = ['everywhere', 'location:here', 'repositories:own/*'] as const;
const REACHED = 299;

const table = (Object.entries(routes) as [RouteName, Route][]).filter(([, route]) => route.permission !== 'public');

let store: Store;
let app: FastifyInstance;
const rows = {} as Record<'own' | 'foreign', Awaited<ReturnType<typeof fill>>>;

/** Changes are not made: a route that would change something answers that its handler was reached. */
function measured(handlers: Handlers): Handlers {
  const reached = async ({ reply }: { reply: { code(status: number): { send(): unknown } } }) => {
    reply.code(REACHED).send();
  };
  const entries = Object.entries(handlers).map(([name, handler]) => {
    const route: Route = routes[name as RouteName];
    const isRead = route.audit === null && route.permission !== 'agents:report' && route.produces === undefined;
    return [name, isRead ? handler : reached];
  });
  return Object.fromEntries(entries) as Handlers;
}

before(async () => {
  store = await openTestStore();
  const context = testContext(store);
  app = Fastify();
  // Bodies are not checked here, so that one body of ids does for every change.
  app.setValidatorCompiler((schema) =>
    schema.httpPart === 'body' ? () => true : validatorCompiler(schema as Parameters<typeof validatorCompiler>[0]),
  );
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('principal', null);
  app.setErrorHandler((thrown, request, reply) => {
    const error = asProblemError(thrown);
    reply
      .code(error.status)
      .type('application/problem+json')
      .send(JSON.stringify(toProblem(error, request.id)));
  });
  await app.register(cookie);
  app.after(() => mountRoutes(app, context, routes, measured(createHandlers(context))));
  await app.ready();
  rows.own = await fill('here', 'own');
  rows.foreign = await fill('there', 'foreign');
});
after(async () => {
  await app.close();
  await store.close();
});

/** A location with one of everything; every name has the mark in it. */
async function fill(locationId: string, mark: string) {
  const now = new Date();
  const agentId = randomUUID();
  const text = (name: string) => `${mark}-${name}`;
  const agent = { agentId, epoch: 1, name: text('agent'), locationId, version: '0', embedded: false, publicKey: 'key' };
  // Heard an hour ago: nobody waits for its answers.
  const heard = new Date(now.getTime() - 3_600_000);
  await store.agents.hello({ ...agent, configPath: null, registries: [], rules: [], clock: now.toISOString() }, heard);
  const named = { name: text('registry'), url: `${mark}.example` };
  const registry = await store.registries.create(teamRegistry(locationId, named), now);
  const registryId = registry.id;
  const rule = await store.rules.create(
    {
      name: text('rule'),
      enabled: true,
      registryId,
      kind: null,
      description: '',
      repositories: { include: ['**'], exclude: [] },
      tags: [],
    },
    now,
  );
  const receiver = await store.receivers.create(
    { id: randomUUID(), registryId, source: 'distribution', sealed: 'x' },
    now,
  );
  const digest = digestOf(mark);
  const tags = { [text('tag')]: digest };
  const scan = { agentId, registryId, repository: `${mark}/repository`, ruleIds: [rule.id], tags, images: [] };
  const scanId = await storeScan(store, { ...scan, at: now });
  const { items } = await store.repositories.list({ limit: 1, sort: 'name', registryId });
  const user = await store.users.create(
    { id: randomUUID(), name: text('user'), kind: 'robot', passwordHash: null, grants: [] },
    now,
  );
  const team = { name: text('team'), description: '', grants: [], groups: [], members: [] };
  const { id: teamId } = await store.teams.create(randomUUID(), team, now);
  const served = servedSpec(text('served'), locationId, digest);
  const kept = {
    spec: served,
    model: 'x/y',
    image: { reference: 'r', tag: 't', format: 'nim' as const },
    apply: false,
  };
  const { id: deploymentId } = await store.modelDeployments.create(randomUUID(), kept, 'test', now);
  const ids: Record<string, string> = {
    'model-deployments': deploymentId,
    registries: registryId,
    rules: rule.id,
    receivers: receiver.id,
    scans: scanId,
    agents: agentId,
    repositories: items[0]!.id,
    users: user.id,
    teams: teamId,
    clusters: randomUUID(),
    locations: locationId,
    upgrade: randomUUID(),
  };
  const spec = specOf(
    ClusterInput.parse({ name: text('cluster'), location: locationId, image: digest, storage: '1Gi' }),
  );
  const made = { engine: 'postgresql', version: parseVersion('pg', '17.4'), tag: '17.4', reference: 'r' } as const;
  await store.clusters.create(
    ids.clusters!,
    { ...made, spec, catalog: null, apply: false },
    { action: 'create', actor: 'test', detail: '' },
    now,
  );
  await store.clusterUpgrades.request(
    {
      ...{ id: ids.upgrade!, clusterId: ids.clusters!, kind: 'minor', digest, extension: null },
      ...{ fromTag: '17.4', toTag: '17.5', timing: 'window', requestedBy: 'test', requestedPerson: null },
    },
    now,
  );
  const key = { name: text('catalog'), location: locationId, engine: 'postgresql', flavour: null, os: null } as const;
  // Held: nothing is drawn in its place while it is looked at.
  await store.catalogs.publish(key, 0, { mode: 'held', by: 'test', reason: '', entries: [] }, now);
  return { ids, digest, tag: text('tag'), catalog: key.name, registryId, locationId };
}

function servedSpec(name: string, location: string, image: string): ModelDeploymentSpec {
  const nothing = { scale: null, secret: null, pullSecret: null, storage: null, profile: null, runtime: null };
  const how = { target: 'kserve', mode: 'Standard', scope: 'namespace' } as const;
  const sizes = { gpu: { count: 1 }, replicas: { min: 1, max: 1 }, resources: {} };
  return { name, namespace: 'models', location, image, ...how, ...sizes, ...nothing };
}

/** A token with one role in one scope. */
async function tokenOf(role: Role, scope: string): Promise<string> {
  const now = new Date();
  const token = newToken();
  const id = randomUUID();
  const kept = { id, name: `${role} ${scope}`, scopes: [], prefix: 'p', sha256: sha256(token), createdBy: 'test' };
  if (role === 'agent') {
    await store.tokens.create({ ...kept, role, ownerId: null, expiresAt: null }, now);
    return token;
  }
  const robot = { id: randomUUID(), name: `robot-${randomUUID()}`, kind: 'robot' as const, passwordHash: null };
  await store.users.create({ ...robot, grants: [{ role, scope }] }, now);
  await store.tokens.create({ ...kept, role: null, ownerId: robot.id, expiresAt: null }, now);
  return token;
}

const PUBLIC_KEY = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();

/** What a read cannot do without, of the same location. */
function queryOf(route: Route, which: 'own' | 'foreign'): object {
  const { digest, tag, registryId, ids } = rows[which];
  const repositoryId = ids.repositories;
  const named = { repository: `${which}/repository`, tag, registryId, repositoryId };
  const values: Record<string, unknown> = {
    ...named,
    from: digest,
    to: digest,
    time: '2026-03-03',
    location: rows[which].locationId,
  };
  const needed = Object.entries(route.query?.shape ?? {}).filter(([, type]) => !type.safeParse(undefined).success);
  return Object.fromEntries(needed.map(([key]) => [key, values[key]]));
}

async function ask(name: RouteName, route: Route, which: 'own' | 'foreign', token: string) {
  const { ids, digest, tag, catalog, registryId, locationId } = rows[which];
  const noun = route.path.split('/')[1] as string;
  const values: Record<string, string> = {
    id: ids[noun] ?? randomUUID(),
    name: noun === 'catalogs' ? catalog : tag,
    n: '0',
    digest,
    upgradeId: ids.upgrade!,
  };
  const params = Object.fromEntries(Object.keys(route.params?.shape ?? {}).map((key) => [key, values[key] ?? 'x']));
  const spec = { name: 'x', registryId, repositories: { include: ['**'], exclude: [] }, tags: [] };
  const rule = { rule: spec, refresh: false, limit: 50, offset: 0 };
  const trust = {
    ...{ name: 'x', kind: 'key', scope: '**', enabled: true, key: PUBLIC_KEY, roots: null, trustedRoot: null },
    ...{ identities: [], requireReference: false },
  };
  const objects = [{ apiVersion: 'v1', kind: 'Pod' }];
  const policy = PolicyPreviewInput.parse({ spec: { name: 'x', effect: 'advise', requirements: { sbom: true } } });
  const cluster = ClusterInput.parse({ name: 'x', location: locationId, image: digest, storage: '1Gi' });
  const bodies: Partial<Record<RouteName, object>> = {
    previewRule: rule,
    checkTrust: trust,
    previewPolicy: policy,
    modelDeploymentManifest: servedSpec('x', locationId, digest),
    createCluster: cluster,
    clusterManifest: cluster,
    upgradeCluster: { image: digest },
    previewCatalog: { edition: null, reason: '' },
    publishCatalog: { edition: null, reason: '' },
  };
  const about = { registryId, locationId, location: locationId, digest, digests: [digest], objects };
  const body = { ...about, ...bodies[name] };
  return app.inject({
    method: route.method,
    url: routePath(name, { params, query: queryOf(route, which) }),
    headers: { authorization: `Bearer ${token}`, ...(route.body ? { 'content-type': 'application/json' } : {}) },
    ...(route.body ? { payload: body } : {}),
  });
}

/** `+` got there, `-` was refused, `0` is told that there is no such thing. */
function sign(status: number): string {
  return status === 403 ? '-' : status === 404 ? '0' : '+';
}

test('every role gets where the matrix says, on own and on foreign rows, and never sees what is not its own', async () => {
  const lines: string[] = [];
  const cells = new Map<RouteName, string[]>(table.map(([name]) => [name, []]));
  for (const role of ROLES) {
    for (const scope of role === 'agent' ? (['everywhere'] as const) : SCOPES) {
      const token = await tokenOf(role, scope);
      for (const [name, route] of table) {
        let cell = '';
        for (const which of ['own', 'foreign'] as const) {
          const { statusCode, payload } = await ask(name, route, which, token);
          const context = `${role} ${scope} ${name} ${which}: ${statusCode} ${payload.slice(0, 300)}`;
          assert.ok(statusCode !== 401 && statusCode !== 500, context);
          if (scope !== 'everywhere') {
            const { digest, registryId, ids } = rows.foreign;
            const foreign = [...Object.values(ids), 'foreign-', 'foreign/', registryId];
            // An address that names what it asked for is no leak; the answer to a foreign question is a refusal.
            if (statusCode < 400) for (const mark of [...foreign, digest]) assert.ok(!payload.includes(mark), context);
          }
          cell += sign(statusCode);
        }
        cells.get(name)?.push(cell);
      }
    }
  }
  const head = ROLES.map((role) => role.padEnd(role === 'agent' ? 2 : 8)).join('  ');
  for (const [name, route] of table) {
    const all = cells.get(name) as string[];
    const perRole = ROLES.map((role, at) => all.slice(at * 3, role === 'agent' ? at * 3 + 1 : at * 3 + 3).join(' '));
    lines.push(`${name.padEnd(22)} ${perRole.join('  ')}  ${route.permission}${route.row ? ` (${route.row})` : ''}`);
  }
  const text = `${HEAD}\n${''.padEnd(22)} ${head}\n${lines.sort().join('\n')}\n`;
  if (process.env.UPDATE_MATRIX) await writeFile(FILE, text);
  assert.equal(text, await readFile(FILE, 'utf8'));
});

const HEAD = `Who gets where, as measured by permission-matrix.test.ts (it says how to renew this file).
Three pairs a role: held everywhere, in one location, for repositories by a pattern. A pair: own row, foreign row.
+ gets there (whatever comes of it), - is refused, 0 is told that there is no such thing.
`;

test('what may be changed by a part of a role is named, so that a new one is looked at', () => {
  const scoped = table.filter(([, route]) => route.row !== undefined).map(([name]) => name);
  assert.deepEqual(scoped.sort(), [
    'approveUpgrade',
    'askForCatalog',
    'assignApproval',
    'cancelUpgrade',
    'commentApproval',
    'confirmAbsence',
    'createCluster',
    'createModelDeployment',
    'createReceiver',
    'createRegistry',
    'createRule',
    'createScan',
    'decideImage',
    'decideImages',
    'deleteAgent',
    'deleteCluster',
    'deleteModelDeployment',
    'deleteReceiver',
    'deleteRegistry',
    'deleteRule',
    'moveCatalogRollout',
    'probeRegistry',
    'publishCatalog',
    'requestApproval',
    'revokeAgentKey',
    'rotateReceiver',
    'setCatalogPolicy',
    'setClusterMaintenance',
    'setLocationMaintenance',
    'updateCluster',
    'updateModelDeployment',
    'updateRegistry',
    'updateRepository',
    'updateRule',
    'upgradeCluster',
    'withdrawApproval',
  ]);
});
