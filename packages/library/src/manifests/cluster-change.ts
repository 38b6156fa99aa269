/** What of a cluster that stands may change (cloudnative-pg v1.30.0, cluster_webhook.go: validateStorageChange and its like). */
import type { ClusterSpec, ManifestCheck } from '@pharos/contract';
import { fail } from './cluster-checks.ts';
import { quantityValue } from './quantity.ts';

/** The refusals of a change from one form to another; none: it may be made. */
export function checkChange(before: ClusterSpec, after: ClusterSpec): ManifestCheck[] {
  const [old, young] = [before.storage, after.storage];
  const refused: ManifestCheck[] = [];
  if (isSmaller(young.size, old.size)) {
    refused.push(fail('storage-shrink', `The storage cannot shrink from ${old.size} to ${young.size}.`, GROW));
  }
  if ((young.storageClass ?? '') !== (old.storageClass ?? '')) {
    const message = 'The storage class of volumes that stand cannot change.';
    refused.push(fail('storage-class', message, 'Make a new cluster with the other class and move the data.'));
  }
  if (old.walSize !== undefined && young.walSize === undefined) {
    const message = 'The volume of the write-ahead log cannot be taken away again.';
    refused.push(fail('wal-storage', message, `Leave it at ${old.walSize}, or let it grow.`));
  } else if (old.walSize !== undefined && isSmaller(young.walSize!, old.walSize)) {
    const message = `The volume of the write-ahead log cannot shrink from ${old.walSize} to ${young.walSize}.`;
    refused.push(fail('wal-storage', message, GROW));
  }
  return refused;
}

const GROW = 'Volumes only grow. Make a smaller cluster and move the data.';

/** What cannot be read is left to the checks of the form itself. */
function isSmaller(young: string, old: string): boolean {
  const [after, before] = [quantityValue(young), quantityValue(old)];
  return after !== null && before !== null && after < before;
}
