import type { ListDifference } from '@pharos/contract';
import { formatCount } from './format.ts';

/** Facts as the page of a tag calls them. */
export const FIELD_NAMES: Readonly<Record<string, string>> = {
  kind: 'Kind',
  engine: 'Engine',
  version: 'Version',
  build: 'Build',
  flavour: 'Flavour',
  os: 'Operating system',
  baseImage: 'Base image',
  baseDigest: 'Digest of the base',
  features: 'Features',
  tde: 'Transparent Data Encryption',
  uid: 'Runs as user',
  size: 'Size',
  createdAt: 'Created',
  mediaType: 'Media type',
  model: 'Model',
  parameters: 'Parameters',
  precision: 'Precision',
  licence: 'Licence',
  contextLength: 'Context length',
};

export const LIST_NAMES: Readonly<Record<ListDifference['list'], string>> = {
  extensions: 'Extensions',
  platforms: 'Platforms',
  packages: 'Packages',
  attached: 'Attached',
  labels: 'Labels',
  annotations: 'Annotations',
  environment: 'Environment',
};

/** `2 added, 1 changed, 80 the same`; a list that is not known of both sides has no numbers. */
export function countsText({ state, added, removed, changed, same }: ListDifference): string {
  if (state === 'unknown') return 'not known';
  const parts = [
    [added, 'added'],
    [removed, 'removed'],
    [changed, 'changed'],
    [same, 'the same'],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`);
  return told.join(', ') || 'none in either';
}
