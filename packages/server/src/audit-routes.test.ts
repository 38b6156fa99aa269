/**
 * Every route of the table and the audit log. Each route with an audit name is called for real here and leaves exactly one
 * entry of that name; each one without changes nothing, or is named below with why.
 */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type AuditEvent, joinText, type Route, type RouteName, routePath, routes } from '@pharos/contract';
import { accessOf } from '@pharos/library';
import { AuditRun, type Store } from '@pharos/store';
import { openTestStore } from '@pharos/store/testing';
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { type GovernanceCalls, governanceCalls } from './audit/testing-calls.ts';
import { createHandlers } from './handlers.ts';
import { startIssuer } from './identity/stand-in-issuer.ts';
import { openKeyring } from './keyring.ts';
import { type Handlers, mountRoutes } from './route.ts';
import { type Answer, answerProbe, makeAgent, startTestServer, type TestServer } from './testing.ts';
import { testContext } from './testing-context.ts';
import { digestOf, reportScan } from './testing-registry.ts';

const table = Object.entries(routes) as [RouteName, Route][];
const audited = table.filter(([, route]) => route.audit !== null);

/** Change something of their own or of an agent's, which is no act upon the library. Each is here on purpose. */
const CHANGES_WITHOUT: ReadonlySet<RouteName> = new Set<RouteName>([
  // Stars and saved views are the reader's own.
  ...(['addFavourite', 'removeFavourite', 'createSavedView', 'updateSavedView', 'deleteSavedView'] as const),
  // What a registry says of itself is a hint; a refused one is an entry (denied).
  ...(['notify', 'notifySecretly'] as const),
]);

/** Take a body, but change nothing that is anybody's. */
const ONLY_ASKS: ReadonlySet<RouteName> = new Set<RouteName>([
  'startOidc',
  'readImage',
  'previewRule',
  'checkTrust',
  'previewPolicy',
  'clusterManifest',
  'previewCatalog',
  'modelDeploymentManifest',
  'modelDeploymentChangeManifest',
  'checkAdmission',
]);

test('what is no reading by its method has an audit name, or is known to need none', () => {
  const without = table.filter(([, { audit, method, permission }]) => {
    return audit === null && method !== 'GET' && permission !== 'agents:report';
  });
  const unknown = without.map(([name]) => name).filter((name) => !CHANGES_WITHOUT.has(name) && !ONLY_ASKS.has(name));
  assert.deepEqual(unknown, []);
});

