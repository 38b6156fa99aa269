/** `pharos exceptions`: one digest, one policy, an end, two people. */
import type { PolicyException } from '@pharos/contract';
import { Command } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, listCommand, type Shell } from '../command.ts';
import { minute, shortDigest } from '../format.ts';
import { findImage } from '../image-reference.ts';
import type { Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findPolicy } from '../resolve.ts';

export function exceptionsCommand(shell: Shell): Command {
  return new Command('exceptions')
    .summary('let one image through one policy, by two people')
    .description('One person asks, another confirms. Exceptions never add up: they help against one policy only.')
    .addCommand(list(shell))
    .addCommand(ask(shell))
    .addCommand(change(shell, 'confirm', 'confirm an exception that another person asked for'))
    .addCommand(change(shell, 'revoke', 'end an exception at once'));
}

const COLUMNS: Column<PolicyException>[] = [
  { head: 'ID', cell: (row) => row.id },
  { head: 'STATE', cell: (row) => row.state },
  { head: 'POLICY', cell: (row) => row.policy, max: 30 },
  { head: 'IMAGE', cell: (row) => row.places[0] ?? null, max: 40 },
  { head: 'DIGEST', cell: (row) => shortDigest(row.digest) },
  { head: 'UNTIL', cell: (row) => minute(row.expiresAt) },
  { head: 'ASKED BY', cell: (row) => row.requestedBy, max: 20 },
  { head: 'CONFIRMED BY', cell: (row) => row.confirmedBy, max: 20 },
  { head: 'REASON', cell: (row) => row.reason, max: 50 },
];

function list(shell: Shell): Command {
  return examples(listCommand('list', 'list exceptions, newest first'), 'exceptions list').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listPolicyExceptions', { query }));
      out.list(body, (row) => row.id, COLUMNS, 'No exceptions.');
    }),
  );
}

interface AskOptions extends CommonOptions {
  policy: string;
  reason: string;
  until: string;
  registry?: string;
}

function ask(shell: Shell): Command {
  const command = clientCommand('ask', 'ask for an exception')
    .argument('<image>', 'REPOSITORY:TAG, or a digest or its beginning')
    .requiredOption('--policy <POLICY>', 'name or id')
    .requiredOption('--reason <TEXT>', 'why')
    .requiredOption('--until <TIME>', 'when it ends, e.g. 2027-01-31T00:00:00Z')
    .option('--registry <REGISTRY>', 'where several registries have this repository');
  const example =
    'exceptions ask postgresql:17.4 --policy signed --reason "moving to cosign" --until 2027-01-31T00:00:00Z';
  return examples(command, example).action(
    clientAction<AskOptions>(shell, async ({ client, out }, [text], { policy, reason, until, registry }) => {
      const digest = await findImage(client, text!, registry);
      const { id: policyId } = await findPolicy(client, policy);
      const exception = await client('askPolicyException', { body: { digest, policyId, reason, expiresAt: until } });
      out.one(exception, exception.id, () => told(out, exception));
    }),
  );
}

function change(shell: Shell, verb: 'confirm' | 'revoke', summary: string): Command {
  const command = clientCommand(verb, summary).argument('<id>', 'as "pharos exceptions list" shows it');
  return examples(command, `exceptions ${verb} 0c9f…`).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [id]) => {
      const route = verb === 'confirm' ? 'confirmPolicyException' : 'revokePolicyException';
      const exception = await client(route, { params: { id: id! }, body: {} });
      out.one(exception, exception.id, () => told(out, exception));
    }),
  );
}

const STATES: Record<PolicyException['state'], string> = {
  asked: 'is asked for; another person confirms it',
  holds: 'holds',
  expired: 'has ended',
  revoked: 'is revoked',
};

function told(out: Output, { id, policy, digest, state, expiresAt }: PolicyException): void {
  const text = `The exception of ${shortDigest(digest)} from "${policy}" ${STATES[state]}, until ${minute(expiresAt)}.`;
  out.line(out.style({ text }));
  out.fields([['id', id]]);
}
