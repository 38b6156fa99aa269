/** What of a cluster that stands may change (cloudnative-pg v1.30.0, cluster_webhook.go: validateStorageChange and its like). */
import type { ClusterSpec, ManifestCheck } from '@pharos/contract';
import { fail } from './cluster-checks.ts';

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

const UNITS: Readonly<Record<string, number>> = {
  ...{ '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** What a Kubernetes quantity amounts to; null: it is none. Exponents (1e9) are read too. */
export function quantityValue(text: string): number | null {
  const read = /^\+?(\d+\.?\d*|\.\d+)(?:([eE][-+]?\d+)|([KMGTPE]i|[mkMGTPE])?)$/.exec(text);
  if (read === null) return null;
  const [, digits, exponent = '', unit = ''] = read;
  return Number(`${digits}${exponent}`) * UNITS[unit]!;
}

/** What cannot be read is left to the checks of the form itself. */
function isSmaller(young: string, old: string): boolean {
  const [after, before] = [quantityValue(young), quantityValue(old)];
  return after !== null && before !== null && after < before;
}
