/** `pharos users`: people and robots, their roles, invitations and resets. */
import type { PasswordLink, User, UserGrant } from '@pharos/contract';
import { Command } from 'commander';
import {
  type ClientContext,
  type CommonOptions,
  clientAction,
  clientCommand,
  examples,
  listCommand,
  type Shell,
} from '../command.ts';
import { ago, minute } from '../format.ts';
import { GRANT_HELP, grantOption, grantWords } from '../grants.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findUser } from '../resolve.ts';

export function usersCommand(shell: Shell): Command {
  return new Command('users')
    .summary('people and robots: invite, give roles, disable, reset')
    .description('People and robots. A robot has no password; make tokens for it with "tokens create --robot".')
    .addCommand(list(shell))
    .addCommand(create(shell))
    .addCommand(roles(shell))
    .addCommand(reset(shell))
    .addCommand(disabling(shell, 'disable', true))
    .addCommand(disabling(shell, 'enable', false))
    .addCommand(remove(shell));
}

const COLUMNS: Column<User>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'KIND', cell: (row) => row.kind },
  { head: 'FROM', cell: (row) => row.origin },
  { head: 'STATE', cell: (row) => row.state },
  { head: 'ROLES', cell: (row) => grantWords(row.grants), max: 60 },
  { head: 'TEAMS', cell: (row) => row.teams.map((team) => team.name).join(', '), max: 40 },
  { head: 'LAST SIGN-IN', cell: (row) => ago(row.lastSignInAt) },
];

function list(shell: Shell): Command {
  const command = listCommand('list', 'list people and robots').option('-s, --search <TEXT>', 'part of the name');
  return examples(command, 'users list', 'users list --search ada --json').action(
    clientAction<ListOptions & { search?: string }>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listUsers', { query: { ...query, q: options.search } }));
      out.list(body, (row) => row.id, COLUMNS, 'No users.');
    }),
  );
}

interface CreateOptions extends CommonOptions {
  role?: UserGrant[];
  fullName?: string;
  robot?: boolean;
}

function create(shell: Shell): Command {
  const command = clientCommand('create', 'invite a person with a one-time link, or make a robot')
    .argument('<name>', 'name to sign in with')
    .option('--role <ROLE[@SCOPE]>', 'role (repeatable)', grantOption)
    .option('--full-name <NAME>', 'name for people to read')
    .option('--robot', 'a robot: no password, tokens only')
    .addHelpText('after', GRANT_HELP);
  return examples(command, 'users create ada --role admin', 'users create bot --robot --role viewer').action(
    clientAction<CreateOptions>(shell, async ({ client, out }, [name], options) => {
      const { role: grants, fullName: displayName, robot } = options;
      const made = await client('createUser', {
        body: { name: name!, grants, displayName, kind: robot ? 'robot' : 'person' },
      });
      if (out.json) return out.body(made);
      if (made.link) return showLink(out, made.user.name, made.link);
      out.one(made.user, made.user.id, () => out.line(`Made robot "${made.user.name}".`));
    }),
  );
}

/** The link alone on stdout, so that it can be piped to where it is needed. */
function showLink(out: ClientContext['out'], name: string, link: PasswordLink): void {
  out.line(link.url);
  out.note(`With this link ${name} chooses a password, once, until ${minute(link.expiresAt)}. It is not shown again.`);
}

function roles(shell: Shell): Command {
  const command = clientCommand('roles', 'replace the roles of a user')
    .argument('<user>', 'name or id')
    .option('--role <ROLE[@SCOPE]>', 'role (repeatable); none at all takes every role away', grantOption)
    .addHelpText('after', GRANT_HELP);
  return examples(command, 'users roles ada --role viewer --role curator@location:eu-west').action(
    clientAction<CommonOptions & { role?: UserGrant[] }>(shell, async ({ client, out }, [name], options) => {
      const { id } = await findUser(client, name!);
      const user = await client('updateUser', { params: { id }, body: { grants: options.role ?? [] } });
      out.one(user, user.id, () => out.line(`${user.name}: ${grantWords(user.grants) || 'no roles'}.`));
    }),
  );
}

function reset(shell: Shell): Command {
  const command = clientCommand('reset', 'make a one-time link to choose a new password').argument(
    '<user>',
    'name or id',
  );
  return examples(command, 'users reset ada').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const user = await findUser(client, name!);
      const link = await client('resetUser', { params: { id: user.id } });
      if (out.json) return out.body(link);
      showLink(out, user.name, link);
    }),
  );
}

function disabling(shell: Shell, verb: 'disable' | 'enable', disabled: boolean): Command {
  const what = disabled ? 'end sessions and tokens of a user, and let nobody in' : 'let a disabled user in again';
  return examples(clientCommand(verb, what).argument('<user>', 'name or id'), `users ${verb} ada`).action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const { id } = await findUser(client, name!);
      const user = await client('updateUser', { params: { id }, body: { disabled } });
      out.one(user, user.id, () => out.line(`${user.name} is ${user.state}.`));
    }),
  );
}

function remove(shell: Shell): Command {
  const command = clientCommand('remove', 'remove a user with sessions and tokens').argument('<user>', 'name or id');
  return examples(command, 'users remove ada').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const user = await findUser(client, name!);
      await client('deleteUser', { params: { id: user.id } });
      out.one({ id: user.id, removed: true }, user.id, () => out.line(`Removed "${user.name}".`));
    }),
  );
}