describe('called for real', () => {
  const CLIENT = { id: 'pharos', secret: 'secret-of-the-client-in-the-tests' };
  let it: TestServer;
  let folder: string;
  let issuer: Awaited<ReturnType<typeof startIssuer>>;
  let agent: ReturnType<typeof makeAgent>;
  const world = { cookie: '', other: '', digest: '', ids: {} as Record<string, string> };
  before(async () => {
    issuer = await startIssuer(CLIENT);
    folder = await mkdtemp(join(tmpdir(), 'pharos-audit-'));
    it = await startTestServer({
      key: await openKeyring({ dataDir: folder }),
      oidc: {
        ...{ issuer: issuer.url, clientId: CLIENT.id, clientSecret: CLIENT.secret, scopes: [], name: 'Login' },
        ...{ groupsClaim: 'groups', roles: [{ group: 'dba', role: 'curator', scope: 'everywhere' }] },
      },
    });
  });
  after(async () => {
    await it.stop();
    await issuer.stop();
    await rm(folder, { recursive: true });
  });

  const cookieOf = ({ headers }: Answer) =>
    headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ');
  const own = (cookie: string) => ({ token: null, headers: { cookie, 'sec-fetch-site': 'same-origin' } });
  const anyone = { token: null };
  const PASSWORD = 'a good long password';
  const spec = { name: 'rule', repositories: { include: ['**'] } };
  const grants = [{ role: 'admin', scope: 'everywhere' }];
  const key = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const byId = (noun: string) => ({ params: { id: world.ids[noun] as string } });
  const made = (noun: string, { body }: Answer, id = body.id) => {
    world.ids[noun] = id;
  };

  /** In an order in which each finds what it needs. */
  const calls: Calls = {
    setup: () => {
      const token = new URL(it.server.setupLink as string).searchParams.get('token');
      return it.call('setup', { body: { token, username: 'ada', password: PASSWORD } }, anyone);
    },
    signIn: async () => {
      const answer = await it.call('signIn', { body: { username: 'ada', password: PASSWORD } }, anyone);
      world.cookie = cookieOf(answer);
      return answer;
    },
    createUser: async () => {
      const answer = await it.call('createUser', { body: { name: 'bob', grants } });
      made('user', answer, answer.body.user.id);
      return answer;
    },
    updateUser: () => it.call('updateUser', { ...byId('user'), body: { displayName: 'Bob B' } }),
    resetUser: async () => {
      const answer = await it.call('resetUser', byId('user'));
      world.other = new URL(answer.body.url).searchParams.get('token') as string;
      return answer;
    },
    signInByLink: async () => {
      const answer = await it.call('signInByLink', { body: { token: world.other, password: PASSWORD } }, anyone);
      world.other = cookieOf(answer);
      return answer;
    },
    changePassword: () =>
      it.call('changePassword', { body: { current: PASSWORD, password: `${PASSWORD}!` } }, own(world.other)),
    finishOidc: async () => {
      const { body, headers } = await it.call('startOidc', {}, anyone);
      const query = issuer.authorize(body.url, { sub: 'eve-1', preferred_username: 'eve', groups: ['dba'] });
      return it.call('finishOidc', { body: { query } }, own(cookieOf({ headers } as Answer)));
    },
    endOwnSession: async () => {
      await it.call('signIn', { body: { username: 'ada', password: PASSWORD } }, anyone);
      const { body } = await it.call('listOwnSessions', {}, own(world.cookie));
      const id = body.items.find((each: { isCurrent: boolean }) => !each.isCurrent).id;
      return it.call('endOwnSession', { params: { id } }, own(world.cookie));
    },
    endOtherSessions: () => it.call('endOtherSessions', {}, own(world.cookie)),
    endSession: async () => {
      const { body } = await it.call('listSessions', { query: { userId: world.ids.user } });
      return it.call('endSession', { params: { id: body.items[0].id } });
    },
    signOut: () => it.call('signOut', {}, own(world.cookie)),
    createTeam: async () => {
      const answer = await it.call('createTeam', { body: { name: 'team' } });
      made('team', answer);
      return answer;
    },
    updateTeam: () => it.call('updateTeam', { ...byId('team'), body: { description: 'd' } }),
    deleteTeam: () => it.call('deleteTeam', byId('team')),
    deleteUser: () => it.call('deleteUser', byId('user')),
    createToken: async () => {
      const answer = await it.call('createToken', { body: { name: 't', role: 'viewer' } });
      made('token', answer);
      return answer;
    },
    rotateToken: () => it.call('rotateToken', { ...byId('token'), body: {} }),
    deleteToken: () => it.call('deleteToken', byId('token')),
    createRegistry: async () => {
      agent = makeAgent(it, 'here');
      await agent.hello();
      const body = { name: 'Team', url: 'registry.example', locationId: 'here' };
      const answer = await it.call('createRegistry', { body });
      made('registry', answer);
      await answerProbe(agent);
      return answer;
    },
    probeRegistry: async () => {
      const [answer] = await Promise.all([it.call('probeRegistry', byId('registry')), answerProbe(agent)]);
      return answer;
    },
    setLocationMaintenance: () =>
      it.call('setLocationMaintenance', { params: { id: 'here' }, body: { upgradeApproval: false } }),
    updateRegistry: () => it.call('updateRegistry', { ...byId('registry'), body: { name: 'Team 2' } }),
    createRule: async () => {
      const answer = await it.call('createRule', { body: { ...spec, registryId: world.ids.registry } });
      made('rule', answer);
      world.digest = digestOf('1.8.0');
      const [registryId, repository] = [world.ids.registry as string, 'nim/nvidia/llama-3.2-nv-rerankqa-1b-v2'];
      await reportScan(agent, { registryId, repository, tags: { '1.8.0': world.digest } });
      made('repository', await it.call('listRepositories'), (await it.call('listRepositories')).body.items[0].id);
      made('model', await it.call('listModels'), (await it.call('listModels')).body.items[0].id);
      return answer;
    },
    updateRule: () => it.call('updateRule', { ...byId('rule'), body: { description: 'new' } }),
    updateModel: () => it.call('updateModel', { ...byId('model'), body: { description: 'A model' } }),
    updateRepository: () => it.call('updateRepository', { ...byId('repository'), body: { description: 'A repo' } }),
    confirmAbsence: () => it.call('confirmAbsence', byId('repository')),
    createScan: () => it.call('createScan', { body: { registryId: world.ids.registry } }),
    createHcpTag: async () => {
      const answer = await it.call('createHcpTag', { body: { name: 'gold' } });
      made('hcp-tag', answer);
      return answer;
    },
    updateHcpTag: () => it.call('updateHcpTag', { ...byId('hcp-tag'), body: { description: 'd' } }),
    assignHcpTags: () =>
      it.call('assignHcpTags', { body: { add: [world.ids['hcp-tag']], repositories: [world.ids.repository] } }),
    deleteHcpTag: () => it.call('deleteHcpTag', byId('hcp-tag')),
    createReceiver: async () => {
      const body = { registryId: world.ids.registry, source: 'distribution' };
      const answer = await it.call('createReceiver', { body });
      made('receiver', answer);
      return answer;
    },
    rotateReceiver: () => it.call('rotateReceiver', byId('receiver')),
    deleteReceiver: () => it.call('deleteReceiver', byId('receiver')),
    createWebhook: async () => {
      const url = 'http://127.0.0.1:9/x';
      const body = { name: 'w', url, events: ['tag.added'], allowHttp: true, allowPrivate: true };
      const answer = await it.call('createWebhook', { body });
      made('webhook', answer);
      return answer;
    },
    updateWebhook: () => it.call('updateWebhook', { ...byId('webhook'), body: { name: 'w2' } }),
    rotateWebhook: () => it.call('rotateWebhook', byId('webhook')),
    testWebhook: () => it.call('testWebhook', byId('webhook')),
    redeliverWebhook: async () => {
      const { body } = await it.call('listWebhookDeliveries', byId('webhook'));
      const params = { id: world.ids.webhook as string, deliveryId: body.items[0].id };
      return it.call('redeliverWebhook', { params });
    },
    deleteWebhook: () => it.call('deleteWebhook', byId('webhook')),
    createTrust: async () => {
      const answer = await it.call('createTrust', { body: { name: 'key', kind: 'key', key } });
      made('trust', answer);
      return answer;
    },
    updateTrust: () => it.call('updateTrust', { ...byId('trust'), body: { scope: 'a/**' } }),
    deleteTrust: () => it.call('deleteTrust', byId('trust')),
    deleteRule: () => it.call('deleteRule', byId('rule')),
    deleteRegistry: () => it.call('deleteRegistry', byId('registry')),
    createJoinToken: async () => {
      const answer = await it.call('createJoinToken', { body: { name: 'join', locationId: 'here' } });
      made('join-token', answer);
      return answer;
    },
    agentJoin: async () => {
      const { body } = await it.call('createJoinToken', { body: { name: 'join 2', locationId: 'here' } });
      const pair = generateKeyPairSync('ed25519');
      const publicKey = pair.publicKey.export({ format: 'jwk' }).x as string;
      const text = Buffer.from(joinText(agent.agentId, publicKey));
      const proof = sign(null, text, pair.privateKey).toString('base64url');
      return it.call('agentJoin', { body: { token: body.token, agentId: agent.agentId, publicKey, proof } }, anyone);
    },
    deleteJoinToken: () => it.call('deleteJoinToken', byId('join-token')),
    revokeAgentKey: () => it.call('revokeAgentKey', { params: { id: agent.agentId } }),
    rotateEncryptionKey: () => it.call('rotateEncryptionKey'),
    forgetEncryptionKeys: () => it.call('forgetEncryptionKeys'),
    deleteAgent: () => it.call('deleteAgent', { params: { id: agent.agentId } }),
  };

  let governance: GovernanceCalls;
  before(async () => {
    governance = await governanceCalls();
  });
  after(() => governance.stop());

  test('each leaves exactly one entry, with its name, its actor and its subject', async () => {
    await eachLeavesOne(it, calls);
  });

  test('so does each that decides about images, or runs something with them', async () => {
    await eachLeavesOne(governance.it, governance.calls);
  });

  test('says what was asked and what was there before', async () => {
    const { items } = await it.store.audit.list({ limit: 1, order: 'newest', action: 'rule.update' });
    assert.deepEqual(JSON.parse(items[0]!.detail), { asked: { description: 'new' }, before: { description: '' } });
    assert.equal(items[0]!.locationId, 'here');
    const gone = await it.store.audit.list({ limit: 1, order: 'newest', action: 'hcp-tag.delete' });
    assert.equal(JSON.parse(gone.items[0]!.detail).before?.name ?? 'gold', 'gold');
  });

  test('every route with an audit name is called', () => {
    const called = { ...calls, ...governance.calls };
    const missing = audited.map(([name]) => name).filter((name) => called[name] === undefined);
    assert.deepEqual(missing, [], 'write a call for it, here or in audit/testing-calls.ts');
    const unheard = Object.keys(called).filter((name) => routes[name as RouteName].audit === null);
    assert.deepEqual(unheard, [], 'has no audit name any more');
  });
});

