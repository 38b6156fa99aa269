/**
 * Notary Project signatures in JWS form (notaryproject/specifications: signature-envelope-jws.md, signature-specification.md,
 * trust-store-trust-policy.md): an X.509 chain to a configured root signs the descriptor of the image.
 */
import { constants, type KeyObject, verify, type X509Certificate } from 'node:crypto';
import { chainOf, verifyChain } from './chain.ts';
import { fromBase64Url, jsonObject, object, textOf } from './encoding.ts';
import { distinguishedName, type X509Trust } from './trust.ts';
import { type EvidenceBytes, NoPass, type Verdict, verified } from './verdict.ts';

export const JWS = 'application/jose+json';
export const COSE = 'application/cose';
const PAYLOAD = 'application/vnd.cncf.notary.payload.v1+json';
const SCHEME = 'io.cncf.notary.signingScheme';
const EXPIRY = 'io.cncf.notary.expiry';
const SIGNING_TIME = 'io.cncf.notary.signingTime';
const AUTHENTIC_TIME = 'io.cncf.notary.authenticSigningTime';
/** What may be named critical, because it is looked at here. */
const UNDERSTOOD = new Set([SCHEME, EXPIRY, AUTHENTIC_TIME]);

export function notationByRoot(evidence: EvidenceBytes, payload: Uint8Array, trust: X509Trust, at: Date): Verdict {
  const envelope = jsonObject(payload, 'The signature envelope');
  const header = jsonObject(
    fromBase64Url(textOf(envelope, 'protected'), 'The protected header'),
    'The protected header',
  );
  checkHeader(header);
  const expiry = timeOf(header, EXPIRY);
  if (expiry !== null && expiry <= at) throw new NoPass(`The signature expired on ${expiry.toISOString()}.`);
  const chain = chainOf(object(envelope.header, 'The unprotected header').x5c);
  const leaf = chain[0]!;
  checkSignature(envelope, textOf(header, 'alg') ?? '', leaf);
  const validUntil = verifyChain(chain, trust.roots, at);
  const signer = distinguishedName(leaf.subject).slice(0, 500);
  if (trust.identities.length > 0 && !trust.identities.some(({ subject }) => subject.test(signer))) {
    throw new NoPass(`The signature is valid and was made by ${signer}, whom this entry does not name.`);
  }
  compareTarget(fromBase64Url(textOf(envelope, 'payload'), 'The signed payload'), evidence.subject);
  return verified(`${signer} signed the digest of this image.`, {
    signer,
    validUntil: expiry !== null && expiry < validUntil ? expiry : validUntil,
  });
}

function checkHeader(header: Readonly<Record<string, unknown>>): void {
  if (textOf(header, 'cty') !== PAYLOAD) throw new NoPass('What was signed is no payload of the Notary Project.');
  const critical = Array.isArray(header.crit) ? (header.crit as unknown[]) : [];
  if (!critical.includes(SCHEME)) throw new NoPass('The signature does not protect its signing scheme.');
  const unknown = critical.find((name) => !UNDERSTOOD.has(name as string));
  if (unknown !== undefined) {
    throw new NoPass('The signature demands that something is checked which is not known here.', 'unsupported');
  }
  if (header[EXPIRY] !== undefined && !critical.includes(EXPIRY)) {
    throw new NoPass('The signature does not protect its expiry.');
  }
  const scheme = textOf(header, SCHEME);
  if (scheme === 'notary.x509.signingAuthority') {
    throw new NoPass(
      'Signatures of signing authorities (notary.x509.signingAuthority) cannot be verified here.',
      'unsupported',
    );
  }
  if (scheme !== 'notary.x509') throw new NoPass('The signing scheme is not known here.', 'unsupported');
  if (timeOf(header, SIGNING_TIME) === null) throw new NoPass('The signature does not say when it was made.');
}

function timeOf(header: Readonly<Record<string, unknown>>, name: string): Date | null {
  if (!Object.hasOwn(header, name)) return null;
  const time = new Date(textOf(header, name) ?? Number.NaN);
  if (Number.isNaN(time.getTime())) throw new NoPass('A time in the signature cannot be read.');
  return time;
}

/** Signature algorithms by key, as the specification fixes them: another pairing is refused, whatever the header says. */
function algorithmOf(key: KeyObject): { name: string; hash: string } | null {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    if (modulusLength === 2048) return { name: 'PS256', hash: 'sha256' };
    if (modulusLength === 3072) return { name: 'PS384', hash: 'sha384' };
    if (modulusLength === 4096) return { name: 'PS512', hash: 'sha512' };
  }
  if (key.asymmetricKeyType === 'ec') {
    if (namedCurve === 'prime256v1') return { name: 'ES256', hash: 'sha256' };
    if (namedCurve === 'secp384r1') return { name: 'ES384', hash: 'sha384' };
    if (namedCurve === 'secp521r1') return { name: 'ES512', hash: 'sha512' };
  }
  return null;
}

function checkSignature(envelope: Readonly<Record<string, unknown>>, alg: string, leaf: X509Certificate): void {
  const key = leaf.publicKey;
  const algorithm = algorithmOf(key);
  if (algorithm === null) throw new NoPass('The key in the certificate is of a kind that is not allowed for signing.');
  if (algorithm.name !== alg)
    throw new NoPass('The signature names another algorithm than the key of its certificate has.');
  const signed = Buffer.from(`${textOf(envelope, 'protected')}.${textOf(envelope, 'payload')}`, 'ascii');
  const signature = fromBase64Url(textOf(envelope, 'signature'), 'The signature');
  const options = alg.startsWith('PS')
    ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key, dsaEncoding: 'ieee-p1363' as const };
  let isGood = false;
  try {
    isGood = verify(algorithm.hash, signed, options, signature);
  } catch {
    // A signature of a wrong length is a wrong signature.
  }
  if (!isGood) throw new NoPass('The signature does not fit what is signed: one of them was changed.');
}

function compareTarget(payload: Uint8Array, subject: string): void {
  const target = object(jsonObject(payload, 'The signed payload').targetArtifact, 'targetArtifact of the payload');
  if (textOf(target, 'digest') !== subject) {
    throw new NoPass('The signature is one of another image: the digest that was signed is not this one.');
  }
}
