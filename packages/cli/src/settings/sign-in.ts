/** How people sign in with what stands elsewhere: an identity provider, a directory. */
import { nothing, parseBoolean, parseGroupRoles, parseIssuer, type SettingSpecs, text } from './spec.ts';

export interface SignInSettings {
  /** The identity provider to sign in with; null: local accounts only. */
  oidcIssuer: string | null;
  oidcClientId: string | null;
  oidcClientSecret: string | null;
  /** Absolute. */
  oidcClientSecretFile: string | null;
  oidcScopes: string;
  oidcGroupsClaim: string;
  oidcRoles: string;
  oidcName: string;
  ldapUrl: string | null;
  ldapStartTls: boolean;
  ldapCaFile: string | null;
  ldapBindDn: string | null;
  ldapBindPassword: string | null;
  ldapBindPasswordFile: string | null;
  ldapUserBase: string | null;
  ldapUserFilter: string;
  ldapGroupBase: string | null;
  ldapRoles: string;
}

export const SIGN_IN_SETTINGS: SettingSpecs<SignInSettings> = {
  oidcIssuer: {
    key: 'oidc-issuer',
    env: ['PHAROS_OIDC_ISSUER'],
    default: nothing,
    parse: parseIssuer,
    help: 'OpenID Connect provider to sign in with, as it names itself',
  },
  oidcClientId: {
    key: 'oidc-client-id',
    env: ['PHAROS_OIDC_CLIENT_ID'],
    default: nothing,
    parse: text,
    help: 'client of Pharos at the provider',
  },
  oidcClientSecret: {
    key: 'oidc-client-secret',
    env: ['PHAROS_OIDC_CLIENT_SECRET'],
    secret: true,
    default: nothing,
    parse: text,
    help: 'its secret; none for a public client',
  },
  oidcClientSecretFile: {
    key: 'oidc-client-secret-file',
    env: ['PHAROS_OIDC_CLIENT_SECRET_FILE'],
    path: true,
    default: nothing,
    parse: text,
    help: 'file that holds the secret',
  },
  oidcScopes: {
    key: 'oidc-scopes',
    env: ['PHAROS_OIDC_SCOPES'],
    default: () => 'openid profile email groups',
    parse: text,
    help: 'scopes to ask for',
  },
  oidcGroupsClaim: {
    key: 'oidc-groups-claim',
    env: ['PHAROS_OIDC_GROUPS_CLAIM'],
    default: () => 'groups',
    parse: text,
    help: 'claim that lists the groups',
  },
  oidcRoles: {
    key: 'oidc-roles',
    env: ['PHAROS_OIDC_ROLES'],
    default: () => '',
    parse: parseGroupRoles,
    help: 'roles by group, e.g. "platform=admin; dba=curator location:eu-west"',
  },
  oidcName: {
    key: 'oidc-name',
    env: ['PHAROS_OIDC_NAME'],
    default: () => 'single sign-on',
    parse: text,
    help: 'name of the provider on the sign-in page',
  },
  ldapUrl: {
    key: 'ldap-url',
    env: ['PHAROS_LDAP_URL'],
    default: nothing,
    parse: text,
    help: 'directory to sign in with, e.g. ldaps://ldap.example.com',
  },
  ldapStartTls: {
    key: 'ldap-start-tls',
    env: ['PHAROS_LDAP_START_TLS'],
    default: () => false,
    parse: parseBoolean,
    help: 'StartTLS on an ldap:// address',
  },
  ldapCaFile: {
    key: 'ldap-ca-file',
    env: ['PHAROS_LDAP_CA_FILE'],
    path: true,
    default: nothing,
    parse: text,
    help: 'CA of the directory, PEM',
  },
  ldapBindDn: {
    key: 'ldap-bind-dn',
    env: ['PHAROS_LDAP_BIND_DN'],
    default: nothing,
    parse: text,
    help: 'account that searches; none for an anonymous search',
  },
  ldapBindPassword: {
    key: 'ldap-bind-password',
    env: ['PHAROS_LDAP_BIND_PASSWORD'],
    secret: true,
    default: nothing,
    parse: text,
    help: 'its password',
  },
  ldapBindPasswordFile: {
    key: 'ldap-bind-password-file',
    env: ['PHAROS_LDAP_BIND_PASSWORD_FILE'],
    path: true,
    default: nothing,
    parse: text,
    help: 'file that holds its password',
  },
  ldapUserBase: {
    key: 'ldap-user-base',
    env: ['PHAROS_LDAP_USER_BASE'],
    default: nothing,
    parse: text,
    help: 'where accounts are, e.g. ou=people,dc=example,dc=com',
  },
  ldapUserFilter: {
    key: 'ldap-user-filter',
    env: ['PHAROS_LDAP_USER_FILTER'],
    default: () => '(&(objectClass=person)(uid={username}))',
    parse: text,
    help: 'which account a name is; {username} is the name',
  },
  ldapGroupBase: {
    key: 'ldap-group-base',
    env: ['PHAROS_LDAP_GROUP_BASE'],
    default: nothing,
    parse: text,
    help: 'where groups are; default: what memberOf of the account says',
  },
  ldapRoles: {
    key: 'ldap-roles',
    env: ['PHAROS_LDAP_ROLES'],
    default: () => '',
    parse: parseGroupRoles,
    help: 'roles by group, as oidc-roles; a group by its DN or its name',
  },
};
