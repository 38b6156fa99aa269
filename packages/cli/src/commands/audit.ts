/** `pharos audit`: who changed what, and whether the log is what it was. */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import {
  AuditEvent,
  AuditExportEnd,
  auditHeadText,
  type ChainFinding,
  type Client,
  checkChain,
  SignedAuditHead,
} from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  listCommand,
  noteProblems,
  paragraphs,
  type Shell,
  wholeNumber,
} from '../command.ts';
import { CliError } from '../failure.ts';
import { minute } from '../format.ts';
import type { Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';

export function auditCommand(shell: Shell): Command {
  return new Command('audit')
    .summary('see who changed what, and verify the log')
    .description(
      paragraphs(`Every change and every refusal is an entry of the audit log. Each entry bears the hash of the one before it,
so that an entry that is edited, missing, moved or cut off is found.

Keep a signed head elsewhere ("pharos audit head"): with it, a log that was written anew as a whole is found as well.`),
    )
    .addCommand(list(shell))
    .addCommand(verifyLog(shell))
    .addCommand(exportLog(shell))
    .addCommand(head(shell));
}

const COLUMNS: Column<AuditEvent>[] = [
  { head: '#', cell: (row) => String(row.seq), align: 'right' },
  { head: 'WHEN', cell: (row) => minute(row.at) },
  { head: 'WHO', cell: (row) => row.actor, max: 30 },
  { head: 'ACTION', cell: (row) => row.action },
  { head: 'OUTCOME', cell: (row) => (row.outcome === 'done' ? row.outcome : { text: row.outcome, style: 'yellow' }) },
  { head: 'SUBJECT', cell: (row) => row.subject, max: 50 },
  { head: 'REASON', cell: (row) => row.reason, max: 40 },
];

interface FilterOptions extends ListOptions {
  actor?: string;
  action?: string;
  outcome?: string;
  subject?: string;
  location?: string;
  from?: string;
  to?: string;
  search?: string;
}

function list(shell: Shell): Command {
  const command = listCommand('list', 'list entries, newest first')
    .option('--actor <NAME>', 'of this user, token or agent')
    .option('--action <NAMES>', 'rule.update, or rule.* for all of rules; several with commas')
    .addOption(new Option('--outcome <OUTCOME>', 'done, denied or failed').choices(['done', 'denied', 'failed']))
    .option('--subject <ID>', 'id or name of what it was done to')
    .option('--location <ID>', 'in this location')
    .option('--from <TIME>', 'not before, e.g. 2026-11-01T00:00:00.000Z')
    .option('--to <TIME>', 'before this time')
    .option('--search <TEXT>', 'part of actor, subject, reason or detail');
  return examples(command, 'audit list', 'audit list --outcome denied', 'audit list --action "rule.*" --json').action(
    clientAction<FilterOptions>(shell, async ({ client, out }, _args, options) => {
      const { actor, action, outcome, subject, location, from, to, search } = options;
      const filter = { actor, action, outcome, subject, locationId: location, from, to, q: search };
      const body = await readPages(options, (query) => client('listAuditEvents', { query: { ...filter, ...query } }));
      out.list(body, (row) => String(row.seq), COLUMNS, 'No entry fits.');
    }),
  );
}

interface VerifyOptions extends CommonOptions {
  file?: string;
  head?: string[];
  publicKey?: string;
  after?: number;
}

function verifyLog(shell: Shell): Command {
  const command = clientCommand('verify', 'recompute every entry; names what was edited, is missing, moved or cut off')
    .option('--file <FILE>', 'an export (JSON lines) in place of the log of the server')
    .option('--head <FILE>', 'a signed head that was kept (repeatable): what it names must still be there', collect)
    .option('--public-key <FILE>', 'PEM: signed heads must be by this key')
    .addOption(new Option('--after <N>', 'the file begins behind this entry').argParser(wholeNumber(0, 2 ** 50)));
  return examples(
    command,
    'audit verify',
    'audit verify --head kept-head.json --public-key audit.pem',
    'audit verify --file export.jsonl',
  ).action(
    clientAction<VerifyOptions>(shell, async ({ client, out }, _args, options) => {
      const file = (name: string) => resolve(shell.io.cwd, name);
      const key = options.publicKey === undefined ? null : publicKeyOf(readFileSync(file(options.publicKey), 'utf8'));
      const kept = (options.head ?? []).map((name) => readHead(readFileSync(file(name), 'utf8'), name));
      for (const each of kept) requireSigned(each, key);
      const epochs = new Set(kept.map(({ serverEpoch }) => serverEpoch));
      const result = options.file
        ? await verifyFile(file(options.file), kept, key, options.after ?? 0)
        : await verifyServer(client, kept, key);
      if (result.head !== null) epochs.add(result.head.serverEpoch);
      if (epochs.size > 1) {
        throw new CliError(
          'audit-head-foreign',
          'A head is of another database than the log.',
          'Give a head of this one.',
        );
      }
      show(out, result, kept.length > 0);
      if (result.findings.length > 0) noteProblems(shell);
    }),
  );
}

interface Verified {
  readonly seq: number;
  readonly findings: readonly ChainFinding[];
  /** What the server or the export says the end is; null: nothing says it. */
  readonly head: SignedAuditHead | null;
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

async function verifyServer(
  client: Client,
  kept: readonly SignedAuditHead[],
  key: KeyObject | null,
): Promise<Verified> {
  // First the head: what is written meanwhile comes behind it.
  const { head: now } = await client('getAuditHead', {});
  requireSigned(now, key);
  const check = checkChain(sha256, undefined, kept);
  for (let cursor: string | undefined; check.position.seq < now.seq; ) {
    const page = await client('listAuditEvents', { query: { limit: 1000, order: 'oldest', cursor } });
    for (const entry of page.items) if (entry.seq <= now.seq) check.take(entry);
    if (page.next === null) break;
    cursor = page.next;
  }
  check.end(now);
  return { seq: check.position.seq, findings: check.findings, head: now };
}

/** Line by line: an export may be larger than memory. */
async function verifyFile(
  path: string,
  kept: readonly SignedAuditHead[],
  key: KeyObject | null,
  after: number,
): Promise<Verified> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  const unreadable: ChainFinding[] = [];
  let check: ReturnType<typeof checkChain> | null = after === 0 ? checkChain(sha256, undefined, kept) : null;
  let end: SignedAuditHead | null = null;
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() === '') continue;
    const value = parsed(line);
    const entry = AuditEvent.safeParse(value);
    const last = AuditExportEnd.safeParse(value);
    if (end !== null) {
      unreadable.push({
        kind: 'reordered',
        seq: end.seq,
        message: `Line ${number} stands behind the end of the export.`,
      });
    } else if (entry.success) {
      // A part of a log: what its first entry names before it is taken as it is.
      check ??= checkChain(sha256, { seq: after, hash: entry.data.previousHash }, kept);
      check.take(entry.data);
    } else if (last.success) end = last.data.head;
    else {
      const seq = (check?.position.seq ?? after) + 1;
      unreadable.push({
        kind: 'unreadable',
        seq,
        message: `Line ${number}, entry ${seq} or behind it, cannot be read.`,
      });
    }
  }
  check ??= checkChain(sha256, { seq: after, hash: '' }, kept);
  if (end !== null) requireSigned(end, key);
  check.end(end);
  return { seq: check.position.seq, findings: [...unreadable, ...check.findings].slice(0, 100), head: end };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function show(out: Output, { seq, findings, head }: Verified, isHeld: boolean): void {
  out.one({ verified: findings.length === 0, seq, findings, head }, String(seq), () => {
    for (const { message } of findings) out.line(out.style({ text: message, style: 'red' }));
    if (findings.length > 0) return;
    out.line(`${seq} entries verified; nothing was edited, and none is missing, moved or repeated.`);
    if (head === null) out.note('No signed head ends this file: whether entries are missing at its end is not known.');
    else if (!isHeld) out.note('A log written anew as a whole is found only with a head that was kept: --head FILE.');
  });
}

