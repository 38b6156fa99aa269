/** When the clusters of a location may be upgraded, of files. Locations themselves come with their agents. */
import { LocationId, LocationMaintenancePatch } from '@pharos/contract';
import { windowWords } from '../window-words.ts';
import type { Place } from './entry.ts';
import { maintenanceFields, withWindows } from './maintenance.ts';
import type { Noun } from './noun.ts';
import { conflict, difference, update } from './step.ts';

export interface LocationDocument {
  place: Place;
  id: string;
  spec: Required<LocationMaintenancePatch>;
}

export const locationNoun: Noun<LocationDocument> = {
  noun: 'location',
  kind: 'Location',
  list: 'locations',
  needs: ['locations'],
  keyOf: ({ id }) => id,
  read: (reader) => {
    const { id, ...rest } = withWindows(reader, reader.value, []) as Record<string, unknown>;
    const spec = reader.parse(LocationMaintenancePatch, rest, ['id', ...Object.keys(LocationMaintenancePatch.shape)]);
    if (!LocationId.safeParse(id).success) return reader.problem(['id'], '"id" must be the id of a location.');
    const { windows = [], upgradeApproval = false } = spec ?? {};
    return spec && { place: reader.place, id: String(id), spec: { windows, upgradeApproval } };
  },
  plan: ({ id, spec }, { locations }) => {
    const head = { noun: 'location', name: id };
    const before = locations.find(({ locationId }) => locationId === id);
    if (!before) return conflict(head, null, 'There is no such location. The first agent that joins it brings it.');
    const changes = difference(maintenanceFields(before, spec, ''), maintenanceFields(spec, spec, ''));
    return update(head, id, changes, spec, (client) =>
      client('setLocationMaintenance', { params: { id }, body: spec }),
    );
  },
  write: ({ locations }) =>
    locations
      .filter(({ windows, upgradeApproval }) => windows.length > 0 || upgradeApproval)
      .map(({ locationId: id, windows, upgradeApproval }) => ({
        fields: {
          id,
          windows: windows.length > 0 ? windows.map(windowWords) : undefined,
          upgradeApproval: upgradeApproval || undefined,
        },
      })),
};
