import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Stored } from '../image.ts';
import type { SeedRepository } from '../seed-repository.ts';
import type { Credential } from '../sign-in.ts';
import { TestbedError } from '../testbed-error.ts';
import { type HttpAnswer, type HttpOptions, send } from './http-client.ts';
import type { SeededDigests } from './seed-filesystem.ts';

/** How the pusher reaches the registry. */
export type SeedHttpOptions = {
  credential?: Credential;
  /** PEM, for a TLS registry. */
  ca?: string;
  /** Images pushed at a time; default 8. */
  concurrency?: number;
};

/** Pushes by plain HTTP (blob upload by POST and PUT, then manifests), signing in as asked. Throws `push-refused`. */
export async function seedHttp(
  url: string,
  repositories: Iterable<SeedRepository>,
  options: SeedHttpOptions = {},
): Promise<SeededDigests> {
  const { concurrency = 8 } = options;
  const pusher = createPusher(url, options);
  const digests: SeededDigests = {};
  try {
    for (const { name, tags } of repositories) {
      const seeded: Record<string, string> = {};
      const queue = [...tags].values();
      const work = async () => {
        for (const [tag, image] of queue) {
          for (const blob of image.blobs) await pusher.blob(name, blob);
          for (const manifest of image.manifests) await pusher.manifest(name, manifest.digest, manifest);
          seeded[tag] = await pusher.manifest(name, tag, image);
        }
      };
      await Promise.all(Array.from({ length: concurrency }, work));
      digests[name] = seeded;
    }
  } finally {
    pusher.end();
  }
  return digests;
}

type Pusher = {
  blob(repository: string, blob: Stored): Promise<void>;
  manifest(repository: string, reference: string, manifest: Stored): Promise<string>;
  end(): void;
};

function createPusher(base: string, { credential, ca }: SeedHttpOptions): Pusher {
  const agent = base.startsWith('https:')
    ? new HttpsAgent({ keepAlive: true, ca })
    : new HttpAgent({ keepAlive: true });
  const authorizations = new Map<string, string>();
  const done = new Map<string, Promise<void>>();

  /** Sends; on 401 signs in as the challenge asks and sends once more. */
  const exchange = async (repository: string, url: string, options: HttpOptions): Promise<HttpAnswer> => {
    const attempt = () => {
      const authorization = authorizations.get(repository);
      const headers = { ...options.headers, ...(authorization ? { Authorization: authorization } : {}) };
      return send(url, { ...options, headers, ca, agent });
    };
    const answer = await attempt();
    if (answer.status !== 401 || !credential) return answer;
    authorizations.set(repository, await authorize(answer.headers['www-authenticate'] ?? '', repository, credential));
    return attempt();
  };

  const upload = async (repository: string, blob: Stored): Promise<void> => {
    const start = `${base}/v2/${repository}/blobs/uploads/`;
    const begun = await exchange(repository, start, { method: 'POST', headers: { 'Content-Length': '0' } });
    expect(begun, 202, `POST ${start}`);
    const place = new URL(begun.headers.location ?? '', base);
    place.searchParams.set('digest', blob.digest);
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Length': String(blob.bytes.length) };
    const put = await exchange(repository, place.href, { method: 'PUT', headers, body: blob.bytes });
    expect(put, 201, `PUT blob ${blob.digest}`);
  };

  return {
    blob: (repository, blob) => {
      const key = `${repository} ${blob.digest}`;
      const known = done.get(key) ?? upload(repository, blob);
      done.set(key, known);
      return known;
    },
    manifest: async (repository, reference, { mediaType, bytes, digest }) => {
      const url = `${base}/v2/${repository}/manifests/${reference}`;
      const headers = { 'Content-Type': mediaType, 'Content-Length': String(bytes.length) };
      const put = await exchange(repository, url, { method: 'PUT', headers, body: bytes });
      expect(put, 201, `PUT ${url}`);
      return String(put.headers['docker-content-digest'] ?? digest);
    },
    end: () => agent.destroy(),
  };
}

async function authorize(challenge: string, repository: string, credential: Credential): Promise<string> {
  const basic = `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}`;
  const [, realm = ''] = /^Bearer .*realm="([^"]+)"/i.exec(challenge) ?? [];
  if (!realm) return basic;
  const [, service = ''] = /service="([^"]+)"/i.exec(challenge) ?? [];
  const query = new URLSearchParams({ service, scope: `repository:${repository}:pull,push` });
  const answer = await send(`${realm}?${query}`, { headers: { Authorization: basic } });
  expect(answer, 200, 'GET token');
  return `Bearer ${(JSON.parse(answer.body.toString()) as { token: string }).token}`;
}

function expect(answer: HttpAnswer, status: number, what: string): void {
  if (answer.status === status) return;
  throw new TestbedError('push-refused', `${what} answered ${answer.status}.`, answer.body.toString().slice(0, 500));
}
