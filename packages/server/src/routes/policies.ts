import { randomUUID } from 'node:crypto';
import type { ImagePolicyResults, PolicySpec } from '@pharos/contract';
import { compilePattern, decideByPolicies, evaluatePolicies, PatternError, whyNot } from '@pharos/library';
import type { PolicyActor } from '@pharos/store';
import type { Context } from '../context.ts';
import { type Principal, whoAsks } from '../identity/principal.ts';
import { previewPolicy } from '../policies/policy-preview.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listPolicies'
  | 'createPolicy'
  | 'previewPolicy'
  | 'getPolicy'
  | 'updatePolicy'
  | 'deletePolicy'
  | 'listPolicyVersions'
  | 'getImagePolicies'
  | 'listPolicyExceptions'
  | 'askPolicyException'
  | 'confirmPolicyException'
  | 'revokePolicyException';

/** Policies and exceptions. */
export function policyHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, events } = context;
  const { policies } = store;
  const changed = () => events.emit({ type: 'policy' });
  return {
    listPolicies: ({ query }) => policies.list(query),
    createPolicy: async ({ body, principal }) => {
      checkPatterns(body);
      const policy = await policies.create(randomUUID(), body, whoAsks(principal), now());
      changed();
      return policy;
    },
    previewPolicy: async ({ body, signal }) => {
      checkPatterns(body.spec);
      return previewPolicy(store, body, now(), signal);
    },
    getPolicy: async ({ params }) => found(await policies.get(params.id), 'The policy'),
    updatePolicy: async ({ params, body, principal }) => {
      checkPatterns(body);
      const policy = found(await policies.update(params.id, body, whoAsks(principal), now()), 'The policy');
      changed();
      return policy;
    },
    deletePolicy: async ({ params }) => {
      found((await policies.remove(params.id)) || null, 'The policy');
      changed();
      return undefined;
    },
    listPolicyVersions: async ({ params, query }) => found(await policies.versions(params.id, query), 'The policy'),
    getImagePolicies: ({ params }) => resultsOf(context, params.digest),
    listPolicyExceptions: ({ query }) => policies.exceptions(query, now()),
    askPolicyException: async ({ body, principal }) => {
      if (Date.parse(body.expiresAt) <= now().getTime()) {
        throw new ProblemError('invalid-input', 'expiresAt must be in the future.', {
          errors: [{ path: 'expiresAt', message: 'must be in the future' }],
        });
      }
      const exception = await policies.askException(randomUUID(), body, actorOf(principal), now());
      changed();
      return exception;
    },
    confirmPolicyException: async ({ params, principal }) => {
      const exception = found(await policies.confirmException(params.id, actorOf(principal), now()), 'The exception');
      changed();
      return exception;
    },
    revokePolicyException: async ({ params, principal }) => {
      const exception = found(await policies.revokeException(params.id, whoAsks(principal), now()), 'The exception');
      changed();
      return exception;
    },
  };
}

/** Evaluated from what is stored at this moment, so that nobody decides on yesterday's results. */
async function resultsOf({ store, now }: Context, digest: string): Promise<ImagePolicyResults> {
  const time = now();
  const [facts] = await store.policies.facts([digest], time);
  const { policies } = await store.policies.current();
  const verdicts = evaluatePolicies(policies, found(facts, 'The image'), time);
  const excepted = (await store.policies.excepted([digest], time)).get(digest)!;
  const { blockedBy } = decideByPolicies(verdicts, excepted);
  const [first] = blockedBy;
  const sentence =
    first === undefined
      ? verdicts.length === 0
        ? 'No policy is about this image.'
        : 'No enforced policy forbids its approval.'
      : `"${first.policy}" forbids its approval: ${whyNot(first)}`;
  const results = verdicts.map((verdict) => ({
    ...verdict,
    requirements: [...verdict.requirements],
    isExcepted: excepted.has(verdict.policyId),
  }));
  return { digest, isApprovable: blockedBy.length === 0, sentence, results };
}

function actorOf(principal: Principal | null): PolicyActor {
  return { name: whoAsks(principal), person: principal?.userId ?? null };
}

function checkPatterns({ scope }: PolicySpec): void {
  for (const [index, pattern] of scope.repositories.entries()) {
    try {
      compilePattern(pattern);
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      const { message, hint } = error;
      const errors = [{ path: `scope.repositories.${index}`, message }];
      throw new ProblemError('invalid-input', message, { hint, errors });
    }
  }
}
