/** `pharos tokens`: API tokens for programs and agents. */
import { Role, type Token } from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  durationSeconds,
  examples,
  listCommand,
  type Shell,
} from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { ago, minute } from '../format.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findToken, findUser } from '../resolve.ts';

export function tokensCommand(shell: Shell): Command {
  return new Command('tokens')
    .summary('create, rotate and revoke API tokens')
    .description('API tokens, for programs and for agents.')
    .addCommand(list(shell))
    .addCommand(create(shell))
    .addCommand(rotate(shell))
    .addCommand(revoke(shell));
}

const COLUMNS: Column<Token>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'ROLE', cell: (row) => row.role ?? 'as robot' },
  { head: 'SCOPES', cell: (row) => row.scopes.join(', '), max: 40 },
  { head: 'FOR', cell: (row) => row.owner?.name ?? null, max: 30 },
  { head: 'BEGINS', cell: (row) => `${row.prefix}…` },
  { head: 'CREATED', cell: (row) => ago(row.createdAt) },
  { head: 'BY', cell: (row) => row.createdBy, max: 30 },
  { head: 'EXPIRES', cell: (row) => ago(row.expiresAt) ?? 'never' },
  { head: 'LAST USED', cell: (row) => ago(row.lastUsedAt) ?? 'never' },
];

function list(shell: Shell): Command {
  return examples(listCommand('list', 'list tokens'), 'tokens list').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listTokens', { query }));
      out.list(body, (row) => row.id, COLUMNS, 'No tokens.');
    }),
  );
}

interface CreateOptions extends CommonOptions {
  role?: Role;
  robot?: string;
  scope?: string[];
  expires?: number;
}

function create(shell: Shell): Command {
  const command = clientCommand('create', 'create a token; it is printed on stdout, this once')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--role <ROLE>', 'what it may do (not needed with --robot)').choices(Role.options))
    .option('--robot <ROBOT>', 'the robot it is for; it may do what the robot may')
    .option('--scope <SCOPE>', 'bound it: location:ID, repositories:PATTERN, permission:NAME (repeatable)', collect)
    .option('--expires <DURATION>', 'e.g. 12h, 90d (default 30d, agents never)', durationSeconds);
  return examples(
    command,
    'tokens create ci --role viewer --expires 90d',
    'tokens create deploy --robot deploy-bot --scope location:eu-west',
    'tokens create eu-west --role agent > access-key.txt',
  ).action(
    clientAction<CreateOptions>(shell, async ({ client, out }, [name], options) => {
      const { role, robot, scope: scopes } = options;
      if (role === undefined && robot === undefined) {
        throw new CliError('usage', 'A token needs --role, or --robot.', `Roles are ${Role.options.join(', ')}.`, {
          exitCode: EXIT.usage,
        });
      }
      const robotId = robot === undefined ? undefined : (await findUser(client, robot)).id;
      const body = { name: name!, role, robotId, scopes, expiresAt: expiryOf(options.expires) };
      const created = await client('createToken', { body });
      if (out.json) return out.body(created);
      out.line(created.token);
      const until = minute(created.expiresAt) ?? 'revoked';
      out.note(`Token "${name}" (${role ?? `robot ${robot}`}), valid until ${until}. It is not shown again.`);
    }),
  );
}

function rotate(shell: Shell): Command {
  const command = clientCommand('rotate', 'give a token a new secret; it is printed on stdout, this once')
    .argument('<token>', 'name or id')
    .option('--grace <DURATION>', 'how long the old secret still works (default 1d, at most 7d)', durationSeconds)
    .option('--now', 'the old secret stops at once')
    .option('--expires <DURATION>', 'as for "create"', durationSeconds);
  return examples(command, 'tokens rotate ci', 'tokens rotate ci --now').action(
    clientAction<CommonOptions & { grace?: number; now?: boolean; expires?: number }>(
      shell,
      async ({ client, out }, [name], { grace, now, expires }) => {
        const token = await findToken(client, name!);
        const body = { graceSeconds: now ? 0 : grace, expiresAt: expiryOf(expires) };
        const rotated = await client('rotateToken', { params: { id: token.id }, body });
        if (out.json) return out.body(rotated);
        out.line(rotated.token);
        out.note(`The new secret of "${token.name}", valid until ${minute(rotated.expiresAt) ?? 'revoked'}.`);
      },
    ),
  );
}

function expiryOf(seconds: number | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(Date.now() + seconds * 1000).toISOString();
}

function revoke(shell: Shell): Command {
  const command = clientCommand('revoke', 'revoke a token, at once').argument('<token>', 'name or id');
  return examples(command, 'tokens revoke ci').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const token = await findToken(client, name!);
      await client('deleteToken', { params: { id: token.id } });
      out.one({ id: token.id, revoked: true }, token.id, () => out.line(`Revoked token "${token.name}".`));
    }),
  );
}