function readHead(text: string, name: string): SignedAuditHead {
  const value = parsed(text) as { head?: unknown } | null;
  const head = SignedAuditHead.safeParse(value?.head ?? value);
  if (head.success) return head.data;
  throw new CliError('audit-head-unreadable', `${name} is no signed head.`, 'Write one with: pharos audit head --json');
}

function publicKeyOf(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // The error of the library could quote what was read.
  }
  throw new CliError(
    'audit-key-unreadable',
    'The public key is no Ed25519 key in PEM.',
    'Take it from: pharos audit head --public-key',
  );
}

/** Throws `audit-head-unsigned` when the signature does not fit. Without a key of one's own the head's own says only that it is whole. */
function requireSigned(head: SignedAuditHead, key: KeyObject | null): void {
  const by = key ?? publicKeyOf(head.publicKey);
  const text = Buffer.from(auditHeadText(head), 'utf8');
  if (verify(null, text, by, Buffer.from(head.signature, 'base64'))) return;
  throw new CliError(
    'audit-head-unsigned',
    `The signature of the head at entry ${head.seq} does not fit${key === null ? '' : ' this public key'}.`,
    'The head was changed, or signed by another server: compare the public key.',
  );
}

function exportLog(shell: Shell): Command {
  const command = clientCommand('export', 'write the log as JSON lines, oldest first, with the signed head at the end')
    .option('--output <FILE>', 'into a file; default: stdout')
    .addOption(new Option('--after <N>', 'only entries behind this one').argParser(wholeNumber(0, 2 ** 50)));
  return examples(
    command,
    'audit export --output audit.jsonl',
    'audit export --after 1200 | gzip > part.jsonl.gz',
  ).action(
    clientAction<CommonOptions & { output?: string; after?: number }>(
      shell,
      async ({ client, out }, _args, options) => {
        const { head: end } = await client('getAuditHead', {});
        const file =
          options.output === undefined
            ? null
            : createWriteStream(resolve(shell.io.cwd, options.output), { mode: 0o600 });
        const write = async (line: string) => {
          if (file === null) shell.io.stdout.write(`${line}\n`);
          else if (!file.write(`${line}\n`)) await new Promise<void>((go) => file.once('drain', () => go()));
        };
        const after = options.after ?? 0;
        let cursor: string | undefined;
        for (let isDone = end.seq <= after; !isDone; ) {
          const page = await client('listAuditEvents', { query: { limit: 1000, order: 'oldest', cursor } });
          for (const entry of page.items)
            if (entry.seq > after && entry.seq <= end.seq) await write(JSON.stringify(entry));
          isDone = page.next === null || (page.items.at(-1)?.seq ?? end.seq) >= end.seq;
          cursor = page.next ?? undefined;
        }
        await write(JSON.stringify({ head: end }));
        if (file === null) return;
        file.end();
        await finished(file);
        out.note(`Wrote entries ${after + 1} to ${end.seq} to ${options.output}.`);
      },
    ),
  );
}

function head(shell: Shell): Command {
  const command = clientCommand('head', 'print the newest entry, signed: keep it elsewhere').option(
    '--public-key',
    'print the public key as PEM instead',
  );
  return examples(command, 'audit head --json > head.json', 'audit head --public-key > audit.pem').action(
    clientAction<CommonOptions & { publicKey?: boolean }>(shell, async ({ client, out }, _args, { publicKey }) => {
      const { head: now, verified } = await client('getAuditHead', {});
      if (publicKey) {
        shell.io.stdout.write(now.publicKey);
        return;
      }
      out.one(now, String(now.seq), () => {
        out.fields([
          ['Entry', String(now.seq)],
          ['Hash', now.hash],
          ['Signed at', minute(now.at)],
          ['Signature', now.signature],
        ]);
        const findings = verified?.findings ?? [];
        if (verified === null) out.note('The server has not verified the log yet.');
        else if (findings.length === 0) out.note(`The server verified it up to entry ${verified.seq}.`);
        for (const { message } of findings) out.line(out.style({ text: message, style: 'red' }));
      });
    }),
  );
}
