/** `pharos teams`: roles that several people hold together. */
import type { Team, UserGrant } from '@pharos/contract';
import { Command } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  listCommand,
  type Shell,
} from '../command.ts';
import { GRANT_HELP, grantOption, grantWords } from '../grants.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findTeam, findUser } from '../resolve.ts';

export function teamsCommand(shell: Shell): Command {
  return new Command('teams')
    .summary('teams: roles that several people hold together')
    .description('Teams. Their roles are added to those of each member.')
    .addCommand(list(shell))
    .addCommand(writing(shell, 'create'))
    .addCommand(writing(shell, 'update'))
    .addCommand(remove(shell));
}

const COLUMNS: Column<Team>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'ROLES', cell: (row) => grantWords(row.grants), max: 60 },
  { head: 'MEMBERS', cell: (row) => row.members.map((member) => member.name).join(', '), max: 60 },
  { head: 'GROUPS', cell: (row) => row.groups.join(', '), max: 40 },
];

function list(shell: Shell): Command {
  return examples(listCommand('list', 'list teams'), 'teams list').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listTeams', { query }));
      out.list(body, (row) => row.id, COLUMNS, 'No teams.');
    }),
  );
}

interface WriteOptions extends CommonOptions {
  role?: UserGrant[];
  member?: string[];
  group?: string[];
  description?: string;
}

function writing(shell: Shell, verb: 'create' | 'update'): Command {
  const isNew = verb === 'create';
  const command = clientCommand(verb, isNew ? 'add a team' : 'change a team; what is given replaces what was there')
    .argument('<team>', isNew ? 'name' : 'name or id')
    .option('--role <ROLE[@SCOPE]>', 'role of the members (repeatable)', grantOption)
    .option('--member <USER>', 'name or id (repeatable)', collect)
    .option('--group <GROUP>', 'group of the identity provider (repeatable)', collect)
    .option('--description <TEXT>', 'what the team is for')
    .addHelpText('after', GRANT_HELP);
  return examples(command, `teams ${verb} dba --role curator@location:eu-west --member ada --member bob`).action(
    clientAction<WriteOptions>(shell, async ({ client, out }, [name], options) => {
      const { role: grants, group: groups, description } = options;
      const members =
        options.member && (await Promise.all(options.member.map(async (each) => (await findUser(client, each)).id)));
      const body = { grants, groups, description, members };
      const team = isNew
        ? await client('createTeam', { body: { ...body, name: name! } })
        : await client('updateTeam', { params: { id: (await findTeam(client, name!)).id }, body });
      out.one(team, team.id, () =>
        out.line(`${team.name}: ${grantWords(team.grants) || 'no roles'}, ${team.members.length} members.`),
      );
    }),
  );
}

function remove(shell: Shell): Command {
  const command = clientCommand('remove', 'remove a team; its members stay').argument('<team>', 'name or id');
  return examples(command, 'teams remove dba').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const team = await findTeam(client, name!);
      await client('deleteTeam', { params: { id: team.id } });
      out.one({ id: team.id, removed: true }, team.id, () => out.line(`Removed team "${team.name}".`));
    }),
  );
}
