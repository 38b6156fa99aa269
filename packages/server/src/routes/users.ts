import { randomUUID } from 'node:crypto';
import type { User } from '@pharos/contract';
import type { Context } from '../context.ts';
import { checkGrants } from '../identity/scope.ts';
import { found, ProblemError } from '../problem.ts';
import type { Handlers } from '../route.ts';

type Names =
  | 'listUsers'
  | 'createUser'
  | 'getUser'
  | 'updateUser'
  | 'deleteUser'
  | 'resetUser'
  | 'listTeams'
  | 'createTeam'
  | 'getTeam'
  | 'updateTeam'
  | 'deleteTeam';

/** People, robots and teams. */
export function userHandlers({ store, identity, now }: Context): Pick<Handlers, Names> {
  const user = async (id: string) => found(await store.users.get(id), 'The user');

  return {
    listUsers: ({ query }) => store.users.list(query),
    getUser: ({ params }) => user(params.id),
    createUser: async ({ body }) => {
      checkGrants(body.grants);
      const made = await store.users.create({ ...body, id: randomUUID(), passwordHash: null }, now());
      return { user: made, link: made.kind === 'person' ? await identity.offerLink(made.id) : null };
    },
    updateUser: async ({ params, body }) => {
      checkGrants(body.grants);
      if (body.grants !== undefined) refuseExternal(await user(params.id), 'Its roles come from its groups.');
      return found(await store.users.update(params.id, body, now()), 'The user');
    },
    deleteUser: async ({ params }) => {
      found((await store.users.remove(params.id)) || null, 'The user');
      return undefined;
    },
    resetUser: async ({ params }) => {
      const who = await user(params.id);
      refuseExternal(who, 'It signs in with the identity provider.');
      if (who.kind === 'person' && who.state !== 'disabled') return identity.offerLink(who.id);
      throw new ProblemError('conflict', who.kind === 'robot' ? 'A robot has no password.' : 'The user is disabled.', {
        hint: who.kind === 'robot' ? 'Make a token for it.' : 'Enable the user first.',
      });
    },
    listTeams: ({ query }) => store.teams.list(query),
    getTeam: async ({ params }) => found(await store.teams.get(params.id), 'The team'),
    createTeam: ({ body }) => {
      checkGrants(body.grants);
      return store.teams.create(randomUUID(), body, now());
    },
    updateTeam: async ({ params, body }) => {
      checkGrants(body.grants);
      return found(await store.teams.update(params.id, body), 'The team');
    },
    deleteTeam: async ({ params }) => {
      found((await store.teams.remove(params.id)) || null, 'The team');
      return undefined;
    },
  };
}

function refuseExternal({ origin }: User, why: string): void {
  if (origin !== 'local') throw new ProblemError('external-user', why);
}
