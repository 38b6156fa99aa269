/** A model image where it stands, with what is known of its model: what serving manifests are written from. */
import type { ModelFormat, ModelProfile } from '@pharos/contract';
import { pullName } from '../pull.ts';

export interface ServedImage {
  readonly digest: string;
  /** Address of the registry. */
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
  readonly format: ModelFormat;
  /** Name of the model in the Model Library, without its publisher. */
  readonly model: string;
  /** Platforms as `os/architecture[/variant]`; empty: not read. */
  readonly platforms: readonly string[];
  readonly isMissing: boolean;
  /** Catalogue data, null: not known. It stands in a layer of the image, and no registry tells it. */
  readonly gpuCount: number | null;
  readonly gpuMemoryGiB: number | null;
  readonly profiles: readonly ModelProfile[] | null;
}

/**
 * `repository:tag@digest`. The digest stops KServe from rewriting the tag (`runtimeVersion`, `-gpu`; KServe 0.20
 * pkg/controller/v1beta1/inferenceservice/utils/utils.go, UpdateImageTag), the tag tells people what it is.
 */
export function servedReference({
  host,
  repository,
  tag,
  digest,
}: Pick<ServedImage, 'host' | 'repository' | 'tag' | 'digest'>): string {
  return `${pullName(host, repository)}:${tag}@${digest}`;
}

/** The first 12 hex digits of a digest: other bytes, another name. */
function shortHex(digest: string): string {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}

/** A Kubernetes name (RFC 1123 subdomain) of at most 63 characters that ends with the digest's first digits. */
export function nameWithDigest(words: readonly string[], digest: string): string {
  const hex = shortHex(digest);
  const text = words
    .join('-')
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/\.(?=[.-])|-(?=\.)/g, '');
  const head = text
    .slice(0, 63 - hex.length - 1)
    .replace(/^[^a-z0-9]+/, '')
    .replace(/[^a-z0-9]+$/, '');
  return `${head}-${hex}`;
}

/** Memory that GPUs of one pod talk through; 64 MiB, which containers get, is too little for tensor parallelism. */
export const SHARED_MEMORY = '16Gi';
export const NIM_PORT = 8000;

/** Nodes with GPUs carry this taint so that nothing else lands there. */
export const GPU_TOLERATION = { key: 'nvidia.com/gpu', operator: 'Exists', effect: 'NoSchedule' } as const;

/** Keys without a value are left out: an operator reads null as a value. */
export function present<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
