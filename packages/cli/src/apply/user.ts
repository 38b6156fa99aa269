/** People and robots of files, with their roles; passwords, links and tokens are made for a person, not by a file. */
import { type User, UserInput, UserPatch } from '@pharos/contract';
import { grantWord } from '../grants.ts';
import { withGrants } from './grant-list.ts';
import type { DocumentOf, Noun } from './noun.ts';
import { conflict, create, difference, skip, update } from './step.ts';

const UserFile = UserInput.extend({ disabled: UserPatch.shape.disabled });

type Spec = UserInput & { disabled?: boolean | undefined };
export type UserDocument = DocumentOf<Spec>;

export const userNoun: Noun<UserDocument> = {
  noun: 'user',
  kind: 'User',
  list: 'users',
  needs: ['users'],
  // Case does not tell users apart.
  keyOf: ({ spec }) => spec.name.toLowerCase(),
  read: (reader) => {
    // In a document of its own "kind" says what the document is; in a list both are understood.
    const { type, ...rest } = withGrants(reader);
    const value = type === undefined ? rest : { ...rest, kind: type };
    const spec = reader.parse<Spec>(UserFile, value, ['type', ...Object.keys(UserFile.shape), 'role', 'scope']);
    return spec && { place: reader.place, spec };
  },
  plan: ({ spec }, { users }) => {
    const head = { noun: 'user', name: spec.name };
    const { disabled = false, ...input } = spec;
    const before = users.find(({ name }) => name.toLowerCase() === spec.name.toLowerCase());
    if (!before) {
      const made = create(head, fieldsOf(input, disabled), input, async (client) => {
        const { user } = await client('createUser', { body: input });
        if (disabled) await client('updateUser', { params: { id: user.id }, body: { disabled } });
        return user;
      });
      const next =
        input.kind === 'robot' ? `pharos tokens create NAME --robot ${input.name}` : `pharos users reset ${input.name}`;
      return { ...made, next: `${input.kind === 'robot' ? 'A token for it' : 'A link to choose a password'}: ${next}` };
    }
    const { id } = before;
    if (before.origin !== 'local') return skip(head, id, 'It comes from the identity provider, with its roles.');
    if (before.kind !== input.kind) {
      return conflict(head, id, `It is a ${before.kind}, which cannot be changed; remove it, then apply again.`);
    }
    const changes = difference(fieldsOf(before, before.state === 'disabled'), fieldsOf(input, disabled));
    const body: UserPatch = {
      ...{ displayName: input.displayName, grants: input.grants },
      ...(disabled === (before.state === 'disabled') ? {} : { disabled }),
    };
    return update(head, id, changes, body, (client) => client('updateUser', { params: { id }, body }));
  },
  write: ({ users }) =>
    users
      .filter(({ origin }) => origin === 'local')
      .map(({ name, displayName, kind, grants, state }) => ({
        fields: {
          name,
          displayName: displayName || undefined,
          type: kind === 'person' ? undefined : kind,
          grants: grants.map(grantWord),
          disabled: state === 'disabled' || undefined,
        },
      })),
};

function fieldsOf({ displayName, kind, grants }: Pick<User, 'displayName' | 'kind' | 'grants'>, disabled: boolean) {
  return {
    kind,
    displayName: displayName || undefined,
    grants: grants.length > 0 ? grants.map(grantWord).sort() : undefined,
    disabled: disabled || undefined,
  };
}
