/** `pharos approve`, `reject`, `deprecate`, `revoke`, `reopen`: what somebody decides about images. */
import type { DecisionSummary, ImageState } from '@pharos/contract';
import { type Command, InvalidArgumentError } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  examples,
  noteProblems,
  type Shell,
  secondsOf,
} from '../command.ts';
import { count, shortDigest, state } from '../format.ts';
import { findImage } from '../image-reference.ts';
import type { Output } from '../output.ts';

interface Options extends CommonOptions {
  reason: string;
  expires?: string;
  successor?: string;
  registry?: string;
  dryRun?: boolean;
}

const VERBS: Readonly<Record<string, readonly [ImageState, string]>> = {
  approve: ['approved', 'approve images: they may be used from now on'],
  reject: ['rejected', 'reject images: they may not be used'],
  deprecate: ['deprecated', 'deprecate images: what runs keeps running, nothing new begins with them'],
  revoke: ['revoked', 'revoke images: they may not be used any more'],
  reopen: ['pending', 'put images back to pending, to be decided anew'],
};

export function decideCommands(shell: Shell): Command[] {
  return Object.entries(VERBS).map(([verb, [state, summary]]) => decide(shell, verb, state, summary));
}

function decide(shell: Shell, verb: string, state: ImageState, summary: string): Command {
  const command = clientCommand(verb, summary)
    .argument('<image...>', 'REPOSITORY:TAG, or a digest or its beginning; several are decided together or not at all')
    .requiredOption('--reason <TEXT>', 'why; people read it later')
    .option('--registry <REGISTRY>', 'where several registries have a repository')
    .option('--dry-run', 'only say what would be decided; exit code 6 when something would be refused');
  if (state === 'approved') command.option('--expires <WHEN>', 'when the approval ends: 90d, or a time', expiry);
  if (state === 'rejected' || state === 'deprecated' || state === 'revoked')
    command.option('--successor <IMAGE>', 'the image to use instead');
  const more = state === 'approved' ? ' --expires 180d' : state === 'deprecated' ? ' --successor postgresql:17.6' : '';
  return examples(
    command,
    `${verb} postgresql:17.4-2503310734 --reason "reviewed"${more}`,
    `${verb} 3a7c91d20b44 --reason "see ticket 12" --dry-run --json`,
  ).action(
    clientAction<Options>(shell, async ({ client, out }, [images], options) => {
      const digests: string[] = [];
      for (const text of images as unknown as string[]) digests.push(await findImage(client, text, options.registry));
      const { successor } = options;
      const body = {
        state,
        reason: options.reason,
        ...(options.expires === undefined ? {} : { expiresAt: options.expires }),
        ...(successor === undefined ? {} : { successor: await findImage(client, successor, options.registry) }),
      };
      const [only] = digests as [string];
      if (digests.length === 1 && !options.dryRun) {
        const decision = await client('decideImage', { params: { digest: only }, body });
        return out.one(decision, decision.digest, () =>
          out.line(out.style({ text: `${decision.digest} is ${decision.state}; it was ${decision.previousState}.` })),
        );
      }
      const answer = await client('decideImages', { body: { digests, ...body, dryRun: options.dryRun ?? false } });
      out.one(answer, String(answer.decided), () => show(out, answer));
      if (answer.refused.length > 0) noteProblems(shell);
    }),
  );
}

/** A duration from now, or a day or time. */
function expiry(text: string): string {
  const seconds = secondsOf(text);
  const time = seconds === null ? new Date(text) : new Date(Date.now() + seconds * 1000);
  if (Number.isNaN(time.getTime())) throw new InvalidArgumentError('It must be a duration such as 90d, or a time.');
  return time.toISOString();
}

function show(out: Output, { dryRun, changes, refused, affected }: DecisionSummary): void {
  for (const { from, to, count: n } of changes) {
    out.line(`${count(n, 'image')} ${dryRun ? 'would become' : 'became'} ${out.style(state(to))} (${from} before)`);
  }
  const { tags, repositories, locations } = affected;
  const where = [count(tags, 'tag'), count(repositories, 'repository', 'repositories'), count(locations, 'location')];
  if (changes.length > 0) out.note(`They stand in ${where.join(', ')}.`);
  for (const { digest, message, hint } of refused) {
    out.line(out.style({ text: `${shortDigest(digest)} is refused: ${message} ${hint}`, style: 'yellow' }));
  }
}
