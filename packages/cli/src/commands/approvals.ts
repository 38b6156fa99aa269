/** `pharos approvals`: what waits for a decision. */
import {
  APPROVAL_REASONS,
  type ApprovalItem,
  type ApprovalReview,
  type ApprovalRule,
  type ApprovalWhy,
} from '@pharos/contract';
import { Command, Option } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, listCommand, type Shell } from '../command.ts';
import { ago, minute, shortDigest, state } from '../format.ts';
import { findImage } from '../image-reference.ts';
import type { Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findApprovalRule, findRepository } from '../resolve.ts';

export function approvalsCommand(shell: Shell): Command {
  return new Command('approvals')
    .summary('see what waits for a decision, ask, comment, assign')
    .description(
      'Images that wait for a decision, with what is known of them. Decide with "pharos approve" and the like.',
    )
    .addCommand(list(shell))
    .addCommand(show(shell))
    .addCommand(request(shell))
    .addCommand(withdraw(shell))
    .addCommand(comment(shell))
    .addCommand(assign(shell))
    .addCommand(
      new Command('rules')
        .summary('where two people are needed')
        .description('How many people an approval takes, by repository.')
        .addCommand(listRules(shell))
        .addCommand(addRule(shell))
        .addCommand(removeRule(shell)),
    );
}

const COLUMNS: Column<ApprovalItem>[] = [
  { head: 'WHY', cell: (row) => row.why },
  { head: 'IMAGE', cell: (row) => `${row.tag.repository}:${row.tag.name}`, max: 60 },
  { head: 'DIGEST', cell: (row) => shortDigest(row.digest) },
  { head: 'KIND', cell: (row) => row.tag.engine ?? row.tag.kind },
  { head: 'SIGNATURE', cell: (row) => row.verification.state },
  { head: 'SBOM', cell: (row) => row.sbom },
  { head: 'FINDINGS', cell: (row) => row.tag.findings || null, align: 'right' },
  { head: 'APPROVED BEFORE', cell: (row) => row.predecessor?.name ?? null, max: 30 },
  { head: 'ASKED BY', cell: (row) => row.requests[0]?.requestedBy ?? null, max: 20 },
  { head: 'FOR', cell: (row) => row.assignee, max: 20 },
  { head: 'SEEN', cell: (row) => ago(row.tag.firstSeenAt) },
];

interface QueueOptions extends ListOptions {
  why?: ApprovalWhy;
  repository?: string;
  assignee?: string;
}

function list(shell: Shell): Command {
  const command = listCommand('list', 'list what waits: requested, then new builds of what is approved, then the rest')
    .addOption(new Option('--why <WHY>', 'only these').choices(APPROVAL_REASONS))
    .option('--repository <REPOSITORY>', 'only in this one: name, host/name or id')
    .option('--assignee <USER>', 'only what this person looks at');
  return examples(command, 'approvals list', 'approvals list --why requested --json').action(
    clientAction<QueueOptions>(shell, async ({ client, out }, _args, options) => {
      const { why, assignee, repository } = options;
      const repositoryId = repository === undefined ? undefined : (await findRepository(client, repository)).id;
      const body = await readPages(options, (query) =>
        client('listApprovals', { query: { ...query, why, assignee, repositoryId } }),
      );
      out.list(body, (row) => row.digest, COLUMNS, 'Nothing waits for a decision.');
    }),
  );
}

type ImageOptions = CommonOptions & { registry?: string };

function imageCommand(name: string, summary: string): Command {
  return clientCommand(name, summary)
    .argument('<image>', 'REPOSITORY:TAG, or a digest or its beginning')
    .option('--registry <REGISTRY>', 'where several registries have this repository');
}

function show(shell: Shell): Command {
  return examples(
    imageCommand('show', 'show one image as an approver reviews it'),
    'approvals show postgresql:17.6',
  ).action(
    clientAction<ImageOptions>(shell, async ({ client, out }, [text], options) => {
      const digest = await findImage(client, text!, options.registry);
      const review = await client('getApproval', { params: { digest } });
      out.one(review, digest, () => showReview(out, review));
    }),
  );
}

const PEOPLE = ['one person', 'one person, never who asked for it', 'two people'] as const;

function showReview(out: Output, review: ApprovalReview): void {
  const { tag, predecessor, verification, refusal, tags, requests, comments } = review;
  out.fields([
    ['image', `${tag.host}/${tag.repository}:${tag.name}`],
    ['digest', review.digest],
    ['state', state(review.state)],
    ['kind', tag.engine ?? tag.kind],
    ['platforms', tag.platforms.join(', ')],
    ['signature', verification.sentence],
    ['SBOM', review.sbom],
    ['findings', tag.findings],
    ['maintained until', tag.lifecycle?.endOfLife ?? null],
    ['first seen', minute(tag.firstSeenAt)],
    ['approved before', predecessor && `${predecessor.name} (${shortDigest(predecessor.digest)})`],
    ['takes', PEOPLE[review.people]],
    ['looked at by', review.assignee],
    ['you', refusal === null ? 'may approve it' : `may not approve it: ${refusal.message}`],
  ]);
  out.heading('Where it stands');
  for (const place of tags)
    out.line(out.style({ text: `${place.host}/${place.repository}:${place.name}, ${place.locationId}` }));
  if (requests.length > 0) out.heading('Requests');
  for (const one of requests)
    out.line(out.style({ text: `${minute(one.at)}  ${one.requestedBy} (${one.state}): ${one.reason}` }));
  if (comments.length > 0) out.heading('Comments');
  for (const one of comments) out.line(out.style({ text: `${minute(one.at)}  ${one.author}: ${one.text}` }));
  if (predecessor !== null) out.note(`What differs: pharos compare ${predecessor.digest} ${review.digest}`);
}

