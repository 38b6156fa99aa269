import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { required } from './available.ts';

const run = promisify(execFile);
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const DAYS = ['-days', '30'];

/** Paths of PEM files. */
export type KeyPair = { keyFile: string; certificateFile: string };

/** A self-signed EC certificate `<name>.crt` with `<name>.key`. Needs openssl. */
export async function selfSigned(directory: string, name: string): Promise<KeyPair> {
  const pair = { keyFile: join(directory, `${name}.key`), certificateFile: join(directory, `${name}.crt`) };
  const files = ['-keyout', pair.keyFile, '-out', pair.certificateFile];
  await run(required('openssl'), ['req', '-x509', ...NEW_KEY, ...DAYS, '-subj', `/CN=pharos test ${name}`, ...files]);
  return pair;
}

/** A private CA and a certificate of it for `localhost` and 127.0.0.1. `ca` is PEM. Needs openssl. */
export async function serverCertificate(directory: string): Promise<KeyPair & { ca: string; caFile: string }> {
  const openssl = required('openssl');
  const authority = await selfSigned(directory, 'ca');
  const at = (file: string) => join(directory, file);
  writeFileSync(at('server.ext'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n');
  const request = ['-keyout', at('server.key'), '-out', at('server.csr')];
  await run(openssl, ['req', ...NEW_KEY, '-subj', '/CN=localhost', ...request]);
  const signer = ['-CA', authority.certificateFile, '-CAkey', authority.keyFile, '-CAcreateserial'];
  const files = ['-in', at('server.csr'), '-extfile', at('server.ext'), '-out', at('server.crt')];
  await run(openssl, ['x509', '-req', ...signer, ...DAYS, ...files]);
  return {
    keyFile: at('server.key'),
    certificateFile: at('server.crt'),
    ca: readFileSync(authority.certificateFile, 'utf8'),
    caFile: authority.certificateFile,
  };
}
