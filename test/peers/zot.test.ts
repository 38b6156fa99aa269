/** The client and a whole Pharos against zot, where its module can be had. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { probe, type Registry } from '@pharos/oci';
import {
  available,
  digestOf,
  generateRepository,
  goTool,
  REGCTL,
  readWithSkopeo,
  seedHttp,
  startZot,
  ZOT,
  type ZotOptions,
} from '@pharos/testbed';
import { cleanUp, waitFor } from '../support/pharos.ts';
import { attach, inLibrary, push, SBOM, SIGNATURE, withClient } from './support.ts';

const zot = await goTool(ZOT);
const regctl = await goTool(REGCTL);
const { skopeo } = available();
const NAME = 'team/postgresql';
after(cleanUp);

type Running = Awaited<ReturnType<typeof startZot>>;

async function withZot(options: ZotOptions, use: (peer: Running) => Promise<void>): Promise<void> {
  const peer = await startZot(zot.path!, options);
  try {
    await use(peer);
  } finally {
    await peer.stop();
  }
}

async function describeAll(registry: Registry): Promise<Map<string, string | null>> {
  const found = new Map<string, string | null>();
  for await (const page of registry.describeTags(NAME)) for (const { name, digest } of page) found.set(name, digest);
  return found;
}

describe('zot', { skip: zot.skip }, () => {
  test('is found by its extension, and tells every digest in two requests', { skip: skopeo.skip }, async () => {
    await withZot({}, async (peer) => {
      const seeded = (await seedHttp(peer.url, [generateRepository(NAME, 30)]))[NAME]!;
      await withClient(peer.host, async (registry) => {
        assert.equal((await registry.dialect()).provider, 'zot');
        const before = registry.requests;
        const found = await describeAll(registry);
        assert.equal(registry.requests - before, 2, 'the list by name, and the search');
        assert.deepEqual(new Map([...found].sort()), new Map(Object.entries(seeded).sort()));
        for (const [tag, digest] of [...found].slice(0, 5)) {
          assert.equal(digestOf(await readWithSkopeo('inspect', `${peer.host}/${NAME}:${tag}`)), digest);
        }
      });
    });
  });

  test('without its search it is read by the spec, and the probe says why', async () => {
    await withZot({ search: false }, async (peer) => {
      const seeded = (await seedHttp(peer.url, [generateRepository(NAME, 3)]))[NAME]!;
      await withClient(peer.host, async (registry) => {
        assert.deepEqual([...(await describeAll(registry)).keys()].sort(), Object.keys(seeded).sort());
        const bulk = (await probe(registry)).checks.find(({ id }) => id === 'bulk');
        assert.notEqual(bulk?.state, 'ok');
        assert.match(bulk?.message ?? '', /without digests/);
      });
    });
  });

  test('signs in by htpasswd', async () => {
    await withZot({ htpasswd: true }, async (peer) => {
      const { credential } = peer;
      const seeded = (await seedHttp(peer.url, [generateRepository(NAME, 3)], { credential }))[NAME]!;
      const use = async (registry: Registry) => {
        assert.equal((await registry.dialect()).provider, 'zot');
        assert.deepEqual([...(await describeAll(registry)).keys()].sort(), Object.keys(seeded).sort());
        assert.equal(registry.signedInBy, 'basic');
      };
      await withClient(peer.host, use, { type: 'basic', ...credential! });
    });
  });

  test('what regctl attached reaches the library', { skip: regctl.skip }, async () => {
    await withZot({}, async (peer) => {
      const digest = await push(peer.url);
      const attached = new Map([
        [await attach(regctl.path!, peer.host, SBOM), SBOM],
        [await attach(regctl.path!, peer.host, SIGNATURE), SIGNATURE],
      ]);
      await withClient(peer.host, async (registry) => {
        const found = await registry.listReferrers('postgresql', digest);
        assert.deepEqual(new Map(found!.map((each) => [each.digest, each.artifactType])), attached);
      });
      const referrers = await inLibrary(peer.host, digest, 2);
      assert.deepEqual(new Map(referrers.map((each) => [each.digest!, each.artifactType])), attached);
    });
  });

  test('tells of a push as the receiver expects it', async () => {
    const told: string[] = [];
    const sink = createServer((request, response) => {
      told.push(String(request.headers['ce-type']));
      request.resume().on('end', () => response.end());
    }).listen(0, '127.0.0.1');
    try {
      await new Promise((resolve) => sink.once('listening', resolve));
      await withZot({ eventsTo: `http://127.0.0.1:${(sink.address() as AddressInfo).port}` }, async (peer) => {
        await push(peer.url);
        await waitFor(async () => told.includes('zotregistry.image.updated'), 'the event of the push');
      });
    } finally {
      sink.close();
    }
  });
});