function request(shell: Shell): Command {
  const command = imageCommand('request', 'ask for an image to be approved').requiredOption('--reason <TEXT>', 'why');
  return examples(command, 'approvals request postgresql:17.6 --reason "payments upgrades in May"').action(
    clientAction<ImageOptions & { reason: string }>(shell, async ({ client, out }, [text], { reason, registry }) => {
      const digest = await findImage(client, text!, registry);
      const review = await client('requestApproval', { body: { digest, reason } });
      out.one(review, digest, () => out.line(`Asked for ${digest}.`));
    }),
  );
}

function withdraw(shell: Shell): Command {
  const command = imageCommand('withdraw', 'take back what you asked for');
  return examples(command, 'approvals withdraw postgresql:17.6').action(
    clientAction<ImageOptions>(shell, async ({ client, out }, [text], { registry }) => {
      const digest = await findImage(client, text!, registry);
      const review = await client('withdrawApproval', { params: { digest } });
      out.one(review, digest, () => out.line('Taken back.'));
    }),
  );
}

function comment(shell: Shell): Command {
  const command = imageCommand('comment', 'say something about an image that waits').argument('<text>', 'what to say');
  return examples(command, 'approvals comment postgresql:17.6 "waits for the scan"').action(
    clientAction<ImageOptions>(shell, async ({ client, out }, [text, words], { registry }) => {
      const digest = await findImage(client, text!, registry);
      const review = await client('commentApproval', { params: { digest }, body: { text: words! } });
      out.one(review, digest, () => out.line(`Said; there are ${review.comments.length} comments.`));
    }),
  );
}

function assign(shell: Shell): Command {
  const command = imageCommand('assign', 'say who looks at it').argument('[user]', 'name; nobody when left out');
  return examples(command, 'approvals assign postgresql:17.6 ann', 'approvals assign postgresql:17.6').action(
    clientAction<ImageOptions>(shell, async ({ client, out }, [text, user], { registry }) => {
      const digest = await findImage(client, text!, registry);
      const review = await client('assignApproval', { params: { digest }, body: { assignee: user ?? null } });
      out.one(review, digest, () =>
        out.line(
          out.style({ text: review.assignee === null ? 'Nobody looks at it now.' : `${review.assignee} looks at it.` }),
        ),
      );
    }),
  );
}

const RULES: Column<ApprovalRule>[] = [
  { head: 'REPOSITORIES', cell: (row) => row.pattern, max: 60 },
  { head: 'TAKES', cell: (row) => PEOPLE[row.people] },
  { head: 'BY', cell: (row) => row.createdBy, max: 30 },
  { head: 'SINCE', cell: (row) => ago(row.createdAt) },
];

function listRules(shell: Shell): Command {
  return examples(listCommand('list', 'list the rules'), 'approvals rules list').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listApprovalRules', { query }));
      out.list(body, (row) => row.id, RULES, 'No rule: one approver decides, also of what they asked for.');
    }),
  );
}

function addRule(shell: Shell): Command {
  const command = clientCommand('add', 'ask for two people where the repository fits a pattern')
    .argument('<pattern>', 'glob over names of repositories, e.g. prod/**')
    .addOption(
      new Option('--people <N>', '1: only that nobody approves what they asked for').choices(['1', '2']).default('2'),
    );
  return examples(command, 'approvals rules add "prod/**"', 'approvals rules add "**" --people 1').action(
    clientAction<CommonOptions & { people: '1' | '2' }>(shell, async ({ client, out }, [pattern], { people }) => {
      const rule = await client('createApprovalRule', { body: { pattern: pattern!, people: people === '1' ? 1 : 2 } });
      out.one(rule, rule.id, () => out.line(out.style({ text: `${rule.pattern} takes ${PEOPLE[rule.people]}.` })));
    }),
  );
}

function removeRule(shell: Shell): Command {
  const command = clientCommand('delete', 'remove a rule').alias('remove').argument('<pattern>', 'pattern or id');
  return examples(command, 'approvals rules delete "prod/**"').action(
    clientAction(shell, async ({ client, out }, [pattern]) => {
      const rule = await findApprovalRule(client, pattern!);
      await client('deleteApprovalRule', { params: { id: rule.id } });
      out.one({ id: rule.id, deleted: true }, rule.id, () =>
        out.line(out.style({ text: `${rule.pattern}: removed.` })),
      );
    }),
  );
}