type Calls = Partial<Record<RouteName, () => Promise<Answer>>>;

/** What a call needs first, and is a call of its own. */
const BESIDE: Partial<Record<RouteName, string>> = {
  startLocalRun: 'image.decide',
  endOwnSession: 'session.sign-in',
  agentJoin: 'join-token.create',
  approveUpgrade: 'cluster.upgrade',
  moveCatalogRollout: 'catalog.publish',
};

/** What the call sets going at once, which is an entry of its own. */
const AFTER: Partial<Record<RouteName, string>> = { approveUpgrade: 'cluster.upgrade' };

async function eachLeavesOne(it: TestServer, calls: Calls): Promise<void> {
  for (const [name, call] of Object.entries(calls) as [RouteName, () => Promise<Answer>][]) {
    const route: Route = routes[name];
    const { seq } = await it.store.audit.head();
    const answer = await call();
    assert.ok(answer.status < 300, `${name}: ${answer.status} ${answer.text}`);
    // Entries of people, without those of what the test needed beside the call.
    const entries = (await it.store.audit.after(seq, 1000)).filter(({ action }) => action !== 'location.file');
    const [beside, later] = [BESIDE[name], AFTER[name]];
    assert.deepEqual(
      entries.map(({ action }) => action),
      [beside, route.audit, later].filter((action) => action !== undefined),
      name,
    );
    const entry = entries.find(({ action }) => action === route.audit) as AuditEvent;
    assert.equal(entry.outcome, 'done', name);
    assert.notEqual(entry.actor, 'nobody', `${name}: somebody did it`);
    assert.equal(entry.requestId, answer.headers.get('x-request-id'), name);
    const id = Object.entries(answer.body ?? {}).find(([key]) => key === 'id')?.[1];
    if (typeof id === 'string' && entry.action.endsWith('.create')) assert.equal(entry.subject, id, name);
  }
}

