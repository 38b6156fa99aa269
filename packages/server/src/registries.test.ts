import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { answerProbe, makeAgent, startTestServer, type TestServer } from './testing.ts';

const CANARY = 'canary-Pa55word-7f3a';
const location = 'eu-west';
const basic = { type: 'basic', username: 'robot', password: CANARY };
const answers: string[] = [];
let it: TestServer;
let agent: ReturnType<typeof makeAgent>;
let registryId = '';

before(async () => {
  it = await startTestServer();
  const { call } = it;
  it.call = async (...input) => {
    const answer = await call(...input);
    answers.push(answer.text);
    return answer;
  };
  agent = makeAgent(it, location);
});
after(() => it.stop());

test('a registry that nobody serves yet waits for its agent and says so', async () => {
  const body = {
    name: 'Team registry',
    url: 'https://Registry.example.com/team/',
    authentication: basic,
    locationId: location,
  };
  const created = await it.call('createRegistry', { body });
  assert.equal(created.status, 201, created.text);
  registryId = created.body.id;
  assert.equal(created.body.url, 'registry.example.com/team');
  assert.deepEqual(created.body.authentication, { type: 'basic', username: 'robot', secret: 'stored' });
  assert.deepEqual([created.body.status.state, created.body.status.code], ['unknown', 'agent-absent']);
  for (const [name, input] of [
    ['probeRegistry', { params: { id: registryId } }],
    ['createScan', { body: { registryId } }],
    ['previewRule', { body: { rule: { name: 'x', repositories: { include: ['*'] } }, refresh: true } }],
  ] as const) {
    const { status, body: problem } = await it.call(name, input);
    assert.deepEqual([status, problem.code], [409, 'agent-absent'], name);
    assert.match(problem.hint, /eu-west/);
  }
});

test('an agent that says hello gets the registry with its credential sealed to it, bound to the origin', async () => {
  const before = await agent.poll(0);
  assert.equal(before.status, 404, 'hello comes first');
  assert.equal((await agent.hello()).status, 200);
  const { body } = await agent.config();
  assert.equal(body.registries.length, 1);
  const [registry] = body.registries;
  assert.equal(registry.authentication.origin, 'https://registry.example.com');
  assert.deepEqual(JSON.parse(agent.open(registry.authentication)), basic);
  assert.throws(() => agent.open({ ...registry.authentication, origin: 'https://evil.example' }));
  const stored = await it.store.registries.credential(registryId);
  assert.ok(stored && !stored.sealed.includes(CANARY));
});

test('the check that waited is done by the agent, and its result is the status', async () => {
  await answerProbe(agent);
  const { body } = await it.call('getRegistry', { params: { id: registryId } });
  assert.deepEqual([body.status.state, body.status.message], ['ok', 'It answers.']);
  const [probe] = await Promise.all([
    it.call('probeRegistry', { params: { id: registryId } }),
    answerProbe(agent, 'warning'),
  ]);
  assert.deepEqual([probe.status, probe.body.state], [200, 'warning']);
});

test('hello from an older process, with a key that is none, or a rule that cannot run, is refused', async () => {
  assert.equal((await agent.hello({ epoch: 2 })).status, 200);
  const older = await agent.hello({ epoch: 1 });
  assert.deepEqual([older.status, older.body.code], [409, 'conflict']);
  const key = await agent.hello({ epoch: 2, publicKey: 'AAAA' });
  assert.deepEqual([key.status, key.body.errors[0].path], [400, 'publicKey']);
  const rule = {
    id: randomUUID(),
    name: 'bad',
    repositories: { include: ['re:(?=x)'], exclude: [] },
  };
  const bad = await agent.hello({ epoch: 2, rules: [rule] as never });
  assert.deepEqual(
    [bad.status, bad.body.code, bad.body.errors[0].path],
    [400, 'invalid-pattern', 'rules.0.repositories.include.0'],
  );
});

test('a change of the configuration wakes the long poll', async () => {
  const { body: config } = await agent.config();
  const poll = agent.poll(30, config.configVersion);
  const rule = { name: 'Postgres', repositories: { include: ['postgresql'] } };
  const created = await it.call('createRule', { body: rule });
  assert.equal(created.status, 201, created.text);
  const { body } = await poll;
  assert.notEqual(body.configVersion, config.configVersion);
  const { body: next } = await agent.config();
  assert.deepEqual([next.configVersion, next.rules[0].name], [body.configVersion, 'Postgres']);
});

