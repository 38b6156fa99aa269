/** `pharos tokens`: API tokens for programs and agents. */
import { Role, type Token } from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  durationSeconds,
  examples,
  listCommand,
  type Shell,
} from '../command.ts';
import { ago, minute } from '../format.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findToken } from '../resolve.ts';

export function tokensCommand(shell: Shell): Command {
  return new Command('tokens')
    .summary('create and revoke API tokens')
    .description('API tokens, for programs and for agents.')
    .addCommand(list(shell))
    .addCommand(create(shell))
    .addCommand(revoke(shell));
}

const COLUMNS: Column<Token>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'ROLE', cell: (row) => row.role },
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

function create(shell: Shell): Command {
  const command = clientCommand('create', 'create a token; it is printed on stdout, this once')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--role <ROLE>', 'what it may do').choices(Role.options).makeOptionMandatory())
    .option('--expires <DURATION>', 'e.g. 12h, 90d (default 30d, agents never)', durationSeconds);
  return examples(
    command,
    'tokens create ci --role viewer --expires 90d',
    'tokens create eu-west --role agent > access-key.txt',
  ).action(
    clientAction<CommonOptions & { role: Role; expires?: number }>(shell, async ({ client, out }, [name], options) => {
      const { role, expires } = options;
      const expiresAt = expires === undefined ? undefined : new Date(Date.now() + expires * 1000).toISOString();
      const created = await client('createToken', { body: { name: name!, role, expiresAt } });
      if (out.json) return out.body(created);
      out.line(created.token);
      out.note(
        `Token "${name}" (${role}), valid until ${minute(created.expiresAt) ?? 'revoked'}. It is not shown again.`,
      );
    }),
  );
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
