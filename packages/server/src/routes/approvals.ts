import { randomUUID } from 'node:crypto';
import type { ApprovalReview, DecisionInput } from '@pharos/contract';
import { compilePattern, PatternError, reachOf } from '@pharos/library';
import type { NewDecision } from '@pharos/store';
import type { Context } from '../context.ts';
import { type Principal, whoAsks } from '../identity/principal.ts';
import { withLifecycle, withLifecycles } from '../lifecycle.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listImageDecisions'
  | 'decideImage'
  | 'decideImages'
  | 'listApprovals'
  | 'requestApproval'
  | 'getApproval'
  | 'withdrawApproval'
  | 'commentApproval'
  | 'assignApproval'
  | 'listApprovalRules'
  | 'createApprovalRule'
  | 'deleteApprovalRule';

/** What approvers decide: states of images, requests, the queue. */
export function approvalHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, events } = context;

  /** After a change: what waits is another thing now. */
  const told = async (digest: string, principal: Principal | null) => {
    events.emit({ type: 'approval' });
    const reach = principal === null ? [] : reachOf(principal.access, 'library:read');
    const answer = () => review(digest, principal);
    // Changes are not read through the reader's eyes, their answers are.
    return reach === 'everywhere' ? answer() : context.reader.readAs(reach, answer);
  };

  const review = async (digest: string, principal: Principal | null): Promise<ApprovalReview> => {
    const image = found(await store.approvals.get(digest, now()), 'The image');
    const tag = await withLifecycle(context, image.tag);
    return { ...image, tag, refusal: await refusalOf(digest, principal) };
  };

  /** By every place of the image, also those that a reader of a part does not see; none of them is named. */
  const refusalOf = async (digest: string, principal: Principal | null): Promise<ApprovalReview['refusal']> => {
    if (principal === null) return null;
    const held = reachOf(principal.access, 'images:decide');
    if (held !== 'everywhere' && held.length === 0) {
      return {
        code: 'forbidden',
        message: 'Your roles do not decide about images.',
        hint: 'Ask for the approval; an approver decides.',
      };
    }
    const decision = decisionOf(digest, { state: 'approved', reason: 'asked' }, principal);
    const { refused } = await context.reader.whole.decisions.check([decision], now());
    return refused[0] === undefined ? null : { ...refused[0] };
  };

  const decisionOf = (digest: string, input: DecisionInput, principal: Principal | null): NewDecision => {
    const { state, reason, expiresAt = null, successor = null } = input;
    return {
      digest,
      state,
      reason,
      actor: whoAsks(principal),
      actorKind: principal?.kind === 'session' ? 'session' : 'token',
      person: principal?.userId ?? null,
      held: principal === null ? [] : reachOf(principal.access, 'images:decide'),
      expiresAt: expiryOf(input.state, expiresAt, now()),
      successor,
    };
  };

  return {
    listImageDecisions: async ({ params, query }) => {
      const page = await store.decisions.list(params.digest, query);
      if (page.total === 0) found(await store.images.get(params.digest, now()), 'The image');
      return page;
    },
    decideImage: async ({ params: { digest }, body, principal }) => {
      await store.decisions.decide([decisionOf(digest, body, principal)], now());
      events.emit({ type: 'image', digest });
      events.emit({ type: 'approval' });
      const { items } = await store.decisions.list(digest, { limit: 1 });
      return items[0]!;
    },
    decideImages: async ({ body: { digests, dryRun, ...input }, principal }) => {
      const decisions = [...new Set(digests)].map((digest) => decisionOf(digest, input, principal));
      if (dryRun) return store.decisions.check(decisions, now());
      const summary = await store.decisions.decide(decisions, now());
      events.emit({ type: 'approval' });
      return summary;
    },
    listApprovals: async ({ query }) => {
      const page = await store.approvals.list(query, now());
      const tags = await withLifecycles(context, { items: page.items.map(({ tag }) => tag), next: null, total: 0 });
      return { ...page, items: page.items.map((item, at) => ({ ...item, tag: tags.items[at]! })) };
    },
    getApproval: ({ params, principal }) => review(params.digest, principal),
    requestApproval: async ({ body: { digest, reason }, principal }) => {
      await store.approvals.request(digest, reason, actorOf(principal), now());
      return told(digest, principal);
    },
    withdrawApproval: async ({ params: { digest }, principal }) => {
      await store.approvals.withdraw(digest, actorOf(principal), now());
      return told(digest, principal);
    },
    commentApproval: async ({ params: { digest }, body: { text }, principal }) => {
      await store.approvals.comment(digest, text, actorOf(principal), now());
      return told(digest, principal);
    },
    assignApproval: async ({ params: { digest }, body: { assignee }, principal }) => {
      await store.approvals.assign(digest, assignee, actorOf(principal), now());
      return told(digest, principal);
    },
    listApprovalRules: ({ query }) => store.approvalRules.list(query),
    createApprovalRule: ({ body, principal }) => {
      refuseUnreadable(body.pattern);
      return store.approvalRules.create(randomUUID(), body, whoAsks(principal), now());
    },
    deleteApprovalRule: async ({ params }) => {
      found((await store.approvalRules.remove(params.id)) || null, 'The rule');
      return undefined;
    },
  };
}

function actorOf(principal: Principal | null): { name: string; person: string | null } {
  return { name: whoAsks(principal), person: principal?.userId ?? null };
}

function expiryOf(state: string, expiresAt: string | null, now: Date): Date | null {
  if (expiresAt === null) return null;
  const wrong = (message: string) =>
    new ProblemError('invalid-input', message, { errors: [{ path: 'expiresAt', message }] });
  if (state !== 'approved') throw wrong('Only an approval can end by itself.');
  const end = new Date(expiresAt);
  if (end <= now) throw wrong('The end of the approval must be in the future.');
  return end;
}

function refuseUnreadable(pattern: string): void {
  try {
    compilePattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    const { message, hint, position } = error;
    throw new ProblemError('invalid-pattern', message, { hint, errors: [{ path: 'pattern', message, position }] });
  }
}