test('a pattern that cannot be run is refused with path and position, on saving, changing and previewing', async () => {
  const rule = { name: 'bad', repositories: { include: ['ok', 're:a(?=b)'] }, tags: [{ exclude: ['re:('] }] };
  const created = await it.call('createRule', { body: rule });
  assert.deepEqual([created.status, created.body.code], [400, 'invalid-pattern']);
  assert.deepEqual(
    created.body.errors.map(({ path, position }: { path: string; position: number }) => [path, position]),
    [
      ['repositories.include.1', 4],
      ['tags.0.exclude.0', 3],
    ],
  );
  const preview = await it.call('previewRule', { body: { rule } });
  assert.equal(preview.body.errors[0].path, 'rule.repositories.include.1');
  const { body: rules } = await it.call('listRules', {});
  const patched = await it.call('updateRule', {
    params: { id: rules.items[0].id },
    body: { repositories: rule.repositories },
  });
  assert.deepEqual([patched.status, patched.body.code], [400, 'invalid-pattern']);
  const nowhere = await it.call('createRule', {
    body: { name: 'x', repositories: { include: ['a'] }, registryId: randomUUID() },
  });
  assert.deepEqual([nowhere.status, nowhere.body.errors[0].path], [400, 'registryId']);
});

test('another address voids the stored credential; another path does not', async () => {
  const patch = (body: object) => it.call('updateRegistry', { params: { id: registryId }, body });
  const [path] = await Promise.all([patch({ url: 'registry.example.com/other' }), answerProbe(agent)]);
  assert.equal(path.body.authentication.secret, 'stored');
  const [moved] = await Promise.all([patch({ url: 'registry.example.com:8443/other' }), answerProbe(agent)]);
  assert.equal(moved.body.authentication.secret, 'void');
  assert.equal(await it.store.registries.credential(registryId), null);
  assert.equal((await agent.config()).body.registries[0].authentication, null);
  const [again] = await Promise.all([patch({ authentication: basic }), answerProbe(agent)]);
  assert.equal(again.body.authentication.secret, 'stored');
  assert.equal((await agent.config()).body.registries[0].authentication.origin, 'https://registry.example.com:8443');
});

test('another address of the product’s own API voids the credential; an unsafe one is refused with its field', async () => {
  const patch = (body: object) => it.call('updateRegistry', { params: { id: registryId }, body });
  const unsafe = await patch({ apiUrl: 'http://api.example.com' });
  assert.deepEqual([unsafe.status, unsafe.body.errors[0].path], [400, 'apiUrl']);
  assert.match(unsafe.body.hint, /https/);
  const [moved] = await Promise.all([patch({ apiUrl: 'https://api.example.com/v2' }), answerProbe(agent)]);
  assert.deepEqual([moved.body.authentication.secret, moved.body.apiUrl], ['void', 'https://api.example.com/v2']);
  assert.equal((await agent.config()).body.registries[0].authentication, null);
  const [again] = await Promise.all([
    patch({ authentication: basic, budget: { requestsPerDay: 1000, concurrency: 2 } }),
    answerProbe(agent),
  ]);
  assert.deepEqual([again.body.authentication.secret, again.body.budget.requestsPerDay], ['stored', 1000]);
});

test('what changed about how it answers is kept and read by everybody, newest first, page by page', async () => {
  const tell = (body: object) => agent.call('agentRegistryStatus', { params: { id: registryId }, body });
  const check = { id: 'tls', state: 'error', message: 'Not trusted.', code: 'tls-untrusted' };
  const failing = { state: 'error', message: 'Not trusted.', code: 'tls-untrusted', checks: [check] };
  assert.equal((await tell(failing)).status, 204);
  assert.equal((await tell(failing)).status, 204);
  const ask = async (query: object) =>
    it.call('listRegistryEvents', { params: { id: registryId }, query }, { token: await it.tokenOf('viewer') });
  const { status, body } = await ask({ limit: 2 });
  assert.equal(status, 200);
  assert.deepEqual(
    body.items.map(({ subject, from, to, code }: Record<string, string>) => [subject, from, to, code]),
    [
      ['tls', null, 'error', 'tls-untrusted'],
      ['registry', 'ok', 'error', 'tls-untrusted'],
    ],
  );
  const older = await ask({ limit: 50, cursor: body.next });
  assert.equal(older.body.items.at(-1).from, null, 'the first check of all');
  const nobody = await it.call('listRegistryEvents', { params: { id: randomUUID() } });
  assert.deepEqual([nobody.status, nobody.body.code], [404, 'not-found']);
  await Promise.all([it.call('probeRegistry', { params: { id: registryId } }), answerProbe(agent)]);
  assert.equal((await ask({ limit: 1 })).body.items[0].to, 'ok');
});

