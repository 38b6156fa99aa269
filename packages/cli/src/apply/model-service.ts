/** External model services of files. */
import { ModelServiceInput } from '@pharos/contract';
import type { DocumentOf, Noun } from './noun.ts';
import { conflict, create, difference, update } from './step.ts';

export const modelServiceNoun: Noun<DocumentOf<ModelServiceInput>> = {
  noun: 'model service',
  kind: 'ModelService',
  list: 'modelServices',
  needs: ['modelServices'],
  keyOf: ({ spec }) => spec.name,
  read: (reader) => {
    const value = {
      ...reader.value,
      baseUrl: reader.expand(reader.value.baseUrl, ['baseUrl']),
      ...(reader.value.apiKey === undefined ? {} : { apiKey: reader.expand(reader.value.apiKey, ['apiKey']) }),
    };
    const spec = reader.parse(ModelServiceInput, value, Object.keys(ModelServiceInput.shape));
    return spec && { place: reader.place, spec };
  },
  plan: ({ spec }, { modelServices }, { updateSecrets }) => {
    const { name, model, apiKey, baseUrl, allowHttp, allowPrivate } = spec;
    const head = { noun: 'model service', name };
    const before = modelServices.find((one) => one.name === name);
    if (!before) {
      const key = apiKey === null ? undefined : 'new key';
      const shown = { baseUrl, model, key, allowHttp: allowHttp || undefined, allowPrivate: allowPrivate || undefined };
      return create(head, shown, spec, (client) => client('createModelService', { body: spec }));
    }
    const { id } = before;
    if (before.baseUrl !== baseUrl || before.allowHttp !== allowHttp || before.allowPrivate !== allowPrivate) {
      return conflict(
        head,
        id,
        'Its address cannot be changed, for the key is bound to it; remove it, then apply again.',
      );
    }
    const changes = difference({ model: before.model }, { model });
    // A key cannot be compared: one that is there counts as the same.
    const sendsKey = apiKey !== null && (!before.hasKey || updateSecrets === true);
    if (sendsKey) changes.push({ field: 'key', before: before.hasKey ? 'a key' : null, after: 'new key' });
    const body = { model, ...(sendsKey ? { apiKey } : {}) };
    return update(head, id, changes, body, (client) => client('updateModelService', { params: { id }, body }));
  },
};
