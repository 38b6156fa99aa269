/**
 * Sign-in with a directory: LDAP (RFC 4511). The account is searched for with a bind of Pharos' own, then bound with the
 * password that was typed. Pharos stores no password of the directory.
 */

import { randomBytes } from 'node:crypto';
import type { ExternalIdentity } from '@pharos/store';
import type { FastifyBaseLogger } from 'fastify';
import { Client, type Entry, EqualityFilter, InvalidCredentialsError } from 'ldapts';
import { ServerError } from '../errors.ts';
import { ProblemError } from '../problem.ts';
import type { GroupRole } from './oidc.ts';
import { LOOPBACK_NAMES } from './origin.ts';

const TIMEOUT_MS = 10_000;
const MAX_GROUPS = 1000;
const PLACEHOLDER = '{username}';

/** The configuration of a directory. */
export interface LdapSettings {
  /** `ldaps://host[:port]`, or `ldap://host` with StartTLS; without TLS on loopback only. */
  readonly url: string;
  readonly startTls: boolean;
  /** PEM, in place of the CAs that Node knows. */
  readonly ca: string | null;
  /** null: an anonymous search. */
  readonly bindDn: string | null;
  readonly bindPassword: string | null;
  readonly userBase: string;
  /** With `{username}` where the name goes, escaped (RFC 4515). */
  readonly userFilter: string;
  /** null: groups are what `memberOf` of the account says. */
  readonly groupBase: string | null;
  readonly roles: readonly GroupRole[];
}

export interface Ldap {
  /** Who it is; null: unknown, or another password. Throws `identity-provider-unavailable`. */
  signIn(username: string, password: string): Promise<ExternalIdentity | null>;
}

/** @throws ServerError `identity-provider-invalid` for an address without TLS that is not on loopback, or a filter without the name */
export function createLdap(settings: LdapSettings, { log }: { log: FastifyBaseLogger }): Ldap {
  const url = readUrl(settings);
  if (!settings.userFilter.includes(PLACEHOLDER)) {
    throw new ServerError(
      'identity-provider-invalid',
      'The filter of the directory does not hold {username}.',
      'Write ldap-user-filter such as (&(objectClass=person)(uid={username})).',
    );
  }
  const tlsOptions = settings.ca === null ? {} : { ca: settings.ca };

  async function connected<T>(use: (client: Client) => Promise<T>): Promise<T> {
    const secure = url.protocol === 'ldaps:' ? { tlsOptions } : {};
    const client = new Client({
      url: url.href,
      timeout: TIMEOUT_MS,
      connectTimeout: TIMEOUT_MS,
      strictDN: true,
      ...secure,
    });
    try {
      if (settings.startTls) await client.startTLS({ ...tlsOptions, host: url.hostname, servername: url.hostname });
      return await use(client);
    } finally {
      await client.unbind().catch(() => {});
    }
  }

  /** A connection of its own: what was bound as a user must not search. */
  async function isPassword(dn: string, password: string): Promise<boolean> {
    try {
      await connected((client) => client.bind(dn, password));
      return true;
    } catch (error) {
      if (error instanceof InvalidCredentialsError) return false;
      throw error;
    }
  }

  async function find(username: string): Promise<{ entry: Entry; groups: string[] } | null> {
    return connected(async (client) => {
      if (settings.bindDn !== null) await client.bind(settings.bindDn, settings.bindPassword ?? '');
      const filter = settings.userFilter.replaceAll(PLACEHOLDER, escaped(username));
      const attributes = ['uid', 'sAMAccountName', 'cn', 'displayName', 'mail', 'memberOf', 'entryUUID', 'objectGUID'];
      const { searchEntries } = await client.search(settings.userBase, {
        scope: 'sub',
        filter,
        attributes,
        explicitBufferAttributes: ['objectGUID'],
        sizeLimit: 2,
        timeLimit: TIMEOUT_MS / 1000,
      });
      const [entry, second] = searchEntries;
      if (entry === undefined || second !== undefined) return null;
      return { entry, groups: await groupsOf(client, entry) };
    });
  }

  async function groupsOf(client: Client, entry: Entry): Promise<string[]> {
    if (settings.groupBase === null) return texts(entry.memberOf).slice(0, MAX_GROUPS);
    const found = await client.search(settings.groupBase, {
      scope: 'sub',
      filter: new EqualityFilter({ attribute: 'member', value: entry.dn }),
      attributes: ['cn'],
      sizeLimit: MAX_GROUPS,
    });
    return found.searchEntries.map(({ dn }) => dn);
  }

  return {
    async signIn(username, password) {
      // A bind without a password is an anonymous one, which a directory takes for a success (RFC 4513 §5.1.2).
      if (password === '' || username === '') return null;
      try {
        const found = await find(username);
        // An unknown name costs a bind too, so that the time does not tell; the typed password goes nowhere.
        const dn = found?.entry.dn ?? `cn=${randomBytes(8).toString('hex')},${settings.userBase}`;
        const isRight = await isPassword(dn, found === null ? randomBytes(16).toString('hex') : password);
        return found !== null && isRight ? identityOf(settings, url, found.entry, found.groups) : null;
      } catch (error) {
        log.warn(
          { reason: error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 300) : '' },
          'sign-in by LDAP failed',
        );
        throw new ProblemError('identity-provider-unavailable', 'The directory does not answer as it should.');
      }
    },
  };
}

function identityOf(settings: LdapSettings, url: URL, entry: Entry, groups: readonly string[]): ExternalIdentity {
  const held = new Set(groups.flatMap((dn) => [dn.toLowerCase(), firstName(dn).toLowerCase()]));
  const grants = settings.roles
    .filter(({ group }) => held.has(group.toLowerCase()))
    .map(({ role, scope }) => ({ role, scope }));
  const guid = entry.objectGUID;
  const subject = Buffer.isBuffer(guid) ? guid.toString('hex') : (texts(entry.entryUUID)[0] ?? entry.dn);
  const name = [...texts(entry.uid), ...texts(entry.sAMAccountName), ...texts(entry.mail), ...texts(entry.cn)][0];
  const displayName = [...texts(entry.displayName), ...texts(entry.cn)][0] ?? '';
  return {
    issuer: `${url.protocol}//${url.host}`,
    subject,
    name: (name ?? entry.dn).slice(0, 200),
    displayName: displayName.slice(0, 200),
    grants,
    groups: [...groups],
  };
}

/** `cn=admins,ou=groups,…` is known as `admins` too. */
function firstName(dn: string): string {
  return /^[^=,]+=((?:[^,\\]|\\.)*)/.exec(dn)?.[1] ?? dn;
}

function texts(value: Entry[string] | undefined): string[] {
  const values = value === undefined ? [] : Array.isArray(value) ? value : [value];
  return values.filter((each): each is string => typeof each === 'string' && each !== '');
}

/** RFC 4515 §3: what means something in a filter, as bytes. */
function escaped(text: string): string {
  return text.replace(/[\\*()\0]/g, (character) => `\\${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function readUrl({ url: text, startTls }: LdapSettings): URL {
  const url = URL.parse(text);
  const isLoopback = url !== null && LOOPBACK_NAMES.has(url.hostname);
  const isSafe = url?.protocol === 'ldaps:' || (url?.protocol === 'ldap:' && (startTls || isLoopback));
  if (url !== null && isSafe && url.username === '' && url.password === '') return url;
  throw new ServerError(
    'identity-provider-invalid',
    'The address of the directory is not one with TLS.',
    'Write ldaps://host[:port], or ldap://host with ldap-start-tls.',
  );
}
