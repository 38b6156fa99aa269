/** A real Kubernetes API: kube-apiserver and etcd. No controllers, scheduler or kubelet: objects are kept, nothing runs. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestbedError } from '../testbed-error.ts';
import { type Child, onFreePort, startChild } from './child.ts';
import { send } from './http-client.ts';
import { type KubernetesParts, kubernetesParts } from './kubernetes-build.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Somebody who may sign in; nobody may do anything unless a Role says so, except in the group `system:masters`. */
export type KubernetesUser = { name: string; groups?: readonly string[] };

export type KubernetesOptions = {
  /** Besides `admin`, who may do everything. */
  users?: readonly KubernetesUser[];
  /** More flags of kube-apiserver. */
  flags?: readonly string[];
  /** Which server; default the one of `kubernetesParts`. */
  parts?: KubernetesParts;
};

/** A running API server. */
export type Kubernetes = {
  /** `https://127.0.0.1:PORT`. */
  url: string;
  /** PEM of what signed its certificate. */
  ca: string;
  /** Path of a kubeconfig of `admin`, or of another user. */
  kubeconfig(user?: string): string;
  /** Bearer token of a user. */
  token(user?: string): string;
  /** One request as `admin`; the answer's body is JSON. Rejects for a status of 400 and above unless it is expected. */
  call<T = Record<string, unknown>>(method: string, path: string, body?: unknown, expected?: number): Promise<T>;
  /** Forgets every version before now, so that a watch from one of them is answered with 410 Gone. */
  forgetVersions(): Promise<void>;
  stop(): Promise<void>;
};

/** Starts one with an empty store. Throws TestbedError `part-missing` where it cannot be built: see `kubernetesParts`. */
export async function startKubernetes(options: KubernetesOptions = {}): Promise<Kubernetes> {
  const parts = options.parts ?? (await kubernetesParts());
  if (parts.apiserver === undefined) throw new TestbedError('part-missing', parts.skip, 'Skip the suite.');
  const directory = temporaryDirectory('kubernetes');
  const at = (name: string) => join(directory.path, name);
  const children: Child[] = [];
  const stop = async () => {
    for (const child of children.toReversed()) await child.stop();
    directory.remove();
  };
  try {
    const etcd = await startEtcd(parts.etcd, at('etcd'));
    children.push(etcd.child);
    const users = [{ name: 'admin', groups: ['system:masters'] }, ...(options.users ?? [])];
    const lines = users.map(({ name, groups = [] }) => `${tokenOf(name)},${name},${name},"${groups.join(',')}"`);
    writeFileSync(at('tokens.csv'), `${lines.join('\n')}\n`);
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(at('sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }));
    const flags = (port: number) => [
      `--etcd-servers=${etcd.url}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--cert-dir=${at('certs')}`,
      `--token-auth-file=${at('tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.0.0.0/24',
      '--service-account-issuer=https://kubernetes.invalid',
      `--service-account-key-file=${at('sa.key')}`,
      `--service-account-signing-key-file=${at('sa.key')}`,
      // Nobody makes the service accounts that it waits for.
      '--disable-admission-plugins=ServiceAccount',
      ...(options.flags ?? []),
    ];
    const authorization = `Bearer ${tokenOf('admin')}`;
    const ca = () => readFileSync(at('certs/apiserver.crt'), 'utf8');
    const { child, port } = await onFreePort((free) =>
      startChild(parts.apiserver, flags(free), {
        name: 'kube-apiserver',
        cwd: directory.path,
        timeoutMs: 90_000,
        ready: async () => {
          const headers = { authorization };
          return (await send(`https://127.0.0.1:${free}/readyz`, { ca: ca(), headers })).status === 200;
        },
      }),
    );
    children.push(child);
    const url = `https://127.0.0.1:${port}`;
    return {
      url,
      ca: ca(),
      token: (user = 'admin') => tokenOf(user),
      kubeconfig: (user = 'admin') => {
        writeFileSync(at(`${user}.kubeconfig`), kubeconfigOf(url, ca(), user));
        return at(`${user}.kubeconfig`);
      },
      call: async (method, path, body, expected) => {
        const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
        const answer = await send(`${url}${path}`, {
          method,
          ca: ca(),
          headers: { authorization, 'content-type': type },
          ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
        });
        const isExpected = expected === undefined ? answer.status < 400 : answer.status === expected;
        if (!isExpected)
          throw new TestbedError('unexpected-answer', `${method} ${path}: ${answer.status}`, String(answer.body));
        return JSON.parse(String(answer.body));
      },
      forgetVersions: async () => {
        const post = async (path: string, body: object) => {
          const answer = await send(etcd.url + path, { method: 'POST', body: Buffer.from(JSON.stringify(body)) });
          return JSON.parse(String(answer.body));
        };
        const { header } = await post('/v3/kv/range', { key: Buffer.from('x').toString('base64') });
        await post('/v3/kv/compaction', { revision: header.revision, physical: true });
      },
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

async function startEtcd(program: string, folder: string): Promise<{ child: Child; url: string }> {
  const { child, port } = await onFreePort((client) =>
    onFreePort(async (peer) => {
      const own = `http://127.0.0.1:${client}`;
      const others = `http://127.0.0.1:${peer}`;
      return startChild(
        program,
        [
          ...['--data-dir', folder, '--unsafe-no-fsync', '--log-level', 'error', '--name', 'one'],
          ...['--listen-client-urls', own, '--advertise-client-urls', own],
          ...['--listen-peer-urls', others, '--initial-advertise-peer-urls', others],
          ...['--initial-cluster', `one=${others}`],
        ],
        { name: 'etcd', ready: async () => (await send(`${own}/health`)).status === 200 },
      );
    }).then(({ child: started }) => started),
  );
  return { child, url: `http://127.0.0.1:${port}` };
}

/** Known to nobody but this machine's tests. */
function tokenOf(user: string): string {
  return `testbed-${user}-token`;
}

function kubeconfigOf(url: string, ca: string, user: string): string {
  const name = 'testbed';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name: user, user: { token: tokenOf(user) } }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  });
}
