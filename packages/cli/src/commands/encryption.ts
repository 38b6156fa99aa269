/** `pharos encryption`: the keys that stored secrets rest under. */
import type { Client, Encryption } from '@pharos/contract';
import { Command } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, paragraphs, type Shell } from '../command.ts';
import type { Output } from '../output.ts';

export function encryptionCommand(shell: Shell): Command {
  return new Command('encryption')
    .summary('the keys that stored secrets rest under')
    .description(
      paragraphs(`The keys that stored secrets rest under: credentials of registries, secrets of receivers and webhooks.

A key is never shown; its id is made of it. A rotation needs no pause: older keys go on opening what they sealed until it
is under the new one.`),
    )
    .addCommand(
      verb(
        shell,
        'status',
        (client) => client('getEncryption', {}),
        'show the keys by id, with how many secrets each seals',
      ),
    )
    .addCommand(
      verb(
        shell,
        'rotate',
        (client) => client('rotateEncryptionKey', {}),
        'make a new key and put every secret under it',
      ),
    )
    .addCommand(
      verb(
        shell,
        'forget',
        (client) => client('forgetEncryptionKeys', {}),
        'drop older keys that seal nothing (old backups need them)',
      ),
    );
}

function verb(shell: Shell, name: string, run: (client: Client) => Promise<Encryption>, summary: string): Command {
  return examples(clientCommand(name, summary), `encryption ${name}`).action(
    clientAction<CommonOptions>(shell, async ({ client, out }) => {
      const answer = await run(client);
      out.one(answer, answer.keys.find((key) => key.isCurrent)?.id ?? '', (body) => show(out, body));
    }),
  );
}

const SOURCES: Record<Encryption['source'], string> = {
  environment: 'the environment (PHAROS_ENCRYPTION_KEY)',
  command: 'a program (PHAROS_ENCRYPTION_KEY_COMMAND)',
  file: 'the file pharos.key in the data directory',
};

function show(out: Output, { source, keys, unknown }: Encryption): void {
  out.fields([['keys from', SOURCES[source]]]);
  out.table(
    [
      { head: 'KEY', cell: (row) => row.id },
      { head: '', cell: (row) => (row.isCurrent ? 'seals' : 'opens') },
      { head: 'SECRETS', cell: (row) => row.sealed, align: 'right' },
    ],
    keys,
  );
  if (unknown > 0) {
    out.warn(`${unknown} stored secrets rest under a key that is not here: restore that key, or enter them again.`);
  }
}
