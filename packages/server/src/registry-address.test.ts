import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProblemError } from './problem.ts';
import { normaliseAddress } from './registry-address.ts';

const good: [text: string, plainHttp: boolean, url: string, origin: string][] = [
  ['registry.example.com', false, 'registry.example.com', 'https://registry.example.com'],
  ['https://Registry.Example.com/', false, 'registry.example.com', 'https://registry.example.com'],
  ['registry.example.com:443/v2/', false, 'registry.example.com', 'https://registry.example.com'],
  ['  host:5000/team/images/ ', false, 'host:5000/team/images', 'https://host:5000'],
  ['http://localhost:5000', true, 'localhost:5000', 'http://localhost:5000'],
  ['127.0.0.1:80', true, '127.0.0.1', 'http://127.0.0.1'],
  ['[::1]:5000', true, '[::1]:5000', 'http://[::1]:5000'],
];

test('addresses are brought into one form, with the origin that credentials are bound to', () => {
  for (const [text, plainHttp, url, origin] of good)
    assert.deepEqual(normaliseAddress(text, plainHttp), { url, origin }, text);
});

test('its own result is not changed again', () => {
  for (const [, plainHttp, url, origin] of good) assert.deepEqual(normaliseAddress(url, plainHttp), { url, origin });
});

test('what is no address is refused with the field and a hint', () => {
  const bad: [text: string, plainHttp: boolean, reason: RegExp][] = [
    ['http://registry.example.com', false, /unprotected/],
    ['https://registry.example.com', true, /plain HTTP/],
    ['ftp://registry.example.com', false, /other than https/],
    ['user:secret@registry.example.com', false, /user name/],
    ['registry.example.com?x=1', false, /query/],
    ['registry example', false, /host name/],
    ['host:99999', false, /host name/],
    ['host:0', false, /host name/],
    ['', false, /host name/],
    ['host/Upper', false, /repository name/],
    ['host/a/../b', false, /repository name/],
    ['javascript://x', false, /other than https/],
    ['oci-layout:/etc', false, /only be named in the file of the agent/],
    [' OCI-Layout:relative', true, /only be named in the file of the agent/],
  ];
  for (const [text, plainHttp, reason] of bad) {
    assert.throws(
      () => normaliseAddress(text, plainHttp),
      (error) => {
        assert.ok(error instanceof ProblemError, text);
        assert.match(error.message, reason);
        assert.equal(error.code, 'invalid-input');
        assert.equal(error.errors?.[0]?.path, 'url');
        assert.ok(!error.message.includes('secret'));
        return true;
      },
    );
  }
});
