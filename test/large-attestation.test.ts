/** An attestation of megabytes on its whole way: a real registry, the agent, its parts, the thread that verifies, what people read. */
import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { ImageVerification } from '@pharos/contract';
import {
  available,
  type BuiltImage,
  buildArtifact,
  buildImage,
  type Distribution,
  makeCosignKey,
  seedHttp,
  startDistribution,
} from '@pharos/testbed';
import { cleanUp, type Pharos, startPharos, waitFor, writeAgentFile } from './support/pharos.ts';

const REPOSITORY = 'team/postgresql';
const DSSE = 'application/vnd.dsse.envelope.v1+json';
const IN_TOTO = 'application/vnd.in-toto+json';
const SPDX = 'https://spdx.dev/Document';
const MIB = 1024 * 1024;

describe('a large attestation', { skip: available().distribution.skip }, () => {
  const key = makeCosignKey();
  const images = { good: buildImage({ name: 'attested' }), changed: buildImage({ name: 'attested, then changed' }) };
  let registry: Distribution;
  let pharos: Pharos;

  /** As cosign 2 attaches it: an envelope behind the tag `.att`. `change` is made after it was signed. */
  function attached({ digest }: BuiltImage, change = (payload: string) => payload): [string, BuiltImage] {
    const payload = JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: SPDX,
      subject: [{ digest: { sha256: digest.slice(7) } }],
      predicate: { spdxVersion: 'SPDX-2.3', comment: 'a'.repeat(2 * MIB) },
    });
    const signed = Buffer.from(`DSSEv1 ${IN_TOTO.length} ${IN_TOTO} ${payload.length} ${payload}`);
    const signature = sign('sha256', signed, key.plainKey).toString('base64');
    const envelope = {
      payloadType: IN_TOTO,
      payload: Buffer.from(change(payload)).toString('base64'),
      signatures: [{ keyid: '', sig: signature }],
    };
    const layer = {
      mediaType: DSSE,
      bytes: Buffer.from(JSON.stringify(envelope)),
      annotations: { predicateType: SPDX },
    };
    const configMediaType = 'application/vnd.oci.image.config.v1+json';
    return [`${digest.replace(':', '-')}.att`, buildArtifact({ configMediaType, layers: [layer] })];
  }

  before(async () => {
    registry = await startDistribution();
    const changed = attached(images.changed, (payload) => payload.replace('aaa', 'aab'));
    const tags = [...Object.entries(images), attached(images.good), changed];
    await seedHttp(registry.url, [{ name: REPOSITORY, tags }]);
    const agentFile = writeAgentFile({ url: registry.host, repositories: [REPOSITORY] });
    pharos = await startPharos({ args: ['--agent-config', agentFile] });
    const body = { name: 'release', kind: 'key', key: key.publicKey, scope: `${registry.host}/team/**` } as const;
    await pharos.client('createTrust', { body });
  });
  after(async () => {
    await pharos?.stop();
    await registry?.stop();
    cleanUp();
  });

  const judged = (image: BuiltImage): Promise<ImageVerification> =>
    waitFor(async () => {
      const params = { digest: image.digest };
      const answer = await pharos.client('getImageVerification', { params, query: {} });
      return answer.evidence.some(({ results }) => results.length > 0) ? answer : null;
    }, `what is said of it:\n${pharos.output()}`);

  it('arrives whole and is verified; one that was changed by a letter is not', async () => {
    const [good] = (await judged(images.good)).evidence;
    assert.equal(good!.form, 'cosign-dsse');
    assert.ok(good!.size! > 2 * MIB);
    assert.deepEqual(
      good!.results.map(({ outcome, what, predicateType }) => [outcome, what, predicateType]),
      [['verified', 'attestation', SPDX]],
    );
    const [changed] = (await judged(images.changed)).evidence;
    assert.ok(changed!.size! > 2 * MIB);
    assert.deepEqual(
      changed!.results.map(({ outcome }) => outcome),
      ['failed'],
    );
  });
});
