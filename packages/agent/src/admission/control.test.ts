import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AdmissionReport, type AdmissionSnapshot, ApiError, type Client } from '@pharos/contract';
import { parseAgentConfig } from '../config.ts';
import { folder, silent } from '../testing/fixtures.ts';
import { servingCertificate } from './certificate.ts';
import type { AdmissionControl } from './control.ts';
import { admissionObjects, checkOffline } from './offline.ts';
import type { AdmissionSettings } from './settings.ts';
import { startAdmission } from './start.ts';
import { BAD, GOOD, IMAGES, makeSigner, OLD, podOf, REPOSITORY, reviewOf, SETTINGS } from './testing.ts';

const AGENT = '00000000-0000-4000-8000-0000000000a1';

/** A control plane that can go away. */
function controlPlane() {
  const plane = {
    snapshot: null as AdmissionSnapshot | null,
    reports: [] as AdmissionReport[],
    isAway: false,
    client: (async (name: string, { body }: { body?: unknown }) => {
      const away = { type: 'about:blank', status: 0, code: 'control-plane-unreachable', title: '', detail: '' };
      if (plane.isAway || plane.snapshot === null) throw new ApiError(away);
      if (name === 'agentAdmissionSnapshot') return plane.snapshot;
      plane.reports.push(body as AdmissionReport);
      return undefined;
    }) as unknown as Client,
  };
  return plane;
}

async function running(
  t: TestContext,
  plane: ReturnType<typeof controlPlane>,
  more: Partial<AdmissionSettings> = {},
  stateDir = folder(),
) {
  const clock = { ahead: 0 };
  const control = await startAdmission({
    settings: { ...SETTINGS, ...more },
    stateDir,
    locationId: 'here',
    agentId: AGENT,
    client: plane.client,
    log: silent,
    now: () => new Date(Date.now() + clock.ahead),
  });
  t.after(() => control.stop());
  return { control, clock, stateDir };
}

interface Answer {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read what they assert
  readonly body: any;
}

function send(control: AdmissionControl, path: string, body?: unknown, ca = control.ca!): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const options = {
      ...{ host: '127.0.0.1', port: control.port, path, ca, method: body === undefined ? 'GET' : 'POST' },
      servername: 'pharos-admission.pharos-system.svc',
      headers: { 'content-type': 'application/json' },
    };
    const sent = request(options, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      const answer = Buffer.concat(parts).toString();
      const isJson = response.headers['content-type'] === 'application/json';
      resolve({ status: response.statusCode!, text: answer, body: isJson ? JSON.parse(answer) : null });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 800; tries += 1) {
    if (condition()) return;
    await sleep(10);
  }
  throw new Error(`waited in vain for ${what}`);
}

const validate = async (control: AdmissionControl, object: unknown, more = {}) =>
  (await send(control, '/validate', reviewOf(object, more))).body.response;

test('it refuses until it has a snapshot, answers from it with the control plane stopped, and after a restart', async (t) => {
  const plane = controlPlane();
  const { control, stateDir } = await running(t, plane);
  const good = podOf(`${REPOSITORY}:17@${GOOD}`);
  const before = await validate(control, good);
  assert.equal(before.allowed, false);
  assert.match(before.status.message, /no snapshot of the library yet.*Ask the platform team/);
  assert.equal((await send(control, '/healthz')).status, 503);

  plane.snapshot = makeSigner().snapshot();
  await until(() => control.state === 'ok', 'a snapshot');
  const after = await validate(control, good);
  assert.deepEqual(after, { uid: '705ab4f5-6393-11e8-b7cc-42010a800002', allowed: true });
  assert.equal((await send(control, '/healthz')).status, 200);

  plane.isAway = true;
  assert.equal((await validate(control, good)).allowed, true);
  assert.equal((await validate(control, podOf(`${REPOSITORY}@${BAD}`))).allowed, false);
  await control.stop();
  const { control: again } = await running(t, plane, {}, stateDir);
  assert.equal((await validate(again, good)).allowed, true);
  const refused = await validate(again, podOf(`${REPOSITORY}:17@${GOOD}`, `${REPOSITORY}@${BAD}`, `${REPOSITORY}:17`));
  assert.deepEqual([refused.allowed, refused.status.code, refused.status.reason], [false, 403, 'Forbidden']);
  assert.match(
    refused.status.message,
    /^Pharos: 2 of 3 images may not run here\. c1 \(spec\.containers\[1\]\.image\): .*revoked/,
  );
});

