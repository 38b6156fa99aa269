import { checkObject, covers, reachOf } from '@pharos/library';
import type { Context } from '../context.ts';
import { notFound, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listAdmission'
  | 'listAdmissionRefusals'
  | 'checkAdmission'
  | 'agentAdmissionSnapshot'
  | 'agentAdmissionReport';

/** What admission control asks. */
export function admissionHandlers({ store, admission, now, events }: Context): Pick<Handlers, Names> {
  return {
    listAdmission: ({ query }) => store.admission.list(query),
    listAdmissionRefusals: ({ query }) => store.admission.refusals(query),
    checkAdmission: async ({ body, principal }) => {
      const reach = principal === null ? [] : reachOf(principal.access, 'library:read');
      const place = { locationId: body.locationId, repository: null };
      if (reach !== 'everywhere' && !covers(reach, place)) throw notFound('The location');
      if (!(await store.locations.has(body.locationId))) throw notFound('The location');
      const { facts, generation } = await admission.facts(body.locationId);
      const ground = { facts, why: '', now: now(), contact: '' };
      return { generation, items: body.objects.map((object) => checkObject(object, ground)) };
    },
    agentAdmissionSnapshot: async ({ query }) => {
      const agent = await store.agents.publicKey(query.agentId);
      if (agent === null) throw unknownAgent();
      return admission.snapshot(agent.locationId, query.generation, query.contentSha256);
    },
    agentAdmissionReport: async ({ body }) => {
      const kept = await store.admission.report(body, now());
      if (kept === null) throw unknownAgent();
      events.emit({ type: 'agent', id: body.agentId });
      if (kept.news > 0) events.emit({ type: 'activity' });
      return undefined;
    },
  };
}

function unknownAgent(): ProblemError {
  return new ProblemError('not-found', 'The agent is not known here.', {
    hint: 'Say hello first (POST /agent/hello).',
  });
}
