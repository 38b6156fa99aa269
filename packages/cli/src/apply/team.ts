/** Teams of files: roles that their members hold together. Members are named; left out, they stay. */
import { type Team, TeamInput, type TeamPatch } from '@pharos/contract';
import { CliError } from '../failure.ts';
import { grantWord } from '../grants.ts';
import type { Documents } from './document.ts';
import type { Place } from './entry.ts';
import { withGrants } from './grant-list.ts';
import type { Known, Noun, PlanOptions } from './noun.ts';
import { conflict, difference, late, type Step } from './step.ts';

const WithoutMembers = TeamInput.omit({ members: true });

export interface TeamDocument {
  place: Place;
  spec: Omit<TeamInput, 'members'>;
  /** Names or ids; undefined: they stay. */
  members: string[] | undefined;
}

export const teamNoun: Noun<TeamDocument> = {
  noun: 'team',
  kind: 'Team',
  list: 'teams',
  needs: ['teams', 'users'],
  keyOf: ({ spec }) => spec.name.toLowerCase(),
  read: (reader) => {
    const { members: given, ...rest } = withGrants(reader);
    const spec = reader.parse(WithoutMembers, rest, [...Object.keys(TeamInput.shape), 'role', 'scope']);
    const isNone = Array.isArray(given) && given.length === 0;
    const members = isNone ? [] : reader.names(given, ['members'], 1000);
    return spec && members !== null ? { place: reader.place, spec, members } : null;
  },
  plan: planTeam,
  write: ({ teams, users }) =>
    teams.map(({ name, description, grants, groups, members }) => {
      const local = members.filter(({ id }) => users.find((one) => one.id === id)?.origin !== 'oidc');
      return {
        fields: {
          name,
          description: description || undefined,
          grants: grants.map(grantWord),
          groups: groups.length > 0 ? groups : undefined,
          members: local.map((member) => member.name),
        },
      };
    }),
};

function planTeam(
  { spec, members, place }: TeamDocument,
  known: Known,
  _options: PlanOptions,
  documents: Documents,
): Step {
  const head = { noun: 'team', name: spec.name };
  const before = known.teams.find(({ name }) => name.toLowerCase() === spec.name.toLowerCase());
  const lost = members?.find(
    (one) => userOf(one, known) === undefined && !documents.users.some(({ spec: { name } }) => isSame(name, one)),
  );
  if (lost !== undefined) return conflict(head, before?.id ?? null, `There is no user "${lost}" here or in the file.`);
  const wanted = members?.map((one) => userOf(one, known)?.name ?? one);
  // Those that the identity provider brings are not asked about.
  const present = members === undefined ? undefined : before && localMembers(before, known);
  const changes = difference(before ? fieldsOf(before, present) : {}, fieldsOf(spec, wanted));
  const id = before?.id ?? null;
  return late(head, id, changes, async (client, now) => {
    const ids = members?.map((one) => {
      const found = userOf(one, now);
      if (found) return found.id;
      throw new CliError('not-found', `${place}: there is no user "${one}".`, 'Correct the name, or make it first.');
    });
    if (id === null) return (await client('createTeam', { body: { ...spec, members: ids ?? [] } })).id;
    const { description, grants, groups } = spec;
    const body: TeamPatch = { description, grants, groups, ...(ids ? { members: ids } : {}) };
    await client('updateTeam', { params: { id }, body });
    return id;
  });
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

function userOf(written: string, { users }: Known) {
  return users.find(({ id, name }) => id === written || isSame(name, written));
}

function localMembers({ members }: Team, { users }: Known): string[] {
  return members.filter(({ id }) => users.find((one) => one.id === id)?.origin !== 'oidc').map(({ name }) => name);
}

function fieldsOf(
  { description, grants, groups }: Pick<Team, 'description' | 'grants' | 'groups'>,
  members: readonly string[] | undefined,
): Record<string, unknown> {
  return {
    description: description || undefined,
    grants: grants.length > 0 ? grants.map(grantWord).sort() : undefined,
    groups: groups.length > 0 ? [...groups].sort() : undefined,
    members: members && members.length > 0 ? [...members].sort() : undefined,
  };
}