test('a snapshot older than it may be is none: everything new is refused, what stands may stay', async (t) => {
  const plane = controlPlane();
  plane.snapshot = makeSigner().snapshot();
  const { control, clock } = await running(t, plane);
  await until(() => control.state === 'ok', 'a snapshot');
  plane.isAway = true;
  clock.ahead = 3601_000;
  const good = podOf(`${REPOSITORY}:17@${GOOD}`);
  const refused = await validate(control, good);
  assert.equal(refused.allowed, false);
  assert.match(refused.status.message, /too old/);
  const kept = await validate(control, good, { operation: 'UPDATE', oldObject: good });
  assert.equal(kept.allowed, true);
  assert.equal(kept.warnings.length, 1);
  plane.isAway = false;
  plane.snapshot = makeSigner().snapshot({ generation: 2 });
  await control.fetch();
  assert.match(control.report('').message, /another key/);
});

test('DELETE is never refused, exempt namespaces are by exact name, a dry run is not counted', async (t) => {
  const plane = controlPlane();
  plane.snapshot = makeSigner().snapshot();
  const { control } = await running(t, plane);
  await until(() => control.state === 'ok', 'a snapshot');
  const bad = podOf(`${REPOSITORY}@${BAD}`);
  assert.equal((await validate(control, null, { operation: 'DELETE', oldObject: bad })).allowed, true);
  assert.equal((await validate(control, bad, { namespace: 'kube-system' })).allowed, true);
  for (const namespace of ['kube-system2', 'Kube-system', 'kube-syste', '']) {
    assert.equal((await validate(control, bad, { namespace })).allowed, false, namespace);
  }
  // What the object says of its own namespace is no matter.
  const lying = { ...bad, metadata: { name: 'one', namespace: 'kube-system' } };
  assert.equal((await validate(control, lying)).allowed, false);
  const { refused } = control.tally;
  assert.equal((await validate(control, bad, { dryRun: true })).allowed, false);
  assert.equal(control.tally.refused, refused);
  // An ephemeral container comes in by a subresource.
  const debugged = {
    ...podOf(`${REPOSITORY}@${GOOD}`),
    spec: { containers: [], ephemeralContainers: [{ name: 'd', image: 'busybox' }] },
  };
  const answer = await validate(control, debugged, {
    operation: 'UPDATE',
    oldObject: podOf(`${REPOSITORY}@${GOOD}`),
    subResource: 'ephemeralcontainers',
  });
  assert.equal(answer.allowed, false);
  const { oldObject: _, ...bare } = reviewOf(bad).request;
  const short = await send(control, '/validate', { ...reviewOf(bad), request: bare });
  assert.equal(short.body.response.allowed, false, 'what may be left out may be left out');
  const eviction = { kind: { group: 'policy', version: 'v1', kind: 'Eviction' }, subResource: 'eviction' };
  assert.equal((await validate(control, { apiVersion: 'policy/v1', kind: 'Eviction' }, eviction)).allowed, true);
});