test('a credential that this key does not open concerns its registry only', async () => {
  const [other] = await Promise.all([
    it.call('createRegistry', { body: { name: 'Open one', url: 'open.example.com', locationId: location } }),
    answerProbe(agent),
  ]);
  const before = await it.store.registries.credential(registryId);
  assert.ok(before);
  const broken = { sealed: `${before.sealed.slice(0, -4)}AAAA`, origin: before.origin };
  await it.store.registries.update(registryId, { credential: broken }, new Date());
  const { body } = await agent.config();
  assert.deepEqual(
    body.registries.map((registry: { id: string }) => registry.id),
    [other.body.id],
  );
  await it.store.registries.update(registryId, { credential: before }, new Date());
  assert.equal((await it.call('deleteRegistry', { params: { id: other.body.id } })).status, 204);
});

test('addresses, certificates and docker configs that are none are refused with their field', async () => {
  const cases: [body: object, path: string][] = [
    [{ url: 'http://plain.example.com' }, 'url'],
    [{ url: 'user:pw@host' }, 'url'],
    [{ url: 'host', apiUrl: 'ftp://api.example.com' }, 'apiUrl'],
    [{ url: 'host', apiUrl: 'http://api.example.com' }, 'apiUrl'],
    [{ url: 'host', apiUrl: 'https://user:pw@api.example.com' }, 'apiUrl'],
    [{ url: 'host', apiUrl: 'https://api.example.com/?token=1' }, 'apiUrl'],
    [{ url: 'host', apiUrl: 'https://api.example.com/#part' }, 'apiUrl'],
    [{ url: 'host', budget: { requestsPerDay: 0, concurrency: null } }, 'budget.requestsPerDay'],
    [{ url: 'host', tls: { caCerts: 'not a certificate' } }, 'tls.caCerts'],
    [{ url: 'host', authentication: { type: 'docker_config', config: 'not json' } }, 'authentication.config'],
    [{ url: 'host', authentication: { type: 'basic', username: 'u' } }, 'authentication.password'],
    [
      {
        url: 'host',
        authentication: { type: 'acr', method: 'service_principal', clientId: 'c', clientSecret: CANARY },
      },
      'authentication.tenantId',
    ],
    [{ url: 'host', authentication: { type: 'acr', clientSecret: CANARY } }, 'authentication.clientSecret'],
    [{ url: 'host', authentication: { type: 'ecr', secretAccessKey: CANARY } }, 'authentication.accessKeyId'],
    [{ url: 'host', authentication: { type: 'ecr', accessKeyId: 'A' } }, 'authentication.secretAccessKey'],
    [{ url: 'host', authentication: { type: 'ecr', roleArn: 'role' } }, 'authentication.roleArn'],
    [{ url: 'host', authentication: { type: 'gcp', serviceAccountKey: CANARY } }, 'authentication.serviceAccountKey'],
  ];
  for (const [body, path] of cases) {
    const answer = await it.call('createRegistry', { body: { name: 'x', ...body } });
    assert.deepEqual([answer.status, answer.body.errors?.[0]?.path], [400, path], answer.text);
  }
  const taken = await it.call('createRegistry', { body: { name: 'Team registry', url: 'host.example.com' } });
  assert.deepEqual([taken.status, taken.body.code], [409, 'name-taken']);
});

