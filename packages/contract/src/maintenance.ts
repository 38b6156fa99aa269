/** When clusters of a location may be upgraded, and whether a second person confirms it first. */
import { z } from 'zod';
import { Time } from './common.ts';
import { LocationId } from './location.ts';
import { MaintenanceWindow, MaintenanceWindows } from './window.ts';

export const LocationMaintenance = z.object({
  locationId: LocationId,
  windows: MaintenanceWindows.meta({ description: 'For its clusters that set none of their own' }),
  upgradeApproval: z.boolean().meta({ description: 'A second person confirms each upgrade of its clusters' }),
});
export type LocationMaintenance = z.infer<typeof LocationMaintenance>;

/** What is left out stays. */
export const LocationMaintenancePatch = z.strictObject({
  windows: MaintenanceWindows.optional(),
  upgradeApproval: z.boolean().optional(),
});
export type LocationMaintenancePatch = z.infer<typeof LocationMaintenancePatch>;

export const ClusterMaintenance = z.object({
  windows: MaintenanceWindows.nullable().meta({ description: 'Its own; null: those of its location' }),
  upgradeApproval: z.boolean().meta({ description: 'Asked for by the cluster itself' }),
  location: LocationMaintenance,
  opensAt: Time.nullable().meta({
    description: 'Of the opening that is now or comes next; null: no window is set, here and for the location',
  }),
  closesAt: Time.nullable(),
});
export type ClusterMaintenance = z.infer<typeof ClusterMaintenance>;

/** What is left out stays. The cluster can ask for approval where its location does not, and not the other way round. */
export const ClusterMaintenancePatch = z.strictObject({
  windows: z
    .array(MaintenanceWindow)
    .min(1)
    .max(20)
    .nullable()
    .optional()
    .meta({ description: 'null: those of its location' }),
  upgradeApproval: z.boolean().optional(),
});
export type ClusterMaintenancePatch = z.infer<typeof ClusterMaintenancePatch>;
