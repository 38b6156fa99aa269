import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artifactName } from './artifact-name.ts';

test('known artifact types have a word, unknown ones stay as they are', () => {
  assert.equal(artifactName('application/vnd.dev.cosign.simplesigning.v1+json'), 'Signature (cosign)');
  assert.equal(artifactName('application/vnd.dev.sigstore.bundle.v0.3+json'), 'Sigstore bundle');
  assert.equal(artifactName('application/vnd.cncf.notary.signature'), 'Signature (Notation)');
  assert.equal(artifactName('application/spdx+json'), 'SBOM (SPDX)');
  assert.equal(artifactName('application/vnd.in-toto+json'), 'Attestation');
  assert.equal(artifactName('application/vnd.acme.thing'), 'application/vnd.acme.thing');
  assert.equal(artifactName('x\u202Ey'), 'x\\u{202E}y');
});
