import type { FileRegistry, FileRule, Hello, WorkAnswer, WorkResult } from '@pharos/contract';
import { audited } from '@pharos/store';
import type { Context } from '../context.ts';
import { dispatchVersion as versionOf } from '../model-services/location-secrets.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';
import { fileRefusal } from '../scan-refusal.ts';
import { isAgentKey } from '../sealing.ts';
import type { WorkItem } from '../work.ts';
import { SAMPLE_REMOVED } from './registries.ts';
import { checkPatterns } from './rules.ts';

/** How long a change of what is to be applied may go unseen. */
const DISPATCH_LOOK_MS = 2_000;

type Names = 'agentHello' | 'agentConfig' | 'agentWork' | 'agentWorkResult' | 'agentRegistryStatus' | 'agentListing';

/** What agents say and ask, apart from their scans. */
export function agentProtocolHandlers(context: Context): Pick<Handlers, Names> {
  const { store, now, work, events, configs } = context;
  return {
    agentHello: async ({ body }) => {
      checkHello(body);
      await store.locations.ensure(body.locationId, now());
      if (!(await store.agents.hello(body, now()))) {
        throw new ProblemError('conflict', 'Another process of this agent started later than this one.', {
          hint: 'Stop one of the two, or give each a state folder of its own.',
        });
      }
      const { registries, rules } = await withoutRemovedSample(context, body);
      const { locationId } = body;
      const doing = { actor: body.name, actorKind: 'agent', action: 'location.file', outcome: 'done' } as const;
      await audited({ ...doing, subjectKind: 'location', subject: locationId, locationId }, now, () =>
        store.registries.replaceFile(locationId, registries, rules, now()),
      );
      events.emit({ type: 'agent', id: body.agentId });
      return { serverEpoch: store.serverEpoch, configVersion: await configs.version(body.locationId) };
    },
    agentConfig: async ({ query }) => {
      const agent = knownAgent(await store.agents.publicKey(query.agentId));
      return configs.forAgent(agent.locationId, agent.publicKey);
    },
    agentWork: async ({ query, signal }) => {
      const heard = await store.agents.touch(query.agentId, { spoolDepth: query.spoolDepth }, now());
      const { locationId } = knownAgent(heard);
      const until = now().getTime() + query.wait * 1000;
      for (;;) {
        const configVersion = await configs.version(locationId);
        // An agent without Kubernetes has nothing to apply.
        const hasKubernetes = query.dispatchVersion !== '';
        const dispatchVersion = hasKubernetes ? await versionOf(store, locationId, now()) : '';
        const left = until - now().getTime();
        const items = signal.aborted ? [] : work.take(locationId, query.agentId);
        const hasNews = configVersion !== query.configVersion || dispatchVersion !== query.dispatchVersion;
        if (items.length > 0 || hasNews || left <= 0 || signal.aborted) {
          return { work: items, configVersion, dispatchVersion, serverEpoch: store.serverEpoch } satisfies WorkAnswer;
        }
        // What is to be applied may change in another replica, or by a decision: nobody wakes this one then.
        await work.wait(locationId, hasKubernetes ? Math.min(left, DISPATCH_LOOK_MS) : left, signal);
      }
    },
    agentWorkResult: async ({ params, body }) => {
      const item = work.get(params.id);
      // Said twice, or asked for before a restart: nobody waits for it any more, which is no fault of the agent.
      if (item === null) return undefined;
      await keepResult(context, item, body);
      work.finish(params.id, body);
      return undefined;
    },
    agentRegistryStatus: async ({ params, body }) => {
      found((await store.registries.setStatus(params.id, body, now())) || null, 'The registry');
      events.emit({ type: 'registry', id: params.id });
      return undefined;
    },
    agentListing: async ({ body }) => {
      found(await store.registries.get(body.registryId), 'The registry');
      await store.listings.put(body, now());
      return undefined;
    },
  };
}

/** Stores what came of a piece of work, before those who wait for it read it. */
async function keepResult(context: Context, item: WorkItem, result: WorkResult): Promise<void> {
  const { store, now, events } = context;
  const { work } = item;
  if (result.kind !== work.kind) throw new ProblemError('invalid-input', `The work is a ${work.kind}.`);
  switch (result.kind) {
    case 'probe': {
      const { state, message, code, checks, reading } = result;
      await store.registries.setStatus(work.registryId, { state, message, code, checks, reading }, now());
      events.emit({ type: 'registry', id: work.registryId });
      return;
    }
    case 'list': {
      if (result.listing.registryId !== work.registryId) {
        throw new ProblemError('invalid-input', 'The listing is of another registry.');
      }
      await store.listings.put(result.listing, now());
      return;
    }
    case 'describe': {
      if (!result.ok || result.observation === null || work.kind !== 'describe') return;
      if (result.observation.digest !== work.digest) {
        throw new ProblemError('invalid-digest', 'The observation is of another digest.');
      }
      await store.images.observe(result.observation, now(), result.packages);
      events.emit({ type: 'image', digest: work.digest });
      return;
    }
    case 'reread':
      return;
    case 'scan':
      if (result.status === 'failed') await fileRefusal(context, item, result);
      return;
  }
}

function checkHello(hello: Hello): void {
  if (!isAgentKey(hello.publicKey)) {
    const message = 'must be a raw X25519 public key in base64url';
    throw new ProblemError('invalid-input', `publicKey ${message}.`, { errors: [{ path: 'publicKey', message }] });
  }
  hello.rules.forEach((rule, index) => {
    checkPatterns(rule, `rules.${index}.`);
  });
}

/** Once a person removed the sample registry, an agent that still serves it does not bring it back. */
async function withoutRemovedSample(
  { store }: Context,
  hello: Hello,
): Promise<{ registries: FileRegistry[]; rules: FileRule[] }> {
  const { registries, rules } = hello;
  if (!registries.some((registry) => registry.isSample)) return { registries, rules };
  if ((await store.settings.get(SAMPLE_REMOVED)) !== 'true') return { registries, rules };
  const gone = new Set(registries.filter((registry) => registry.isSample).map((registry) => registry.id));
  return {
    registries: registries.filter((registry) => !gone.has(registry.id)),
    rules: rules.filter((rule) => rule.registryId === null || !gone.has(rule.registryId)),
  };
}

/** An agent that was forgotten, or never said hello here, has to say it. */
function knownAgent<T>(row: T | null): T {
  if (row !== null) return row;
  throw new ProblemError('not-found', 'The agent is not known here.', { hint: 'Say hello first (POST /agent/hello).' });
}
