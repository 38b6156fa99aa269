/** What hangs on an image, attached by regctl: by the referrers API of a real registry, and by fallback tags where there is none; up to the library. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { createRegistry, probe, type Registry } from '@pharos/oci';
import {
  buildImage,
  DISTRIBUTION_3,
  goTool,
  REFERRERS_REGISTRY,
  REGCTL,
  seedHttp,
  startDistribution,
  startPeerRegistry,
} from '@pharos/testbed';
import { cleanUp, makeFolder, startPharos, waitFor, writeAgentFile } from '../support/pharos.ts';

const referrersTool = await goTool(REFERRERS_REGISTRY);
const distributionTool = await goTool(DISTRIBUTION_3);
const regctl = await goTool(REGCTL);

const TAG = '17.4-2503310734';
const SBOM = 'application/spdx+json';
const SIGNATURE = 'application/vnd.example.signature.v1';
after(cleanUp);

/** Attaches a file as another client does; answers the digest of the artifact. */
async function attach(host: string, artifactType: string): Promise<string> {
  const folder = makeFolder();
  const file = join(folder, 'attached.json');
  writeFileSync(file, JSON.stringify({ artifactType }));
  // Also as the type of its configuration: go-containerregistry lists every referrer by that one alone.
  const types = ['--artifact-type', artifactType, '--config-type', artifactType];
  const subject = ['--subject', `${host}/postgresql:${TAG}`, ...types];
  const args = ['artifact', 'put', '--host', `reg=${host},tls=disabled`, ...subject, '-f', file];
  const format = ['--format', '{{ .Manifest.GetDescriptor.Digest }}'];
  const env = { ...process.env, HOME: folder };
  const { stdout } = await promisify(execFile)(regctl.path!, [...args, ...format], { env });
  assert.match(stdout.trim(), /^sha256:[0-9a-f]{64}$/);
  return stdout.trim();
}

async function push(url: string): Promise<string> {
  const image = buildImage({ name: 'with-referrers' });
  const seeded = await seedHttp(url, [{ name: 'postgresql', tags: [[TAG, image]] }]);
  return seeded.postgresql![TAG]!;
}

async function withClient(host: string, use: (registry: Registry) => Promise<void>): Promise<void> {
  const registry = createRegistry({
    name: 'peer',
    url: host,
    provider: 'auto',
    authentication: { type: 'none' },
    tls: { plainHttp: true },
  });
  try {
    await use(registry);
  } finally {
    await registry.close();
  }
}

/** The referrers of the image in the library, once there are as many; from a scan by an agent. */
async function inLibrary(host: string, digest: string, count: number) {
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

describe('a registry with the referrers API', { skip: referrersTool.skip || regctl.skip }, () => {
  test('lists what regctl attached, to the client and to the library', async () => {
    const peer = await startPeerRegistry(referrersTool.path!, (port) => [`127.0.0.1:${port}`]);
    try {
      const digest = await push(peer.url);
      await withClient(peer.host, async (registry) => {
        assert.deepEqual(await registry.listReferrers('postgresql', digest), []);
      });
      const attached = new Map([
        [await attach(peer.host, SBOM), SBOM],
        [await attach(peer.host, SIGNATURE), SIGNATURE],
      ]);
      await withClient(peer.host, async (registry) => {
        const found = await registry.listReferrers('postgresql', digest);
        assert.deepEqual(new Map(found!.map((each) => [each.digest, each.artifactType])), attached);
        const check = (await probe(registry)).checks.find(({ id }) => id === 'referrers');
        assert.equal(check?.state, 'ok', JSON.stringify(check));
      });
      const referrers = await inLibrary(peer.host, digest, 2);
      assert.deepEqual(new Map(referrers.map((each) => [each.digest!, each.artifactType])), attached);
      assert.ok(referrers.every(({ source, subject }) => source === 'referrers' && subject === digest));
    } finally {
      await peer.stop();
    }
  });
});

describe('a registry without the referrers API', { skip: distributionTool.skip || regctl.skip }, () => {
  test('holds what regctl attached below a fallback tag, which is read and is no image', async () => {
    const env = { OTEL_TRACES_EXPORTER: 'none' };
    const peer = await startDistribution({ program: distributionTool.path, env });
    try {
      const digest = await push(peer.url);
      const attached = new Map([
        [await attach(peer.host, SBOM), SBOM],
        [await attach(peer.host, SIGNATURE), SIGNATURE],
      ]);
      const tag = digest.replace(':', '-');
      await withClient(peer.host, async (registry) => {
        assert.equal(await registry.listReferrers('postgresql', digest), null);
        const { manifest } = await registry.getManifest('postgresql', tag);
        assert.equal(manifest.kind, 'index');
      });
      const referrers = await inLibrary(peer.host, digest, 2);
      assert.deepEqual(new Map(referrers.map((each) => [each.digest!, each.artifactType])), attached);
      assert.ok(
        referrers.every((each) => each.source === 'tag' && each.tag === tag),
        JSON.stringify(referrers),
      );
    } finally {
      await peer.stop();
    }
  });
});