test('audit mode admits with warnings, counts, and tells what it would have refused', async (t) => {
  const plane = controlPlane();
  plane.snapshot = makeSigner().snapshot();
  const { control } = await running(t, plane, { mode: 'audit' });
  await until(() => control.state === 'ok' && plane.reports.length > 0, 'a report');
  for (let times = 0; times < 3; times += 1) {
    const answer = await validate(control, podOf(`${REPOSITORY}@${BAD}`, `${REPOSITORY}@${OLD}`));
    assert.equal(answer.allowed, true);
    assert.match(answer.warnings[0], /Pharos would refuse this/);
    assert.match(answer.warnings[1], /deprecated/);
  }
  await until(() => plane.reports.some(({ refusals }) => refusals.length > 0), 'the refusals');
  const told = plane.reports.flatMap(({ refusals }) => refusals);
  assert.ok(
    told.every(
      ({ image, mode, state, user }) =>
        image === `${REPOSITORY}@${BAD}` && mode === 'audit' && state === 'revoked' && user === 'alice',
    ),
  );
  await until(
    () => plane.reports.flatMap(({ refusals }) => refusals).reduce((sum, { count }) => sum + count, 0) === 3,
    'all three',
  );
  assert.equal(control.tally.audited, 3);
  assert.match((await send(control, '/metrics')).text, /pharos_admission_reviews_total\{result="audited"\} 3/);
});

test('a report that was not taken is sent again as it was', async (t) => {
  const plane = controlPlane();
  plane.snapshot = makeSigner().snapshot();
  const { control } = await running(t, plane);
  await until(() => plane.reports.length > 0, 'the first report');
  plane.isAway = true;
  await validate(control, podOf(`${REPOSITORY}@${BAD}`));
  await sleep(1300);
  plane.isAway = false;
  await until(() => plane.reports.length > 1, 'the second');
  assert.equal(plane.reports.at(-1)!.refusals[0]!.count, 1);
});

test('the mutating twin writes a digest behind a tag', async (t) => {
  const plane = controlPlane();
  plane.snapshot = makeSigner().snapshot();
  const { control } = await running(t, plane);
  await until(() => control.state === 'ok', 'a snapshot');
  const { response } = (await send(control, '/mutate', reviewOf(podOf(`${REPOSITORY}:17`, 'nginx')))).body;
  assert.deepEqual([response.allowed, response.patchType], [true, 'JSONPatch']);
  assert.deepEqual(JSON.parse(Buffer.from(response.patch, 'base64').toString()), [
    { op: 'replace', path: '/spec/containers/0/image', value: `${REPOSITORY}:17@${GOOD}` },
  ]);
  const exempt = await send(control, '/mutate', reviewOf(podOf(`${REPOSITORY}:17`), { namespace: 'kube-system' }));
  assert.equal(exempt.body.response.patch, undefined);
});

test('what is no review is a failure and no yes: the API server applies its failurePolicy', async (t) => {
  const plane = controlPlane();
  plane.snapshot = makeSigner().snapshot();
  const { control } = await running(t, plane);
  const good = reviewOf(podOf(`${REPOSITORY}:17@${GOOD}`));
  const bodies: unknown[] = [
    '',
    'nothing',
    '[]',
    'null',
    '{}',
    { ...good, apiVersion: 'admission.k8s.io/v2' },
    { ...good, request: null },
  ];
  for (const body of bodies) {
    for (const path of ['/validate', '/mutate'])
      assert.equal((await send(control, path, body)).status, 400, JSON.stringify(body));
  }
  assert.equal(
    (await send(control, '/validate', ' '.repeat(9 * 1024 * 1024)).catch(() => ({ status: 413 }))).status,
    413,
  );
  assert.equal((await send(control, '/validate')).status, 404);
  assert.equal((await send(control, '/other', good)).status, 404);
});

test('its own certificate is for the service, signed by its own authority, and renewed in time', async () => {
  const stateDir = folder();
  const now = new Date();
  const first = await servingCertificate(SETTINGS, stateDir, now);
  const cert = new X509Certificate(first.cert);
  const authority = new X509Certificate(first.ca!);
  assert.equal(cert.checkHost('pharos-admission.pharos-system.svc'), 'pharos-admission.pharos-system.svc');
  assert.ok(cert.verify(authority.publicKey) && authority.ca && !cert.ca);
  assert.equal((await servingCertificate(SETTINGS, stateDir, now)).mark, first.mark, 'a restart changes nothing');
  const later = await servingCertificate(SETTINGS, stateDir, new Date(now.getTime() + 61 * 86_400_000));
  assert.notEqual(later.mark, first.mark);
  assert.equal(later.ca, first.ca, 'the cluster goes on trusting it');
  const moved = { ...SETTINGS, service: { name: 'other', namespace: 'ns' } };
  assert.ok(new X509Certificate((await servingCertificate(moved, stateDir, now)).cert).checkHost('other.ns.svc'));
});