test('an identity of a cloud shows its name and where its secret is, and reaches the agent sealed', async () => {
  const key = JSON.stringify({ type: 'service_account', client_email: 'reader@project', private_key: CANARY });
  const cases: [authentication: object, shown: object][] = [
    [
      { type: 'acr', method: 'managed_identity', clientId: 'c' },
      { type: 'acr', username: 'c', secret: 'at-agent' },
    ],
    [
      { type: 'acr', method: 'service_principal', tenantId: 't', clientId: 'c', clientSecret: CANARY },
      { type: 'acr', username: 'c', secret: 'stored' },
    ],
    [{ type: 'ecr' }, { type: 'ecr', username: null, secret: 'at-agent' }],
    [
      { type: 'ecr', accessKeyId: 'AKIA', secretAccessKey: CANARY },
      { type: 'ecr', username: 'AKIA', secret: 'stored' },
    ],
    [{ type: 'gcp' }, { type: 'gcp', username: null, secret: 'at-agent' }],
    [
      { type: 'gcp', serviceAccountKey: key },
      { type: 'gcp', username: 'reader@project', secret: 'stored' },
    ],
  ];
  for (const [index, [authentication, shown]] of cases.entries()) {
    const body = {
      name: `Identity ${index}`,
      url: `identity-${index}.example.com`,
      authentication,
      locationId: location,
    };
    const created = await it.call('createRegistry', { body });
    assert.deepEqual(created.body.authentication, shown, created.text);
    const { registries } = (await agent.config()).body;
    const sealed = registries.find(({ id }: { id: string }) => id === created.body.id).authentication;
    assert.deepEqual(JSON.parse(agent.open(sealed)), authentication);
    await it.call('deleteRegistry', { params: { id: created.body.id } });
  }
});

test('what comes from the file of an agent is read-only, except that the sample can be sent away for good', async () => {
  const entry = (name: string, isSample: boolean) => ({
    id: randomUUID(),
    name,
    url: 'file.example.com',
    provider: 'auto' as const,
    apiUrl: null,
    budget: { requestsPerDay: null, concurrency: null },
    authentication: { type: 'none' as const, username: null },
    tls: { caCerts: '', skipVerify: false, plainHttp: false },
    intervalSeconds: 60,
    isSample,
    isDefault: false,
  });
  const [file, sample] = [entry('From the file', false), entry('Sample', true)];
  const second = makeAgent(it, 'with-file');
  assert.equal((await second.hello({ registries: [file, sample] })).status, 200);
  for (const id of [file.id, sample.id]) {
    const { status, body } = await it.call('updateRegistry', { params: { id }, body: { name: 'mine' } });
    assert.deepEqual([status, body.code], [409, 'read-only-source']);
  }
  assert.equal((await it.call('deleteRegistry', { params: { id: file.id } })).body.code, 'read-only-source');
  assert.equal((await it.call('deleteRegistry', { params: { id: sample.id } })).status, 204);
  await second.hello({ registries: [file, sample] });
  assert.equal((await it.call('getRegistry', { params: { id: sample.id } })).status, 404);
  assert.equal((await it.call('getRegistry', { params: { id: file.id } })).status, 200);
});

test('a removed registry is gone for its agent too', async () => {
  assert.equal((await it.call('deleteRegistry', { params: { id: registryId } })).status, 204);
  assert.deepEqual((await agent.config()).body.registries, []);
  assert.equal((await it.call('listRepositories', {})).body.total, 0);
});

test('the secret that was typed in never came out: no answer, event or log line holds it', () => {
  assert.ok(answers.length > 30);
  for (const text of [...answers, ...it.log]) assert.ok(!text.includes(CANARY), text.slice(0, 200));
});

test('files of an agent can be named neither at the creation nor by a change', async () => {
  const refused = async (name: 'createRegistry' | 'updateRegistry', body: object, path: string) => {
    const input =
      name === 'createRegistry' ? { body: { name: 'Files', ...body } } : { params: { id: registryId }, body };
    const answer = await it.call(name, input);
    assert.deepEqual([answer.status, answer.body.code, answer.body.errors[0].path], [400, 'invalid-input', path]);
    assert.match(answer.body.hint, /beacon_agent.yaml/);
  };
  registryId = (await it.call('createRegistry', { body: { name: 'Host', url: 'files.example.com' } })).body.id;
  for (const name of ['createRegistry', 'updateRegistry'] as const) {
    await refused(name, { url: 'oci-layout:/etc' }, 'url');
    await refused(name, { url: 'files.example.com', provider: 'oci-layout' }, 'provider');
  }
  await refused('updateRegistry', { provider: 'oci-layout' }, 'provider');
});
