/** Signatures of other programs, verified: openssl signs what cosign's format says, and skopeo signs by itself where it can. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { available, buildArtifact, seedHttp, signWithSkopeo } from '@pharos/testbed';
import { makeFolder } from './support/pharos.ts';
import { type Signer, signaturesSuite } from './support/signatures-suite.ts';

const parts = available();

/** The payload of containers/image's documents, signed by openssl; several signatures of an image are layers of one manifest. */
function openssl(): Signer {
  const layers = new Map<string, { mediaType: string; bytes: Buffer; annotations: Record<string, string> }[]>();
  return {
    sign: async ({ registry, repository, digest }, key) => {
      const folder = makeFolder();
      const at = (name: string) => join(folder, name);
      const identity = { 'docker-reference': `${registry.host}/${repository}` };
      const critical = {
        identity,
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      };
      writeFileSync(at('key.pem'), key.plainKey, { mode: 0o600 });
      writeFileSync(at('payload'), JSON.stringify({ critical, optional: { creator: 'test' } }));
      execFileSync('openssl', ['dgst', '-sha256', '-sign', at('key.pem'), '-out', at('signature'), at('payload')]);
      const annotations = { 'dev.cosignproject.cosign/signature': readFileSync(at('signature')).toString('base64') };
      const mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
      const all = [...(layers.get(digest) ?? []), { mediaType, bytes: readFileSync(at('payload')), annotations }];
      layers.set(digest, all);
      const image = buildArtifact({ configMediaType: 'application/vnd.oci.image.config.v1+json', layers: all });
      await seedHttp(registry.url, [{ name: repository, tags: [[`${digest.replace(':', '-')}.sig`, image]] }]);
    },
  };
}

const skopeo: Signer = {
  sign: ({ registry, repository, tag }, key) => signWithSkopeo(`${registry.host}/${repository}:${tag}`, key),
};

/** Why skopeo cannot sign here: Debian 12 patched it out of its package. */
function withoutSigning(): string | false {
  if (parts.skopeo.path === undefined) return parts.skopeo.skip;
  const isDisabled = readFileSync(parts.skopeo.path).includes('sigstore disabled');
  return isDisabled ? 'this skopeo was built without signing in the form of sigstore' : false;
}

describe('signatures by openssl, verified', { skip: parts.distribution.skip || parts.openssl.skip }, () => {
  signaturesSuite(openssl(), 'cosign-simple');
});

describe('signatures by skopeo, verified', { skip: parts.distribution.skip || withoutSigning() }, () => {
  signaturesSuite(skopeo, 'cosign-simple');
});
