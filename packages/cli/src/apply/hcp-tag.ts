/** HCP tags of files: the tags themselves, not what they are on. */
import { HcpTagInput } from '@pharos/contract';
import type { DocumentOf, Noun } from './noun.ts';
import { create, difference, update } from './step.ts';

export const hcpTagNoun: Noun<DocumentOf<HcpTagInput>> = {
  noun: 'HCP tag',
  kind: 'HcpTag',
  list: 'hcpTags',
  needs: ['hcpTags'],
  // Case does not tell HCP tags apart.
  keyOf: ({ spec }) => spec.name.toLowerCase(),
  read: (reader) => {
    const spec = reader.parse(HcpTagInput, reader.value, Object.keys(HcpTagInput.shape));
    return spec && { place: reader.place, spec };
  },
  plan: ({ spec }, { hcpTags }) => {
    const head = { noun: 'HCP tag', name: spec.name };
    const before = hcpTags.find(({ name }) => name.toLowerCase() === spec.name.toLowerCase());
    if (!before) return create(head, fieldsOf(spec), spec, (client) => client('createHcpTag', { body: spec }));
    const { id } = before;
    const changes = difference({ name: before.name, ...fieldsOf(before) }, { name: spec.name, ...fieldsOf(spec) });
    return update(head, id, changes, spec, (client) => client('updateHcpTag', { params: { id }, body: spec }));
  },
  write: ({ hcpTags }) => hcpTags.map((tag) => ({ fields: { name: tag.name, ...fieldsOf(tag) } })),
};

function fieldsOf({ color, description }: HcpTagInput): Record<string, unknown> {
  return { color, description: description || undefined };
}
