/** What protects a cluster from those who may write it is taken away by more than they have. */
import type { ClusterMaintenancePatch, ClusterSpec } from '@pharos/contract';
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

/** Whether a cluster that follows a catalog is pinned, because a second person confirms what restarts it. `id`: null: it is new. */
export async function isHeld(
  { reader }: Context,
  { id, spec, apply }: { readonly id: string | null; readonly spec: ClusterSpec; readonly apply: boolean },
): Promise<boolean> {
  const { maintenance } = reader.whole;
  // Nobody here keeps the catalogs of what is a file.
  if (spec.via !== 'catalog' || !apply) return false;
  if (id === null) return (await maintenance.ofLocation(spec.location))?.upgradeApproval ?? false;
  const of = await maintenance.ofCluster(id);
  return of !== null && (of.upgradeApproval || of.location.upgradeApproval);
}

/** After the wish for a second person has changed: followers of catalogs are pinned, or follow again. Any later turn does it too. */
export async function holdFollowers({ reader, now, events }: Context, location: string): Promise<void> {
  const { catalogs } = reader.whole;
  for (const { id } of await catalogs.list(location)) await catalogs.dispatch(id, now());
  events.emit({ type: 'catalog' });
}
