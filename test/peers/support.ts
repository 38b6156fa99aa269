/** What the tests against registries of other makers share: an image, what regctl attaches to it, a client, and a whole Pharos. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Authentication, createRegistry, type Registry } from '@pharos/oci';
import { buildImage, seedHttp } from '@pharos/testbed';
import { makeFolder, startPharos, waitFor, writeAgentFile } from '../support/pharos.ts';

export const TAG = '17.4-2503310734';
export const SBOM = 'application/spdx+json';
export const SIGNATURE = 'application/vnd.example.signature.v1';
/** Attaches a file as another client does; answers the digest of the artifact. */
export async function attach(regctl: string, host: string, artifactType: string): Promise<string> {
  const folder = makeFolder();
  const file = join(folder, 'attached.json');
  writeFileSync(file, JSON.stringify({ artifactType }));
  // Also as the type of its configuration: go-containerregistry lists every referrer by that one alone.
  const types = ['--artifact-type', artifactType, '--config-type', artifactType];
  const subject = ['--subject', `${host}/postgresql:${TAG}`, ...types];
  const args = ['artifact', 'put', '--host', `reg=${host},tls=disabled`, ...subject, '-f', file];
  const format = ['--format', '{{ .Manifest.GetDescriptor.Digest }}'];
  const env = { ...process.env, HOME: folder };
  const { stdout } = await promisify(execFile)(regctl, [...args, ...format], { env });
  assert.match(stdout.trim(), /^sha256:[0-9a-f]{64}$/);
  return stdout.trim();
}

export async function push(url: string): Promise<string> {
  const image = buildImage({ name: 'with-referrers' });
  const seeded = await seedHttp(url, [{ name: 'postgresql', tags: [[TAG, image]] }]);
  return seeded.postgresql![TAG]!;
}

export async function withClient(
  host: string,
  use: (registry: Registry) => Promise<void>,
  authentication: Authentication = { type: 'none' },
): Promise<void> {
  const registry = createRegistry({
    name: 'peer',
    url: host,
    provider: 'auto',
    authentication,
    tls: { plainHttp: true },
  });
  try {
    await use(registry);
  } finally {
    await registry.close();
  }
}

/** The referrers of the image in the library, once there are as many; from a scan by an agent. */
export async function inLibrary(host: string, digest: string, count: number) {
  const agentFile = writeAgentFile({ url: host, repositories: ['postgresql'] });
  const pharos = await startPharos({ args: ['--agent-config', agentFile] });
  try {
    const { referrers } = await waitFor(
      async () => {
        const image = await pharos.client('getImage', { params: { digest } }).catch(() => null);
        return image !== null && image.referrers.length >= count ? image : null;
      },
      `${count} referrers in the library:\n${pharos.output()}`,
      60_000,
    );
    return referrers;
  } finally {
    await pharos.stop();
  }
}