test('files of a certificate are read again when they change; a pair that does not fit is not used', async () => {
  const [one, two, place] = [folder(), folder(), folder()];
  const now = new Date();
  await servingCertificate(SETTINGS, one, now);
  await servingCertificate(SETTINGS, two, now);
  const certificate = { certFile: join(place, 'tls.crt'), keyFile: join(place, 'tls.key') };
  const copy = async (from: string, name: string, to: string) =>
    writeFile(to, await readFile(join(from, 'admission', name)));
  const put = async (from: string) => {
    await copy(from, 'tls.pem', certificate.certFile);
    await copy(from, 'tls.key', certificate.keyFile);
  };
  await put(one);
  const first = await servingCertificate({ ...SETTINGS, certificate }, place, now);
  assert.equal(first.ca, null);
  await put(two);
  assert.notEqual((await servingCertificate({ ...SETTINGS, certificate }, place, now)).mark, first.mark);
  await copy(one, 'tls.key', certificate.keyFile);
  await assert.rejects(servingCertificate({ ...SETTINGS, certificate }, place, now), /cannot be used/);
});

test('the objects for the cluster: never DELETE, exempt by name, the agent’s authority, no permission', async () => {
  const stateDir = folder();
  const config = parseAgentConfig(
    'dispatcher: { location_id: here, capabilities: { admission: { contact: us } } }',
    null,
    {},
  );
  assert.deepEqual(config.admission?.exemptNamespaces, ['kube-system', 'pharos-system']);
  const objects = await admissionObjects(config, { stateDir, selector: { app: 'agent' }, timeoutSeconds: 5 });
  assert.deepEqual(
    objects.map(({ kind }) => kind),
    ['ServiceAccount', 'Service', 'MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'],
  );
  const ca = await readFile(join(stateDir, 'admission', 'ca.pem'), 'utf8');
  for (const object of objects.slice(2)) {
    // biome-ignore lint/suspicious/noExplicitAny: shapes of Kubernetes
    const [webhook] = object.webhooks as any[];
    assert.equal(Buffer.from(webhook.clientConfig.caBundle, 'base64').toString(), ca);
    assert.equal(webhook.failurePolicy, 'Fail');
    assert.deepEqual(webhook.namespaceSelector.matchExpressions[0].values, ['kube-system', 'pharos-system']);
    assert.ok(webhook.rules.every((rule: { operations: string[] }) => rule.operations.join() === 'CREATE,UPDATE'));
    const resources = webhook.rules.flatMap((rule: { resources: string[] }) => rule.resources);
    for (const each of [
      'pods',
      'pods/ephemeralcontainers',
      'clusters',
      'clusterimagecatalogs',
      'inferenceservices',
      'nimservices',
      'nimcaches',
    ]) {
      assert.ok(resources.includes(each), each);
    }
  }
});

test('a check without an agent uses the snapshot that the agent kept, and nothing when there is none', async (t) => {
  const plane = controlPlane();
  plane.snapshot = makeSigner().snapshot({}, IMAGES);
  const { control, stateDir } = await running(t, plane);
  await until(() => control.state === 'ok', 'a snapshot');
  await control.stop();
  const config = parseAgentConfig('dispatcher: { location_id: here }', null, {});
  const { items, generation } = await checkOffline(config, stateDir, [
    podOf(`${REPOSITORY}@${GOOD}`),
    podOf('x'),
    { kind: 'Service', apiVersion: 'v1' },
  ]);
  assert.deepEqual([generation, ...items.map(({ outcome }) => outcome)], [1, 'admitted', 'refused', 'not-looked-at']);
  await assert.rejects(checkOffline(config, folder(), []), /no snapshot/);
});
