/** A Kubernetes object as it is written; everything in it may be wrong. */
export type Manifest = Readonly<Record<string, unknown>>;

export function textOf(manifest: Manifest, field: 'apiVersion' | 'kind'): string {
  const value = manifest[field];
  return typeof value === 'string' ? value : '';
}
