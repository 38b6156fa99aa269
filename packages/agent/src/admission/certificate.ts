/** The certificate that the API server meets: from files, read again when they change, or made here and renewed in time. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { AgentError } from '../agent-error.ts';
import { writeWhole } from '../write-file.ts';
import type { AdmissionSettings } from './settings.ts';
import { ADMISSION_FOLDER } from './snapshot-keeper.ts';

const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
const SERVING_DAYS = 90;
/** Renewed when a third of its time is left. */
const RENEW_MS = 30 * DAY_MS;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const CA_FILE = 'ca.pem';
const CA_KEY_FILE = 'ca.key';
const CERT_FILE = 'tls.pem';
const KEY_FILE = 'tls.key';

export interface ServingCertificate {
  readonly cert: string;
  readonly key: string;
  /** PEM of whoever signed it; null: the owner of the files knows. */
  readonly ca: string | null;
  /** Another one when there is another certificate. */
  readonly mark: string;
}

/** The certificate as it stands now. @throws AgentError `admission-certificate-unusable` */
export async function servingCertificate(
  settings: Pick<AdmissionSettings, 'certificate' | 'caFile' | 'service' | 'host'>,
  stateDir: string,
  now: Date,
): Promise<ServingCertificate> {
  try {
    if (settings.certificate !== null) return await fromFiles(settings.certificate, settings.caFile);
    return await ownCertificate(settings, stateDir, now);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    throw new AgentError('admission-certificate-unusable', `The certificate cannot be used (${reason}).`, {
      cause: error,
    });
  }
}

async function fromFiles(
  { certFile, keyFile }: { certFile: string; keyFile: string },
  caFile: string | null,
): Promise<ServingCertificate> {
  const [cert, key, ca, info] = await Promise.all([
    readFile(certFile, 'utf8'),
    readFile(keyFile, 'utf8'),
    caFile === null ? null : readFile(caFile, 'utf8'),
    stat(certFile),
  ]);
  // Of two files that are replaced one after the other, the pair that does not fit is not used.
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) throw new Error('the key is of another one');
  return { cert, key, ca, mark: `${info.mtimeMs} ${new X509Certificate(cert).fingerprint256}` };
}

async function ownCertificate(
  { service, host }: Pick<AdmissionSettings, 'service' | 'host'>,
  stateDir: string,
  now: Date,
): Promise<ServingCertificate> {
  const folder = join(stateDir, ADMISSION_FOLDER);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = namesOf(service, host);
  const ca = await readPair(folder, CA_FILE, CA_KEY_FILE);
  const authority = ca !== null && isLasting(ca.cert, now) ? ca : await makeAuthority(folder, now);
  const pair = await readPair(folder, CERT_FILE, KEY_FILE);
  const isFit =
    pair !== null &&
    isLasting(pair.cert, now) &&
    new X509Certificate(pair.cert).verify(new X509Certificate(authority.cert).publicKey) &&
    names.every((name) => new X509Certificate(pair.cert).checkHost(name) !== undefined);
  const serving = isFit ? pair : await makeServing(folder, authority, names, now);
  const { fingerprint256 } = new X509Certificate(serving.cert);
  return { ...serving, ca: authority.cert, mark: fingerprint256 };
}

/** What the API server calls it, and what tests on one machine do. */
function namesOf({ name, namespace }: AdmissionSettings['service'], host: string): string[] {
  const service = `${name}.${namespace}.svc`;
  return [
    service,
    `${service}.cluster.local`,
    `${name}.${namespace}`,
    ...(/[a-z]/i.test(host) && !host.includes(':') ? [host] : []),
    'localhost',
  ];
}

function isLasting(cert: string, now: Date): boolean {
  const { validFromDate, validToDate } = new X509Certificate(cert);
  return validFromDate <= now && validToDate.getTime() - now.getTime() > RENEW_MS;
}

async function readPair(folder: string, certFile: string, keyFile: string) {
  try {
    const [cert, key] = await Promise.all([
      readFile(join(folder, certFile), 'utf8'),
      readFile(join(folder, keyFile), 'utf8'),
    ]);
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) ? { cert, key } : null;
  } catch {
    // Missing, or damaged: made anew.
    return null;
  }
}

async function makeAuthority(folder: string, now: Date) {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial(),
      name: 'CN=Pharos admission control',
      notBefore: new Date(now.getTime() - DAY_MS),
      notAfter: new Date(now.getTime() + CA_DAYS * DAY_MS),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
      ],
    },
    crypto,
  );
  return keep(folder, [CA_FILE, CA_KEY_FILE], made, keys.privateKey);
}

async function makeServing(folder: string, authority: { cert: string; key: string }, names: string[], now: Date) {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const ca = new x509.X509Certificate(authority.cert);
  const pkcs8 = createPrivateKey(authority.key).export({ format: 'der', type: 'pkcs8' });
  const signingKey = await crypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
  const made = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serial(),
      subject: `CN=${names[0]!.slice(0, 64)}`,
      issuer: ca.subject,
      notBefore: new Date(now.getTime() - DAY_MS),
      notAfter: new Date(now.getTime() + SERVING_DAYS * DAY_MS),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          ...names.map((value) => ({ type: 'dns' as const, value })),
          { type: 'ip' as const, value: '127.0.0.1' },
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey, false, crypto),
      ],
    },
    crypto,
  );
  return keep(folder, [CERT_FILE, KEY_FILE], made, keys.privateKey);
}

/** Positive, 16 bytes (RFC 5280 §4.1.2.2). */
function serial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x01;
  return Buffer.from(bytes).toString('hex');
}

async function keep(folder: string, names: [string, string], made: x509.X509Certificate, privateKey: CryptoKey) {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
    format: 'pem',
    type: 'pkcs8',
  }) as string;
  const cert = `${made.toString('pem')}\n`;
  await writeWhole(join(folder, names[1]), [key]);
  await writeWhole(join(folder, names[0]), [cert]);
  return { cert, key };
}
