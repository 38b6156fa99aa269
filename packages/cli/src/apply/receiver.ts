/** Receivers of files: that a registry tells Pharos of pushes. Their secrets are shown to a person, never to a file. */
import { ReceiverSource } from '@pharos/contract';
import { CliError } from '../failure.ts';
import type { Place } from './entry.ts';
import type { Noun } from './noun.ts';
import { conflict, late } from './step.ts';

export interface ReceiverDocument {
  place: Place;
  /** Name or id. */
  registry: string;
  source: ReceiverSource;
}

export const receiverNoun: Noun<ReceiverDocument> = {
  noun: 'receiver',
  kind: 'Receiver',
  list: 'receivers',
  needs: ['receivers', 'registries'],
  keyOf: ({ registry, source }) => `${registry}/${source}`,
  read: (reader) => {
    const { registry, source, ...rest } = reader.value;
    const [unknown] = Object.keys(rest);
    if (unknown !== undefined) return reader.problem([unknown], `Unknown key "${unknown}".`);
    if (typeof registry !== 'string') return reader.problem(['registry'], '"registry" must be the name of a registry.');
    const found = reader.parse(ReceiverSource, source, ReceiverSource.options, ['source']);
    return found && { place: reader.place, registry, source: found };
  },
  plan: ({ registry, source, place }, { receivers, registries }, _options, documents) => {
    const head = { noun: 'receiver', name: `${registry}/${source}` };
    const isMeant = (one: { id: string; name: string }) => one.id === registry || one.name === registry;
    const [found, second] = registries.filter(isMeant);
    if (second) return conflict(head, null, `Several registries are called "${registry}": write the id.`);
    if (!found && !documents.registries.some(({ input }) => input.name === registry)) {
      return conflict(head, null, `There is no registry "${registry}" here or in the file.`);
    }
    const before = receivers.find((one) => one.registryId === found?.id && one.source === source);
    const changes = before ? [] : [{ field: 'source', before: null, after: source }];
    const step = late(head, before?.id ?? null, changes, async (client, now) => {
      const present = now.registries.find(isMeant);
      if (present) return (await client('createReceiver', { body: { registryId: present.id, source } })).id;
      throw new CliError('not-found', `${place}: there is no registry "${registry}".`, 'See "pharos registries list".');
    });
    return before ? step : { ...step, next: `Its address and secret: pharos receivers rotate "${registry}"` };
  },
  write: ({ receivers, registries }) => {
    const keys = new Set<string>();
    return receivers.flatMap(({ registryId, registry, source }) => {
      const name = registries.filter((one) => one.name === registry).length > 1 ? registryId : registry;
      // One is enough to say that there is one.
      const isSaid = keys.has(`${name}/${source}`);
      keys.add(`${name}/${source}`);
      return isSaid ? [] : [{ fields: { registry: name, source } }];
    });
  },
};
