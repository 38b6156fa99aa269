/** `pharos policies`: what an image must show. */
import type {
  Client,
  ImagePolicyResults,
  ImageUsage,
  Policy,
  PolicyPreview,
  PolicySpec,
  PolicyVersion,
} from '@pharos/contract';
import { Command } from 'commander';
import { readDocuments } from '../apply/document.ts';
import { readLists } from '../apply/known.ts';
import { listsNamed, policyNoun, resolvePolicy } from '../apply/policy.ts';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  examples,
  listCommand,
  noteProblems,
  paragraphs,
  type Shell,
} from '../command.ts';
import { CliError } from '../failure.ts';
import { ago, shortDigest } from '../format.ts';
import { findImage } from '../image-reference.ts';
import type { Column, Io, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findPolicy } from '../resolve.ts';

export function policiesCommand(shell: Shell): Command {
  return new Command('policies')
    .summary('say what an image must show')
    .description(
      paragraphs(`Policies are files in YAML or JSON (docs/policies.md). They report until their mode is enforce.

A change keeps the version before it, and has every image evaluated anew.`),
    )
    .addCommand(list(shell))
    .addCommand(show(shell))
    .addCommand(create(shell))
    .addCommand(update(shell))
    .addCommand(remove(shell))
    .addCommand(preview(shell))
    .addCommand(check(shell))
    .addCommand(versions(shell));
}

const COLUMNS: Column<Policy>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'EFFECT', cell: (row) => row.effect },
  { head: 'MODE', cell: (row) => (row.enabled ? row.mode : { text: 'off', style: 'yellow' }) },
  { head: 'VERSION', cell: (row) => row.version, align: 'right' },
  { head: 'PASS', cell: (row) => row.results.pass, align: 'right' },
  { head: 'FAIL', cell: (row) => row.results.fail, align: 'right' },
  { head: 'UNKNOWN', cell: (row) => row.results.unknown, align: 'right' },
  { head: 'CHANGED', cell: (row) => ago(row.updatedAt) },
  { head: 'BY', cell: (row) => row.updatedBy, max: 20 },
];

function list(shell: Shell): Command {
  return examples(listCommand('list', 'list policies, with how many images pass'), 'policies list').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listPolicies', { query }));
      out.list(body, (row) => row.id, COLUMNS, 'No policies yet. Make one: pharos policies create policy.yaml');
    }),
  );
}

function show(shell: Shell): Command {
  const command = clientCommand('show', 'show a policy').argument('<policy>', 'name or id');
  return examples(command, 'policies show signed', 'policies show signed --json').action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const policy = await findPolicy(client, name!);
      out.one(policy, policy.id, () => {
        for (const line of JSON.stringify(policy, null, 2).split('\n')) out.line(out.style({ text: line }));
      });
    }),
  );
}

function create(shell: Shell): Command {
  const command = clientCommand('create', 'make a policy').argument('<file>', 'YAML or JSON; - for stdin');
  return examples(command, 'policies create signed.yaml').action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [file]) => {
      const policy = await client('createPolicy', { body: await readPolicy(client, shell.io, file!) });
      out.one(policy, policy.id, () => told(out, policy));
    }),
  );
}

function update(shell: Shell): Command {
  const command = clientCommand('update', 'put another version in the place of a policy')
    .argument('<policy>', 'name or id')
    .argument('<file>', 'YAML or JSON; - for stdin');
  return examples(command, 'policies update signed signed.yaml').action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name, file]) => {
      const body = await readPolicy(client, shell.io, file!);
      const { id } = await findPolicy(client, name!);
      const policy = await client('updatePolicy', { params: { id }, body });
      out.one(policy, policy.id, () => told(out, policy));
    }),
  );
}

function told(out: Output, { name, version, mode }: Policy): void {
  const effect = mode === 'report' ? 'it reports, and decides nothing' : 'it is enforced';
  out.line(out.style({ text: `"${name}" is at version ${version}: ${effect}.` }));
}

function remove(shell: Shell): Command {
  const command = clientCommand('delete', 'delete a policy; its versions stay readable').argument(
    '<policy>',
    'name or id',
  );
  return examples(command, 'policies delete signed').action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const policy = await findPolicy(client, name!);
      await client('deletePolicy', { params: { id: policy.id } });
      out.one({ id: policy.id, deleted: true }, policy.id, () =>
        out.line(out.style({ text: `Deleted "${policy.name}".` })),
      );
    }),
  );
}

function preview(shell: Shell): Command {
  const command = clientCommand('preview', 'say what a policy would do over the whole library; nothing is changed')
    .argument('<file>', 'YAML or JSON; - for stdin')
    .option('--instead-of <POLICY>', 'the policy that it would take the place of');
  return examples(
    command,
    'policies preview signed.yaml',
    'policies preview signed.yaml --instead-of signed --json',
  ).action(
    clientAction<CommonOptions & { insteadOf?: string }>(shell, async ({ client, out }, [file], options) => {
      const spec = await readPolicy(client, shell.io, file!);
      const before = options.insteadOf === undefined ? undefined : await findPolicy(client, options.insteadOf);
      out.progress('Looking at the library …');
      const body = { spec, ...(before === undefined ? {} : { policyId: before.id }) };
      const answer = await client('previewPolicy', { body }).finally(() => out.progress(null));
      out.one(answer, '', (shown) => showPreview(out, shown));
    }),
  );
}

