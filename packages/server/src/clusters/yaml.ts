import type { KubernetesObject } from '@pharos/contract';
import { stringify } from 'yaml';

/** Objects as one text for kubectl and GitOps. Texts that look like numbers are quoted; nothing is folded. */
export function toYaml(objects: readonly KubernetesObject[]): string {
  return objects.map((object) => `---\n${stringify(object, { lineWidth: 0, aliasDuplicateObjects: false })}`).join('');
}
