import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { groupRolesOf, identityProvider } from './identity-provider.ts';
import { resolveSettings } from './settings.ts';

const settings = (env: Record<string, string>) => resolveSettings({ flags: {}, env, cwd: tmpdir() }).values;
const BOTH = { PHAROS_OIDC_ISSUER: 'https://id.example', PHAROS_OIDC_CLIENT_ID: 'pharos' };

test('roles by group, with a scope or everywhere', () => {
  assert.deepEqual(groupRolesOf('platform=admin; cn=dba,dc=x=curator location:eu-west;'), [
    { group: 'platform', role: 'admin', scope: 'everywhere' },
    { group: 'cn=dba,dc=x', role: 'curator', scope: 'location:eu-west' },
  ]);
  for (const wrong of ['platform', 'a=boss', 'a=agent', 'a=viewer somewhere']) {
    assert.throws(() => groupRolesOf(wrong), /must be written as/, wrong);
    assert.throws(() => settings({ PHAROS_OIDC_ROLES: wrong }), { code: 'setting-invalid' });
  }
});

test('nothing is configured, half is refused, and the secret may be in a file', () => {
  assert.equal(identityProvider(settings({})), undefined);
  for (const name of Object.keys(BOTH)) {
    const half = { ...BOTH, [name]: '' };
    assert.throws(() => identityProvider(settings(half)), { code: 'setting-invalid' });
  }
  assert.equal(identityProvider(settings(BOTH))?.clientSecret, null);
  const folder = mkdtempSync(join(tmpdir(), 'pharos-oidc-'));
  try {
    const file = join(folder, 'secret');
    const withFile = settings({ ...BOTH, PHAROS_OIDC_CLIENT_SECRET_FILE: file });
    assert.throws(() => identityProvider(withFile), { code: 'setting-invalid' });
    writeFileSync(file, 'from the file\n');
    assert.equal(identityProvider(withFile)?.clientSecret, 'from the file');
    const direct = identityProvider(settings({ ...BOTH, PHAROS_OIDC_CLIENT_SECRET: 'direct' }));
    assert.equal(direct?.clientSecret, 'direct');
    assert.deepEqual(direct?.scopes, ['openid', 'profile', 'email', 'groups']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