function showPreview(out: Output, preview: PolicyPreview): void {
  const { images, isWhole, counts, effects, difference, reasons, examples: shown, inUse } = preview;
  out.line(
    `${isWhole ? '' : 'At least '}${images} images are in its scope: ${counts.pass} pass, ${counts.fail} fail, ${counts.unknown} are not known.`,
  );
  out.fields([
    ['would be approved', effects.approved],
    ['would be rejected', effects.rejected],
    ['could not be approved', effects.blocked],
    ['approved today', effects.blockedApproved],
    ['newly forbidden', difference.blocked],
    ['no longer forbidden', difference.freed],
    ['of all these, in use', inUse.images],
  ]);
  if (inUse.images > 0) out.heading(`Who runs them now: ${inUse.uses} uses, which keep running`);
  for (const { repository, tag, effect, uses, where } of inUse.first) {
    out.line(out.style({ text: `${repository}:${tag}  would be ${effect}  ${uses} uses` }));
    for (const use of where) out.line(out.style({ text: `  ${placeOf(use)}` }));
    if (uses > where.length) out.line(`  and ${uses - where.length} more`);
  }
  if (reasons.length > 0) out.heading('Why images do not pass');
  for (const { requirement, outcome, count } of reasons) out.line(`${requirement}: ${outcome} for ${count}`);
  const missed = [...shown.fail, ...shown.unknown].slice(0, 20);
  if (missed.length > 0) out.heading('For example');
  for (const { repository, tag, sentence } of missed)
    out.line(out.style({ text: `${repository}:${tag}  ${sentence}` }));
}

function placeOf({ locationId, namespace, kind, name, owner }: ImageUsage): string {
  return `${locationId}: ${namespace}/${kind}/${name}${owner === null ? '' : ` of ${owner}`}`;
}

function check(shell: Shell): Command {
  const command = clientCommand(
    'check',
    'say what every policy says of an image; exit code 6 when one forbids its approval',
  )
    .argument('<image>', 'REPOSITORY:TAG, or a digest or its beginning')
    .option('--registry <REGISTRY>', 'where several registries have this repository');
  return examples(command, 'policies check postgresql:17.4-2503310734').action(
    clientAction<CommonOptions & { registry?: string }>(shell, async ({ client, out }, [text], options) => {
      const digest = await findImage(client, text!, options.registry);
      const answer = await client('getImagePolicies', { params: { digest } });
      out.one(answer, digest, (shown) => showResults(out, shown));
      if (!answer.isApprovable) noteProblems(shell);
    }),
  );
}

const STYLES = { pass: 'green', fail: 'red', unknown: 'yellow' } as const;

function showResults(out: Output, { digest, sentence, isApprovable, results }: ImagePolicyResults): void {
  out.line(out.style({ text: sentence, style: isApprovable ? 'green' : 'red' }));
  out.fields([['digest', shortDigest(digest)]]);
  for (const { policy, effect, mode, outcome, isExcepted, requirements } of results) {
    out.heading(`${policy}: ${outcome} (${effect}, ${mode}${isExcepted ? ', an exception holds' : ''})`);
    for (const each of requirements) {
      out.line(out.style({ text: `${each.outcome.padEnd(7)} ${each.sentence}`, style: STYLES[each.outcome] }));
    }
  }
}

const VERSIONS: Column<PolicyVersion>[] = [
  { head: 'VERSION', cell: (row) => row.version, align: 'right' },
  { head: 'WHEN', cell: (row) => ago(row.at) },
  { head: 'BY', cell: (row) => row.by, max: 30 },
  { head: 'MODE', cell: (row) => row.spec.mode },
  { head: 'REQUIREMENTS', cell: (row) => Object.keys(row.spec.requirements).join(', '), max: 80 },
];

function versions(shell: Shell): Command {
  const command = listCommand('versions', 'list the versions of a policy, newest first').argument(
    '<policy>',
    'name or id',
  );
  return examples(command, 'policies versions signed').action(
    clientAction<ListOptions>(shell, async ({ client, out }, [name], options) => {
      const { id } = await findPolicy(client, name!);
      const body = await readPages(options, (query) => client('listPolicyVersions', { params: { id }, query }));
      out.list(body, (row) => String(row.version), VERSIONS, 'No versions.');
    }),
  );
}

/** In the form of "pharos apply": registries, rules and trust entries by name or id. @throws CliError `policy-invalid` */
async function readPolicy(client: Client, io: Io, file: string): Promise<PolicySpec> {
  const documents = await readDocuments([file], io, policyNoun).catch((error: unknown) => {
    if (!(error instanceof CliError) || error.code !== 'apply-invalid') throw error;
    const { errors } = error;
    throw new CliError('policy-invalid', `${file} is no policy.`, 'Correct what is named; see docs/policies.md.', {
      errors,
    });
  });
  const { policies } = documents;
  const [document, second] = policies;
  if (!document || second) {
    throw new CliError('policy-invalid', `${file} holds ${policies.length} policies.`, 'Write one policy in it.');
  }
  return resolvePolicy(document, await readLists(client, documents, listsNamed(document)));
}
