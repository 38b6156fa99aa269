/** Admission reviews over HTTPS as a cluster sends them, from a snapshot of 100,000 approved images, with no control plane. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { ApiError, type Client, signedSnapshotText } from '@pharos/contract';
import { type SnapshotImage, snapshotLines } from '@pharos/library';
import { pino } from 'pino';
import { type AdmissionSettings, startAdmission } from '../packages/agent/src/index.ts';
import { POD_OF_CNPG, POD_OF_KSERVE } from '../packages/library/src/admission/testing.ts';
import { type BenchOptions, type Measure, measure } from './measure.ts';

const IMAGES = 100_000;
const REVIEWS = 20_000;
const AT_ONCE = 8;
const LOCATION = 'bench';
const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** The control plane is stopped: every call fails. */
const away = (async () => {
  throw new ApiError({ type: 'about:blank', status: 0, code: 'control-plane-unreachable', title: '', detail: '' });
}) as unknown as Client;

export async function run(_options: BenchOptions): Promise<Measure[]> {
  const stateDir = mkdtempSync(join(tmpdir(), 'pharos-bench-admission-'));
  const log = pino({ level: 'silent' });
  const settings: AdmissionSettings = {
    ...{ host: '127.0.0.1', port: 0, mode: 'enforce' as const, pinTags: true, failurePolicy: 'Fail' as const },
    ...{ exemptNamespaces: [], maxAgeSeconds: 3600, refreshSeconds: 3600, contact: 'bench' },
    ...{ service: { name: 'a', namespace: 'b' }, certificate: null, caFile: null, publicKey: null },
  };
  const control = await startAdmission({
    ...{ settings, stateDir, locationId: LOCATION, agentId: '00000000-0000-4000-8000-0000000000a1', client: away, log },
  });
  try {
    const snapshot = signed();
    const before = held();
    const begun = performance.now();
    await control.take(snapshot);
    const load = performance.now() - begun;
    const memory = (held() - before) / 2 ** 20;
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE, ca: control.ca! });
    const send = (object: object) => review(agent, control.port, object);
    const kinds = [POD_OF_CNPG, POD_OF_KSERVE].map(withApproved);
    for (let at = 0; at < 500; at += 1) await send(kinds[at % 2]!);
    const steady = await timed(REVIEWS, (at) => send(kinds[at % 2]!));
    // A new snapshot is unpacked, hashed and read while reviews are answered.
    const next = signed(2);
    const loading = control.take(next);
    const meanwhile = await timed(REVIEWS / 10, (at) => send(kinds[at % 2]!));
    await loading;
    agent.destroy();
    return [
      measure('admission.p50', steady.p50, 'ms'),
      measure('admission.p99', steady.p99, 'ms'),
      measure('admission.p99.whileLoading', meanwhile.p99, 'ms'),
      measure('admission.reviewsPerSecond', steady.perSecond, '1/s'),
      measure('admission.snapshot100k.load', load, 'ms'),
      measure('admission.snapshot100k.memory', memory, 'MiB'),
    ];
  } finally {
    await control.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** Every image an index of two platforms. */
function signed(generation = 1) {
  const images = Array.from({ length: IMAGES }, (_, at): SnapshotImage => {
    const digest = digestOf(`image ${at}`);
    const platforms = [digestOf(`amd64 ${at}`), digestOf(`arm64 ${at}`)];
    return { digest, state: 'approved', expiresAt: null, platforms, successor: null };
  });
  const repositories = Array.from({ length: 100 }, (_, at) => ({
    repository: `registry.corp.example/team/app-${at}`,
    tags: images.slice(at * 1000, (at + 1) * 1000).map(({ digest }, tag): [string, string] => [`1.${tag}`, digest]),
  }));
  const content = `${[...snapshotLines(images, repositories)].join('\n')}\n`;
  const { privateKey, publicKey } = KEYS;
  const contentSha256 = createHash('sha256').update(content).digest('hex');
  const header = JSON.stringify({
    ...{ version: 1, serverEpoch: 'bench', locationId: LOCATION, generation, issuedAt: new Date().toISOString() },
    contentSha256,
  });
  return {
    publicKey: publicKey.export({ format: 'jwk' }).x as string,
    header,
    signature: sign(null, Buffer.from(signedSnapshotText(header)), privateKey).toString('base64url'),
    content: gzipSync(`${content}`).toString('base64'),
  };
}

/** Bytes in use once what is not needed has gone. */
function held(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const KEYS = generateKeyPairSync('ed25519');

/** The object with its images swapped for some of the snapshot. */
function withApproved(object: object): object {
  let next = 0;
  const text = JSON.stringify(object).replace(/sha256:[0-9a-f]{64}/g, () => {
    next += 7_919;
    return digestOf(`image ${next % IMAGES}`);
  });
  return JSON.parse(text) as object;
}

function review(agent: Agent, port: number, object: object): Promise<void> {
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'bench',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      name: 'pod',
      namespace: 'team',
      operation: 'CREATE',
      userInfo: { username: 'bench' },
      object,
      oldObject: null,
      dryRun: false,
    },
  });
  return new Promise((resolve, reject) => {
    const options = { agent, host: '127.0.0.1', port, path: '/validate', method: 'POST', servername: 'a.b.svc' };
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const sent = request({ ...options, headers }, async (response) => {
      let answer = '';
      for await (const part of response) answer += part;
      if ((JSON.parse(answer) as { response: { allowed: boolean } }).response.allowed) resolve();
      else reject(new Error(`refused: ${answer}`));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function timed(count: number, once: (at: number) => Promise<void>) {
  const times: number[] = [];
  let next = 0;
  const begun = performance.now();
  const worker = async () => {
    while (next < count) {
      const at = next;
      next += 1;
      const start = performance.now();
      await once(at);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const seconds = (performance.now() - begun) / 1000;
  times.sort((one, other) => one - other);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return { p50: at(0.5), p99: at(0.99), perSecond: count / seconds };
}