describe('on a table of its own', () => {
  let store: Store;
  let app: FastifyInstance;
  let mode: 'twice' | 'nothing' | 'late' = 'twice';
  const watched = new Map<RouteName, AuditRun>();
  before(async () => {
    store = await openTestStore();
    const context = testContext(store);
    const handlers = Object.fromEntries(
      Object.entries(createHandlers(context)).map(([name, handler]) => {
        const route: Route = routes[name as RouteName];
        if (route.audit === null) {
          return [
            name,
            (input: never) => {
              const doing = new AuditRun({ ...NOBODYS, action: name }, context.now);
              watched.set(name as RouteName, doing);
              return doing.within(() => (handler as (input: never) => Promise<unknown>)(input));
            },
          ];
        }
        return [
          name,
          async () => {
            if (mode !== 'nothing') await store.settings.set('a', randomUUID());
            if (mode === 'late') throw new Error('after the change');
            if (mode !== 'nothing') await store.settings.set('b', randomUUID());
            return {};
          },
        ];
      }),
    ) as unknown as Handlers;
    app = Fastify();
    app.setValidatorCompiler(() => () => true);
    app.setSerializerCompiler((part) => {
      try {
        const serialize = serializerCompiler(part as never);
        return (data) => {
          try {
            return serialize(data);
          } catch {
            return '{}';
          }
        };
      } catch {
        return () => '{}';
      }
    });
    app.decorateRequest('principal', null);
    app.decorateRequest('cookies');
    app.addHook('onRequest', async (request) => {
      (request as unknown as { cookies: object }).cookies = {};
    });
    const identity = { ...context.identity, authenticate: async () => ADMIN };
    app.after(() => mountRoutes(app, { ...context, identity } as never, routes, handlers));
    await app.ready();
  });
  after(async () => {
    await app.close();
    await store.close();
  });

  const ask = (name: RouteName, route: Route) => {
    const params = Object.fromEntries(Object.keys(route.params?.shape ?? {}).map((key) => [key, randomUUID()]));
    const hasBody = route.body !== undefined;
    return app.inject({
      method: route.method,
      url: routePath(name, { params }),
      headers: hasBody ? { 'content-type': 'application/json' } : {},
      ...(hasBody ? { payload: {} } : {}),
    });
  };

  test('a route with an audit name leaves one entry, however often it changes something, and if it changes nothing', async () => {
    for (mode of ['twice', 'nothing'] as const) {
      for (const [name, route] of audited) {
        const { seq } = await store.audit.head();
        await ask(name, route);
        const entries = await store.audit.after(seq, 10);
        assert.deepEqual(
          entries.map(({ action, outcome }) => [action, outcome]),
          [[route.audit, 'done']],
          `${name} ${mode}`,
        );
      }
    }
  });

  test('one that fails behind its change says so', async () => {
    mode = 'late';
    const [name, route] = audited[0] as [RouteName, Route];
    const { seq } = await store.audit.head();
    await ask(name, route);
    const entries = await store.audit.after(seq, 10);
    assert.deepEqual(
      entries.map(({ action, outcome }) => [action, outcome]),
      [
        [route.audit, 'done'],
        [route.audit, 'failed'],
      ],
    );
  });

  test('a route without an audit name changes nothing', async () => {
    const changing: RouteName[] = [];
    for (const [name, route] of table) {
      if (route.audit !== null || route.produces !== undefined || route.permission === 'agents:report') continue;
      await ask(name, route).catch(() => undefined);
      if (watched.get(name)?.isWritten && !CHANGES_WITHOUT.has(name)) changing.push(name);
    }
    assert.deepEqual(changing, []);
    assert.ok(watched.size > 50, 'they were called');
  });
});

const NOBODYS = { actor: 'test', actorKind: 'system', outcome: 'done', subjectKind: '', subject: '' } as const;
const GRANTS = [{ role: 'admin' as const, scope: 'everywhere' }];
const ADMIN = {
  ...{ name: 'admin', kind: 'token', access: accessOf(GRANTS), grants: GRANTS, userId: null, hasPassword: false },
  expiresAt: null,
} as const;
