/** `pharos trust`: whose signatures count. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TrustChange, TrustEntry, TrustInput } from '@pharos/contract';
import { TrustKind } from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  listCommand,
  paragraphs,
  type Shell,
} from '../command.ts';
import { CliError } from '../failure.ts';
import { ago, minute } from '../format.ts';
import type { Column, Io, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findTrust } from '../resolve.ts';

export function trustCommand(shell: Shell): Command {
  return new Command('trust')
    .summary('say whose signatures count')
    .description(
      paragraphs(`Public keys, certificate roots and identities whose signatures count, and in which repositories.

Only public keys and certificates are kept. A change verifies the stored signatures again; no registry is asked.`),
    )
    .addCommand(list(shell))
    .addCommand(add(shell))
    .addCommand(remove(shell))
    .addCommand(history(shell));
}

const COLUMNS: Column<TrustEntry>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'KIND', cell: (row) => row.kind },
  { head: 'KEY', cell: (row) => row.keys[0]?.algorithm ?? null },
  { head: 'FINGERPRINT', cell: (row) => row.keys[0]?.fingerprint.slice(0, 16) ?? null },
  { head: 'SCOPE', cell: (row) => row.scope, max: 40 },
  { head: 'IMAGES', cell: (row) => String(row.images), align: 'right' },
  { head: '', cell: (row) => (row.enabled ? null : { text: 'off', style: 'yellow' }) },
];

function list(shell: Shell): Command {
  return examples(listCommand('list', 'list what is trusted'), 'trust list', 'trust list --json').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listTrust', { query }));
      out.list(
        body,
        (row) => row.id,
        COLUMNS,
        'Nothing is trusted yet. Add a key: pharos trust add NAME --key cosign.pub',
      );
    }),
  );
}

interface AddOptions extends CommonOptions {
  kind?: TrustInput['kind'];
  key?: string;
  roots?: string;
  trustedRoot?: string;
  issuer?: string;
  subject?: string[];
  scope: string;
  requireReference?: boolean;
  check?: boolean;
}

function add(shell: Shell): Command {
  const command = clientCommand('add', 'trust a public key, certificate roots, or identities')
    .argument('<name>', 'what people call it')
    .addOption(new Option('--kind <KIND>', 'default: by what is given').choices(TrustKind.options))
    .option('--key <FILE>', 'public key as PEM (cosign.pub)')
    .option('--roots <FILE>', 'root certificates as PEM, for notation signatures')
    .option(
      '--trusted-root <FILE>',
      'trusted_root.json of a Sigstore, for keyless signatures; needs --issuer and --subject',
    )
    .option('--issuer <URL>', 'exact OpenID Connect issuer of keyless signatures')
    .option('--subject <PATTERN>', 'subject in the certificate: exact, * and **, or re:… (repeatable)', collect)
    .option('--scope <PATTERN>', 'host/repository where it counts: exact, * and **, or re:…', '**')
    .option('--require-reference', 'the signed docker-reference must be the repository where it was found')
    .option('--check', 'only say which images it would verify');
  return examples(
    command,
    'trust add release --key cosign.pub --scope "registry.example.com/team/**"',
    'trust add cnpg --trusted-root trusted_root.json --issuer https://token.actions.githubusercontent.com --subject "https://github.com/cloudnative-pg/**"',
    'trust add release --key cosign.pub --check',
  ).action(
    clientAction<AddOptions>(shell, async ({ client, out }, [name], options) => {
      const body = inputOf(shell.io, name!, options);
      if (!options.check) {
        const entry = await client('createTrust', { body });
        return out.one(entry, entry.id, () => {
          out.line(`Trusts "${entry.name}" in ${entry.scope}.`);
          showKeys(out, entry);
        });
      }
      const check = await client('checkTrust', { body });
      out.one(check, String(check.images), () => {
        showKeys(out, check);
        const of = check.complete ? '' : ' newest';
        out.line(
          `Would verify ${check.images} images; tried on the ${check.signatures}${of} signatures of the library.`,
        );
        for (const { digest, repository } of check.examples) out.line(out.style({ text: `  ${repository}@${digest}` }));
        for (const { reason, count } of check.reasons) out.note(`${count} would not: ${reason}`);
      });
    }),
  );
}

function showKeys(out: Output, { keys }: Pick<TrustEntry, 'keys'>): void {
  for (const { algorithm, fingerprint, subject, expiresAt } of keys) {
    const expiry = expiresAt === null ? null : `until ${minute(expiresAt)}`;
    out.line(out.style({ text: [algorithm, `SHA-256 ${fingerprint}`, subject, expiry].filter(Boolean).join(', ') }));
  }
}

function inputOf(io: Io, name: string, options: AddOptions): TrustInput {
  const { key, roots, trustedRoot, issuer, subject = [], scope, requireReference = false } = options;
  const given = [key && 'key', roots && 'x509', trustedRoot && 'keyless'].filter(Boolean) as TrustInput['kind'][];
  const [kind = options.kind, second] = given;
  if (kind === undefined || second !== undefined) {
    throw new CliError(
      'trust-unclear',
      'What is to be trusted is not clear.',
      'Give one of --key, --roots, --trusted-root.',
    );
  }
  return {
    name,
    kind: options.kind ?? kind,
    scope,
    enabled: true,
    key: fileText(io, key),
    roots: fileText(io, roots),
    trustedRoot: fileText(io, trustedRoot),
    identities: subject.map((each) => ({ issuer: issuer ?? null, subject: each })),
    requireReference,
  };
}

function fileText(io: Io, file: string | undefined): string | null {
  return file === undefined ? null : readFileSync(resolve(io.cwd, file), 'utf8');
}

function remove(shell: Shell): Command {
  const command = clientCommand('delete', 'trust it no longer; what it verified counts no more, at once')
    .alias('remove')
    .argument('<name>', 'name or id');
  return examples(command, 'trust delete release').action(
    clientAction(shell, async ({ client, out }, [name]) => {
      const entry = await findTrust(client, name!);
      await client('deleteTrust', { params: { id: entry.id } });
      out.one({ id: entry.id, deleted: true }, entry.id, () =>
        out.line(`"${entry.name}" is trusted no longer; it verified ${entry.images} images.`),
      );
    }),
  );
}

const CHANGES: Column<TrustChange>[] = [
  { head: 'WHEN', cell: (row) => ago(row.at) },
  { head: 'WHO', cell: (row) => row.actor, max: 30 },
  { head: 'WHAT', cell: (row) => row.action },
  { head: 'ENTRY', cell: (row) => row.name, max: 40 },
  { head: 'DETAIL', cell: (row) => row.detail, max: 80 },
];

function history(shell: Shell): Command {
  return examples(listCommand('history', 'show who changed what is trusted, newest first'), 'trust history').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listTrustChanges', { query }));
      out.list(body, (row) => String(row.id), CHANGES, 'No changes.');
    }),
  );
}
