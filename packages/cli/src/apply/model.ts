/** What people correct of a model, of files: facts that win over those of its images. Models themselves come with scans. */
import { MODEL_FIELD_NAMES, type ModelDetail, type ModelField, ModelPatch } from '@pharos/contract';
import type { Place } from './entry.ts';
import type { Noun } from './noun.ts';
import { conflict, difference, update } from './step.ts';

export interface ModelDocument {
  place: Place;
  /** `publisher/name`. */
  name: string;
  /** A fact left out stays; null takes the edit back. */
  spec: ModelPatch;
}

/** Models are told apart in lower case. */
export function modelKey(name: string): string {
  return name.trim().toLowerCase();
}

export const modelNoun: Noun<ModelDocument> = {
  noun: 'model',
  kind: 'Model',
  list: 'models',
  needs: ['models'],
  keyOf: ({ name }) => modelKey(name),
  read: (reader) => {
    const { name, ...rest } = reader.value;
    const spec = reader.parse(ModelPatch, rest, ['name', ...Object.keys(ModelPatch.shape)]);
    if (typeof name !== 'string' || name.trim() === '') {
      return reader.problem(['name'], '"name" must be publisher/name of a model.');
    }
    return spec && { place: reader.place, name, spec };
  },
  plan: ({ name, spec }, { models }) => {
    const head = { noun: 'model', name: modelKey(name) };
    const before = models.find(({ key }) => key === modelKey(name));
    if (!before) return conflict(head, null, 'It is not in the Model Library. It comes with a scan: apply again then.');
    const asked = MODEL_FIELD_NAMES.filter((field) => spec[field] !== undefined);
    const changes = difference(
      Object.fromEntries(asked.map((field) => [field, editOf(before, field)])),
      Object.fromEntries(asked.map((field) => [field, spec[field]])),
    );
    const isChanged = (field: string) => changes.some((change) => change.field === field);
    const body: ModelPatch = Object.fromEntries(Object.entries(spec).filter(([field]) => isChanged(field)));
    const { id } = before;
    return update(head, id, changes, body, (client) => client('updateModel', { params: { id }, body }));
  },
  write: ({ models }) =>
    models.flatMap((model) => {
      const edits = MODEL_FIELD_NAMES.map((field) => [field, editOf(model, field)] as const);
      const made = edits.filter(([, value]) => value !== null);
      return made.length > 0 ? [{ fields: { name: model.key, ...Object.fromEntries(made) } }] : [];
    }),
};

/** null: nobody edited it. */
function editOf({ facts }: ModelDetail, field: ModelField): unknown {
  return facts[field].source === 'edit' ? facts[field].value : null;
}
