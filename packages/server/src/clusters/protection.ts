/** What protects a cluster from those who may write it is taken away by more than they have. */
import type { ClusterMaintenancePatch } from '@pharos/contract';
import { covers, reachOf } from '@pharos/library';
import type { Context } from '../context.ts';
import type { Principal } from '../identity/principal.ts';
import { found, ProblemError } from '../problem.ts';

/**
 * Throws `forbidden`: a cluster that asks for a second person goes on asking, unless whoever sets that for its location
 * (`agents:write`) says otherwise. Else one person would switch it off, upgrade, and switch it on again.
 */
export async function requireProtection(
  { store }: Context,
  id: string,
  { upgradeApproval }: ClusterMaintenancePatch,
  principal: Principal | null,
): Promise<void> {
  if (upgradeApproval !== false) return;
  const { upgradeApproval: isAsked, location } = found(await store.maintenance.ofCluster(id), 'The cluster');
  if (!isAsked) return;
  const held = principal === null ? [] : reachOf(principal.access, 'agents:write');
  if (held === 'everywhere' || covers(held, { locationId: location.locationId, repository: null })) return;
  throw new ProblemError(
    'forbidden',
    'The cluster asks for a second person, and whoever changes clusters cannot take that away alone.',
    { hint: `Ask somebody who may write agents and locations (agents:write) in ${location.locationId}.` },
  );
}
