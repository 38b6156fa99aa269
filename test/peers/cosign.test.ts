/** Signatures that cosign itself made with a key, in both of its forms, verified: from the registry to the verdict. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'node:test';
import { promisify } from 'node:util';
import { available, COSIGN, goTool } from '@pharos/testbed';
import { makeFolder } from '../support/pharos.ts';
import { type Signer, signaturesSuite } from '../support/signatures-suite.ts';

const cosign = await goTool(COSIGN);
const skip = available().distribution.skip || cosign.skip;

/** Signs with a key and without a transparency log, which is somebody else's service. */
function signer(...form: string[]): Signer {
  return {
    sign: async ({ registry, repository, digest }, key) => {
      const folder = makeFolder();
      const file = join(folder, 'cosign.key');
      writeFileSync(file, key.privateKey, { mode: 0o600 });
      const offline = ['--use-signing-config=false', '--tlog-upload=false', ...form];
      const target = ['--allow-http-registry', `${registry.host}/${repository}@${digest}`];
      const env = { ...process.env, HOME: folder, COSIGN_PASSWORD: key.passphrase };
      await promisify(execFile)(cosign.path!, ['sign', '--yes', '--key', file, ...offline, ...target], { env });
    },
  };
}

describe('bundles by cosign 3, verified', { skip }, () => {
  signaturesSuite(signer(), 'sigstore-bundle');
});

describe('signatures of the older form by cosign, verified', { skip }, () => {
  signaturesSuite(signer('--new-bundle-format=false'), 'cosign-simple');
});
