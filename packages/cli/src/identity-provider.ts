/** What Pharos talks to, out of the settings: the identity provider, the directory, the mail server. */
import { readFileSync } from 'node:fs';
import { UserGrant } from '@pharos/contract';
import type { LdapSettings, MailOptions, OidcSettings } from '@pharos/server';
import { CliError } from './failure.ts';
import type { Settings } from './settings.ts';

/** `group=role` or `group=role scope`, with `;` between: which group gives what. Throws an Error that says what is wrong. */
export function groupRolesOf(text: string): OidcSettings['roles'] {
  const entries = text
    .split(/[;\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  return entries.map((entry) => {
    // A group may hold "=" (LDAP names do), a role and a scope do not begin with it.
    const [, group, role, scope] = /^(.+)=([a-z]+)(?:\s+(\S+))?$/.exec(entry) ?? [];
    const grant = UserGrant.safeParse({ role, ...(scope === undefined ? {} : { scope }) });
    if (group === undefined || !grant.success) {
      throw new Error(`must be written as "group=role" or "group=role scope", which "${entry.slice(0, 80)}" is not`);
    }
    return { group: group.trim(), ...grant.data };
  });
}

/**
 * What the server signs in with; undefined: nothing is configured.
 *
 * @throws CliError `setting-invalid` for half a configuration, or a secret that cannot be read
 */
export function identityProvider(settings: Settings): OidcSettings | undefined {
  const { oidcIssuer: issuer, oidcClientId: clientId } = settings;
  if (issuer === null && clientId === null) return undefined;
  if (issuer === null || clientId === null) {
    throw new CliError(
      'setting-invalid',
      `${issuer === null ? 'oidc-issuer' : 'oidc-client-id'} is missing.`,
      'Sign-in with an identity provider needs oidc-issuer and oidc-client-id.',
    );
  }
  return {
    issuer,
    clientId,
    clientSecret: settings.oidcClientSecret ?? secretFrom('oidc-client-secret-file', settings.oidcClientSecretFile),
    scopes: settings.oidcScopes.split(/[\s,]+/).filter((scope) => scope !== ''),
    groupsClaim: settings.oidcGroupsClaim,
    roles: groupRolesOf(settings.oidcRoles),
    name: settings.oidcName,
  };
}

/**
 * The directory that the server signs in with; undefined: none is configured.
 *
 * @throws CliError `setting-invalid` for half a configuration, or a file that cannot be read
 */
export function directory(settings: Settings): LdapSettings | undefined {
  const { ldapUrl: url, ldapUserBase: userBase } = settings;
  if (url === null && userBase === null) return undefined;
  if (url === null || userBase === null) {
    throw new CliError(
      'setting-invalid',
      `${url === null ? 'ldap-url' : 'ldap-user-base'} is missing.`,
      'Sign-in with a directory needs ldap-url and ldap-user-base.',
    );
  }
  return {
    url,
    userBase,
    startTls: settings.ldapStartTls,
    ca: secretFrom('ldap-ca-file', settings.ldapCaFile),
    bindDn: settings.ldapBindDn,
    bindPassword: settings.ldapBindPassword ?? secretFrom('ldap-bind-password-file', settings.ldapBindPasswordFile),
    userFilter: settings.ldapUserFilter,
    groupBase: settings.ldapGroupBase,
    roles: groupRolesOf(settings.ldapRoles),
  };
}

/**
 * The mail server that webhooks to mailto: go through; undefined: none is configured.
 *
 * @throws CliError `setting-invalid` for half a configuration, or a file that cannot be read
 */
export function mailServer(settings: Settings): MailOptions | undefined {
  const { smtpUrl: url, smtpFrom: from } = settings;
  if (url === null && from === null) return undefined;
  if (url === null || from === null) {
    throw new CliError(
      'setting-invalid',
      `${url === null ? 'smtp-url' : 'smtp-from'} is missing.`,
      'E-mail needs smtp-url and smtp-from.',
    );
  }
  return { url, from, ca: secretFrom('smtp-ca-file', settings.smtpCaFile) };
}

/** What a file of the settings holds; null: none is named. @throws CliError `setting-invalid` */
export function secretFrom(name: string, path: string | null): string | null {
  if (path === null) return null;
  try {
    const secret = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (secret !== '') return secret;
  } catch {
    // The same answer as for an empty file.
  }
  throw new CliError('setting-invalid', `${name}: ${path} holds nothing.`, 'Name a file that can be read.');
}
