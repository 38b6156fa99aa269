import { ProblemError } from './problem.ts';

/** A registry's address in the one form that is stored and compared. */
export interface RegistryAddress {
  /** host[:port][/prefix]; the scheme's own port is left out. */
  readonly url: string;
  /** scheme://host[:port] as `URL.origin` writes it: what a credential is bound to. */
  readonly origin: string;
}

const FILES = /^oci-layout:/i;
const HOST = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/;
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PREFIX = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);

/**
 * Reads an address as people paste it: `host`, `host:port`, `https://host/prefix/`. A pasted `/v2/` is the API, no prefix.
 * @throws ProblemError `invalid-input`, with the field and what to write instead
 */
export function normaliseAddress(text: string, plainHttp: boolean): RegistryAddress {
  const trimmed = text.trim();
  if (FILES.test(trimmed)) throw refuseFiles('url');
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw refuse('begins with something other than https://', 'Write host[:port][/prefix].');
  }
  if (scheme === 'http' && !plainHttp) {
    throw refuse(
      'begins with http://, which sends passwords unprotected',
      'Write https://, or switch on plain HTTP if an unprotected connection is intended.',
    );
  }
  if (scheme === 'https' && plainHttp) {
    throw refuse('begins with https:// while plain HTTP is switched on', 'Switch plain HTTP off, or write http://.');
  }
  const rest = scheme === undefined ? trimmed : trimmed.slice(scheme.length + 3);
  if (rest.includes('@')) throw refuse('holds a user name', 'Put user name and password into the sign-in.');
  if (/[?#]/.test(rest)) throw refuse('holds a query or a fragment', 'Write host[:port][/prefix].');
  const slash = rest.indexOf('/');
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '' : rest.slice(slash).replace(/^\/+|\/+$/g, '');
  const parsed = HOST.test(authority) ? URL.parse(`${plainHttp ? 'http' : 'https'}://${authority}`) : null;
  if (parsed === null || parsed.port === '0')
    throw refuse('does not begin with a host name', 'Write host[:port][/prefix].');
  const prefix = path === 'v1' || path === 'v2' ? '' : path;
  if (prefix !== '' && (prefix.length > 255 || !PREFIX.test(prefix))) {
    throw refuse('goes on with something that no repository name begins with', 'Write lower-case names joined by "/".');
  }
  return { url: prefix === '' ? parsed.host : `${parsed.host}/${prefix}`, origin: parsed.origin };
}

/**
 * Files are read by the agent that stands beside them and by the word of its operator alone: with an address from here,
 * whoever may change a registry could look into the disks of every location.
 */
export function refuseFiles(path: 'url' | 'provider'): ProblemError {
  const message = 'An OCI layout (files) can only be named in the file of the agent that reads it.';
  const hint = 'Put url: oci-layout:/path into beacon_agent.yaml of that agent.';
  return new ProblemError('invalid-input', message, { hint, errors: [{ path, message }] });
}

function refuse(why: string, hint: string): ProblemError {
  const message = `The address of the registry ${why}.`;
  return new ProblemError('invalid-input', message, { hint, errors: [{ path: 'url', message }] });
}
