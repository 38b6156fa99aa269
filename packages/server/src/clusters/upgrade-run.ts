/** Upgrades in time: asked for, carried out when their window opens, and looked at afterwards. */
import { randomUUID } from 'node:crypto';
import type { UpgradeInput } from '@pharos/contract';
import { inWindow, nextWindow, upgradeProgress, verificationMinutes } from '@pharos/library';
import {
  audited,
  type NewAuditEvent,
  type StoredCluster,
  type StoredUpgrade,
  StoreError,
  type UpgradeChange,
  windowsOf,
} from '@pharos/store';
import type { Context } from '../context.ts';
import { type Principal, whoAsks } from '../identity/principal.ts';
import { ProblemError } from '../problem.ts';
import { assemble, requireAdmissible } from './assemble.ts';
import { changeCluster, patchedCluster } from './change.ts';
import { isHeld } from './protection.ts';
import { upgradeFacts } from './upgrade-view.ts';
import { type UpgradeStep, upgradeStep } from './upgrades.ts';

const ITSELF = 'Pharos';
/** For how long pods are still looked at after an upgrade was not verified in time. */
const LOOK_DAYS = 7;

/**
 * Begins an upgrade, or keeps one that waits for its window or for a second person. Whatever it waits for, it is checked now
 * as it will be then, so that nobody waits for what would be refused.
 */
export async function requestUpgrade(
  context: Context,
  before: StoredCluster,
  { image, when }: UpgradeInput & { when: StoredUpgrade['timing'] },
  principal: Principal | null,
): Promise<void> {
  const { store, now } = context;
  const step = await upgradeStep(context, before, image);
  const maintenance = (await store.maintenance.ofCluster(before.id))!;
  if (when === 'window' && nextWindow(windowsOf(maintenance), now()) === null) {
    throw new ProblemError(
      'no-maintenance-window',
      `Neither the cluster nor ${before.spec.location} has a maintenance window.`,
    );
  }
  const { kind, extension, fromTag, toTag } = step;
  const upgrade = {
    ...{ id: randomUUID(), clusterId: before.id, kind, digest: image, extension, fromTag, toTag, timing: when },
    requestedBy: whoAsks(principal),
    requestedPerson: principal?.userId ?? null,
  };
  const needsApproval = maintenance.upgradeApproval || maintenance.location.upgradeApproval;
  if (when === 'now' && !needsApproval) {
    await begin(context, before, step, upgrade.requestedBy, { at: 'once', upgrade });
    return;
  }
  const isPinned = await isHeld(context, before);
  requireAdmissible((await assemble(context, step.spec, { isHeld: isPinned })).checks);
  const kept = await store.clusterUpgrades.request(upgrade, now());
  context.events.emit({ type: 'cluster', id: before.id });
  // The window may be open now.
  if (kept.state === 'scheduled') await carryOutDue(context, before.id);
}

/** One turn of the clock: every upgrade whose time has come, each by itself. */
export async function carryOutDue(context: Context, clusterId: string | null = null): Promise<void> {
  for (const { upgrade, maintenance } of await context.store.clusterUpgrades.scheduled()) {
    if (context.stopping.aborted) return;
    if (clusterId !== null && upgrade.clusterId !== clusterId) continue;
    // What was confirmed for at once waits for no window.
    const isDue = upgrade.timing === 'now' || inWindow(windowsOf(maintenance), context.now());
    if (isDue) await carryOut(context, upgrade);
  }
}

/** Everything is checked again. What may not be any more is stopped with the reason; what fails otherwise is tried again. */
async function carryOut(context: Context, upgrade: StoredUpgrade): Promise<void> {
  const { store, now } = context;
  const cluster = await store.clusters.get(upgrade.clusterId);
  if (cluster === null) return;
  const entry: NewAuditEvent = {
    actor: ITSELF,
    actorKind: 'system',
    action: 'cluster.upgrade',
    outcome: 'done',
    subjectKind: 'cluster',
    subject: cluster.id,
    locationId: cluster.spec.location,
    detail: { asked: { image: upgrade.digest, when: upgrade.timing }, requestedBy: upgrade.requestedBy },
  };
  try {
    await audited(entry, now, async () => {
      if (upgrade.change !== null) return carryOutChange(context, cluster, upgrade, upgrade.change);
      const step = await upgradeStep(context, cluster, upgrade.digest);
      await begin(context, cluster, step, upgrade.requestedBy, { scheduled: upgrade.id });
    });
  } catch (error) {
    if (error instanceof ProblemError) {
      const reason = `${error.message} ${error.hint}`.trim();
      const isStopped = await audited({ ...entry, action: 'cluster.upgrade-stop', reason }, now, () =>
        store.clusterUpgrades.stop(upgrade.id, reason, now()),
      );
      if (isStopped) context.events.emit({ type: 'cluster', id: cluster.id });
      return;
    }
    // Another server was faster, or somebody changed the cluster just now: the next turn sees what there is to do.
    if (error instanceof StoreError && error.code === 'conflict') return;
    context.log.warn({ err: error, cluster: cluster.id }, 'a scheduled upgrade was not carried out');
  }
}

/** A change that waited: of the cluster as it is now, whatever was changed of it meanwhile. */
async function carryOutChange(
  context: Context,
  before: StoredCluster,
  { id, requestedBy }: StoredUpgrade,
  { patch, words }: UpgradeChange,
): Promise<void> {
  const apply = before.apply || patch.apply === true;
  const note = { action: 'update', actor: requestedBy, detail: words } as const;
  const { spec } = await patchedCluster(context, before, patch);
  await changeCluster(context, { before, spec, apply, note, upgrade: { scheduled: id } });
}

function begin(
  context: Context,
  before: StoredCluster,
  { spec, extension, fromTag, toTag }: UpgradeStep,
  actor: string,
  upgrade: NonNullable<Parameters<typeof changeCluster>[1]['upgrade']>,
): Promise<StoredCluster> {
  const detail = `${extension === null ? '' : `${extension} `}${fromTag} to ${toTag}`;
  return changeCluster(context, {
    before,
    spec,
    apply: before.apply,
    note: { action: 'upgrade', actor, detail },
    upgrade,
  });
}

/** One turn: what was begun is held against what runs. */
export async function verifyUpgrades(context: Context): Promise<void> {
  const { store, now } = context;
  const since = new Date(now().getTime() - LOOK_DAYS * 86_400_000);
  for (const upgrade of await store.clusterUpgrades.unproven(since)) {
    if (context.stopping.aborted) return;
    const cluster = await store.clusters.get(upgrade.clusterId);
    if (cluster === null) continue;
    const progress = upgradeProgress(await upgradeFacts(context, cluster, upgrade));
    const minutes = verificationMinutes(upgrade.kind);
    const isLate = Date.parse(upgrade.startedAt!) + minutes * 60_000 <= now().getTime();
    if (!progress.isVerified && (!isLate || upgrade.state === 'unverified')) continue;
    const [state, result] = progress.isVerified
      ? (['verified', progress.message] as const)
      : (['unverified', `After ${minutes / 60} h: ${progress.message}`] as const);
    if (await store.clusterUpgrades.conclude(upgrade.id, state, result, now())) {
      context.events.emit({ type: 'cluster', id: cluster.id });
    }
  }
}
