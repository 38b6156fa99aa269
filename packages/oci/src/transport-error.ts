import { ADDRESS_REFUSED } from './egress.ts';
import { RegistryError, type RegistryErrorCode } from './errors.ts';

const CODES: Readonly<Record<string, RegistryErrorCode>> = {
  [ADDRESS_REFUSED]: 'address-refused',
  ENOTFOUND: 'dns-failed',
  EAI_AGAIN: 'dns-failed',
  EAI_FAIL: 'dns-failed',
  EAI_NODATA: 'dns-failed',
  ENODATA: 'dns-failed',
  ECONNREFUSED: 'connection-refused',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  CERT_SIGNATURE_FAILURE: 'tls-untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name-mismatch',
  HOSTNAME_MISMATCH: 'tls-name-mismatch',
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls-expected-plain-http',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'tls-expected-plain-http',
  ERR_SSL_HTTP_REQUEST: 'tls-expected-plain-http',
  UND_ERR_HEADERS_OVERFLOW: 'response-invalid',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'response-invalid',
  UND_ERR_RESPONSE: 'response-invalid',
};

const UNPARSABLE = 'HTTP_PARSER_ERROR';

/** Where a request stood when it failed. */
export interface Failed {
  origin: string;
  path: string;
  /** Whether the headers of the answer had arrived. */
  answered: boolean;
}

/**
 * Turns what a socket, TLS or the HTTP parser throws into a sentence with a next step. Text of the other side is
 * never taken over, only the error's own code.
 */
export function transportError(error: unknown, failed: Failed): RegistryError {
  if (error instanceof RegistryError) return error;
  const raw = codeOf(error);
  const host = new URL(failed.origin).host;
  const code = classify(raw, error, failed);
  // Many TLS servers just hang up when they are spoken to in plain text.
  const mayBeTls = code === 'registry-unreachable' && failed.origin.startsWith('http:');
  return new RegistryError({
    code,
    message: sentence(code, raw, host, failed),
    hint: mayBeTls
      ? 'If the registry speaks TLS, turn tls.plain_http off. Otherwise check network, firewall and proxy.'
      : undefined,
    url: failed.origin + failed.path,
    evidence: raw,
  });
}

function classify(raw: string, error: unknown, failed: Failed): RegistryErrorCode {
  const plain = failed.origin.startsWith('http:');
  if (raw === UNPARSABLE) return plain && speaksTls(error) ? 'plain-http-expected-tls' : 'response-invalid';
  const known = CODES[raw];
  if (known !== undefined) return known;
  if (/^(?:ERR_SSL_|ERR_TLS_|CERT_|CRL_|EPROTO|INVALID_|PATH_LENGTH)/.test(raw)) return 'tls-failed';
  return failed.answered ? 'response-invalid' : 'registry-unreachable';
}

function sentence(code: RegistryErrorCode, raw: string, host: string, failed: Failed): string {
  switch (code) {
    case 'address-refused':
      return `The name of ${host} leads to an address that this client does not dial.`;
    case 'dns-failed':
      return `The name of ${host} could not be resolved.`;
    case 'connection-refused':
      return `Nothing accepts connections at ${host}.`;
    case 'timeout':
      return `${host} did not ${raw === 'UND_ERR_HEADERS_TIMEOUT' ? 'answer' : failed.answered ? 'finish its answer' : 'accept the connection'} in time.`;
    case 'aborted':
      return 'The work was cancelled.';
    case 'tls-untrusted':
      return `The certificate of ${host} is signed by an authority that is not trusted here.`;
    case 'tls-name-mismatch':
      return `The certificate of ${host} was issued for another name.`;
    case 'tls-expired':
      return `The certificate of ${host} has expired or is not valid yet.`;
    case 'tls-failed':
      return `No TLS connection to ${host} came about.`;
    case 'tls-expected-plain-http':
      return `${host} does not speak TLS, but unprotected http.`;
    case 'plain-http-expected-tls':
      return `${host} speaks TLS, but was asked over unprotected http.`;
    case 'response-invalid':
      return failed.answered ? `${host} broke off in the middle of its answer.` : `What ${host} answered is not HTTP.`;
    default:
      return `${host} could not be reached, or closed the connection without an answer.`;
  }
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  // Its code depends on the version of undici, and is often missing.
  if (name === 'HTTPParserError') return UNPARSABLE;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : 'UNKNOWN';
}

/** A TLS alert record begins with 0x15 0x03; the parser keeps what it could not read. */
function speaksTls(error: unknown): boolean {
  const data = (error as { data?: unknown }).data;
  return typeof data === 'string' && data.startsWith('\u0015\u0003');
}
