/** `--storage` and `--storage-secret`: where a NIM keeps the profiles that it loads, or finds those that were loaded before. */
import type { ModelDeploymentInput, ServingStorage } from '@pharos/contract';
import { CliError } from '../failure.ts';

export const STORAGE_HELP =
  'where a NIM keeps its profiles: a size (50Gi, a new volume), claim:NAME (a volume that is there), or an address (s3://…)';
export const STORAGE_SECRET_HELP = 'secret with the keys of that address, in that namespace';

interface StorageOptions {
  readonly storage?: string | undefined;
  readonly storageSecret?: string | undefined;
}

/**
 * What is asked for; of what is not named, what `stands` stays. An empty text takes away.
 * @throws CliError `usage` where a secret is named for what is no address
 */
export function storageOf(
  { storage, storageSecret }: StorageOptions,
  stands: ServingStorage | null = null,
): ModelDeploymentInput['storage'] {
  const asked = storage === undefined ? stands : whereOf(storage);
  if (storageSecret === undefined) return asked;
  if (asked === null || typeof asked === 'string' || asked.kind !== 'object-storage') {
    throw new CliError(
      'usage',
      'Only object storage is read with the keys of a secret.',
      'Give its address: --storage s3://…',
    );
  }
  return { kind: 'object-storage', uri: asked.uri, ...(storageSecret === '' ? {} : { secret: storageSecret }) };
}

function whereOf(text: string): ModelDeploymentInput['storage'] {
  if (text === '') return null;
  if (/^[a-z0-9]+:\/\//i.test(text)) return { kind: 'object-storage', uri: text };
  return text.startsWith('claim:') ? { kind: 'claim', name: text.slice('claim:'.length) } : text;
}
