/** Changes of a cluster that stands: each checked, then kept with its history and with what agents apply, all or nothing. */
import type { ClusterSpec } from '@pharos/contract';
import { checkChange } from '@pharos/library';
import type { ClusterNote, ClusterStep, StoredCluster } from '@pharos/store';
import type { Context } from '../context.ts';
import { assemble, contentOf, requireAdmissible } from './assemble.ts';
import { dispatchCatalog } from './catalog-keeper.ts';

export interface ClusterChangeInput {
  readonly before: StoredCluster;
  readonly spec: ClusterSpec;
  readonly apply: boolean;
  readonly note: ClusterNote;
  /** The upgrade that this is. */
  readonly upgrade?: ClusterStep['upgrade'];
}

/**
 * Throws `image-not-approved`, `image-not-available`, `cluster-not-admissible`, and `conflict` when the cluster was changed
 * meanwhile.
 */
export async function changeCluster(context: Context, input: ClusterChangeInput): Promise<StoredCluster> {
  const { before, spec, apply, note, upgrade } = input;
  const assembled = await assemble(context, spec, note.action === 'update');
  requireAdmissible([...assembled.checks, ...checkChange(before.spec, spec)]);
  const content = contentOf(assembled, apply);
  const objects = apply ? [assembled.cluster!] : undefined;
  const step = { objects, upgrade };
  const after = await context.store.clusters.update(before.id, before.revision, content, note, context.now(), step);
  context.events.emit({ type: 'cluster', id: before.id });
  if (apply) await dispatchFollowed(context, after);
  return after;
}

/** The catalog that a cluster points to is applied by the agent too. */
export async function dispatchFollowed(context: Context, { spec, catalog }: StoredCluster): Promise<void> {
  if (catalog === null) return;
  for (const each of await context.reader.whole.catalogs.list(spec.location)) {
    if (each.key.name === catalog) await dispatchCatalog(context, each);
  }
}
