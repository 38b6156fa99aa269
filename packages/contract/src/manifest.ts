/** Manifests that Pharos hands out, and what is checked before. */
import { z } from 'zod';

/** `warn` is told and hands out; `fail` is what the operator, or the database, would refuse. */
export const ManifestCheck = z.object({
  id: z.string().meta({ description: 'Stable, kebab-case, e.g. name, storage, tag, major, extension-os' }),
  state: z.enum(['ok', 'warn', 'fail']),
  message: z.string(),
  hint: z.string().meta({ description: 'What to do about it; empty when there is nothing to do' }),
});
export type ManifestCheck = z.infer<typeof ManifestCheck>;

/** A Kubernetes object as it is written. */
export const KubernetesObject = z.record(z.string(), z.unknown());
export type KubernetesObject = z.infer<typeof KubernetesObject>;

export const ManifestAnswer = z.object({
  manifests: z.array(KubernetesObject).meta({ description: 'In the order to apply them; none when a check fails' }),
  checks: z.array(ManifestCheck),
  yaml: z.string().meta({ description: 'The same objects as one YAML text; empty when a check fails' }),
});
export type ManifestAnswer = z.infer<typeof ManifestAnswer>;
