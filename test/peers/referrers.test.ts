/** What hangs on an image, attached by regctl: by the referrers API of a real registry, and by fallback tags where there is none; up to the library. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { probe } from '@pharos/oci';
import {
  DISTRIBUTION_3,
  goTool,
  REFERRERS_REGISTRY,
  REGCTL,
  startDistribution,
  startPeerRegistry,
} from '@pharos/testbed';
import { cleanUp } from '../support/pharos.ts';
import { attach, inLibrary, push, SBOM, SIGNATURE, withClient } from './support.ts';

const referrersTool = await goTool(REFERRERS_REGISTRY);
const distributionTool = await goTool(DISTRIBUTION_3);
const regctl = await goTool(REGCTL);
after(cleanUp);

describe('a registry with the referrers API', { skip: referrersTool.skip || regctl.skip }, () => {
  test('lists what regctl attached, to the client and to the library', async () => {
    const peer = await startPeerRegistry(referrersTool.path!, (port) => [`127.0.0.1:${port}`]);
    try {
      const digest = await push(peer.url);
      await withClient(peer.host, async (registry) => {
        assert.deepEqual(await registry.listReferrers('postgresql', digest), []);
      });
      const attached = new Map([
        [await attach(regctl.path!, peer.host, SBOM), SBOM],
        [await attach(regctl.path!, peer.host, SIGNATURE), SIGNATURE],
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
        [await attach(regctl.path!, peer.host, SBOM), SBOM],
        [await attach(regctl.path!, peer.host, SIGNATURE), SIGNATURE],
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
