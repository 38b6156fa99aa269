import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { required } from './available.ts';
import { freePort, startChild } from './child.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A running OpenLDAP server with people and groups of a test. */
export type Directory = {
  /** `ldap://127.0.0.1:PORT`, without TLS. */
  url: string;
  /** May search. */
  bindDn: string;
  bindPassword: string;
  userBase: string;
  groupBase: string;
  stop(): Promise<void>;
};

export type DirectoryPerson = { uid: string; cn: string; password: string; groups: readonly string[] };

const BASE = 'dc=example,dc=com';
const PASSWORD = 'password of the searching account';

/** Starts slapd on loopback. Throws `part-missing`, or what slapd says. */
export async function startDirectory(people: readonly DirectoryPerson[]): Promise<Directory> {
  const program = required('slapd');
  const folder = temporaryDirectory('slapd');
  const at = (name: string) => join(folder.path, name);
  mkdirSync(at('data'));
  const schemas = ['core', 'cosine', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`);
  writeFileSync(
    at('slapd.conf'),
    [
      ...schemas,
      'modulepath /usr/lib/ldap',
      'moduleload back_mdb',
      'database mdb',
      `suffix "${BASE}"`,
      `rootdn "cn=reader,${BASE}"`,
      `rootpw "${PASSWORD}"`,
      `directory ${at('data')}`,
      'access to attrs=userPassword by anonymous auth by * none',
      'access to * by users read by * none',
      '',
    ].join('\n'),
    { mode: 0o600 },
  );
  writeFileSync(at('data.ldif'), ldif(people));
  await promisify(execFile)(program, ['-T', 'add', '-f', at('slapd.conf'), '-l', at('data.ldif')]);
  const port = await freePort();
  const url = `ldap://127.0.0.1:${port}`;
  const server = await startChild(program, ['-f', at('slapd.conf'), '-h', url, '-d', '0'], {
    name: 'slapd',
    cwd: folder.path,
    ready: async () => {
      const { connect } = await import('node:net');
      return new Promise((resolve) => {
        const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
        socket.once('connect', () => socket.destroy());
      });
    },
  });
  return {
    url,
    bindDn: `cn=reader,${BASE}`,
    bindPassword: PASSWORD,
    userBase: `ou=people,${BASE}`,
    groupBase: `ou=groups,${BASE}`,
    stop: async () => {
      await server.stop();
      folder.remove();
    },
  };
}

function ldif(people: readonly DirectoryPerson[]): string {
  const groups = [...new Set(people.flatMap((person) => person.groups))];
  const dn = (uid: string) => `uid=${uid},ou=people,${BASE}`;
  const entries = [
    [`dn: ${BASE}`, 'objectClass: dcObject', 'objectClass: organization', 'o: example'],
    ...['people', 'groups'].map((ou) => [`dn: ou=${ou},${BASE}`, 'objectClass: organizationalUnit']),
    ...people.map(({ uid, cn, password }) => [
      `dn: ${dn(uid)}`,
      'objectClass: inetOrgPerson',
      `cn: ${cn}`,
      `sn: ${cn}`,
      `userPassword: ${password}`,
    ]),
    ...groups.map((group) => [
      `dn: cn=${group},ou=groups,${BASE}`,
      'objectClass: groupOfNames',
      ...people.filter((person) => person.groups.includes(group)).map(({ uid }) => `member: ${dn(uid)}`),
    ]),
  ];
  return entries.map((lines) => `${lines.join('\n')}\n`).join('\n');
}
