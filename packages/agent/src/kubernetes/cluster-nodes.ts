/** What is kept of a node: what decides which model runs there, bounded. */
import type { ClusterNode, NodeGpu } from '@pharos/contract';
import { cleanText } from '@pharos/library';
import type { KubeObject } from './api.ts';

const MOST_TAINTS = 20;
const MOST_LABELS = 60;
const MOST_SLICES = 20;
const GPU = 'nvidia.com/gpu';
const MIG = 'nvidia.com/mig-';
/** Of node feature discovery: a hundred words on every node that nobody selects a GPU by. */
const LEFT_OUT = ['feature.node.kubernetes.io/', 'beta.kubernetes.io/'];
const GiB = 2 ** 30;

export function nodeOf({ metadata, spec, status }: KubeObject): ClusterNode {
  const labels = textsOf(metadata?.labels);
  const gpu = gpuOf(labels, status?.allocatable ?? {});
  return {
    name: cleanText(String(metadata?.name ?? ''), 253),
    architecture: short(status?.nodeInfo?.architecture ?? labels['kubernetes.io/arch']),
    memoryBytes: bytesOf(status?.allocatable?.memory),
    ready: listOf(status?.conditions).some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    cordoned: spec?.unschedulable === true,
    taints: listOf(spec?.taints)
      .slice(0, MOST_TAINTS)
      .map(({ key, value, effect }) => ({
        key: cleanText(String(key ?? ''), 317),
        value: cleanText(String(value ?? ''), 63),
        effect: cleanText(String(effect ?? ''), 63),
      })),
    labels: gpu === null ? {} : keptLabels(labels),
    gpu,
  };
}

/** Labels of GPU feature discovery (k8s-device-plugin, "Generated Labels"); memory is in MiB. */
function gpuOf(labels: Readonly<Record<string, string>>, allocatable: KubeObject): NodeGpu | null {
  const mig = Object.entries(allocatable)
    .filter(([name]) => name.startsWith(MIG))
    .map(([name, count]) => ({ profile: cleanText(name.slice(MIG.length), 63), count: wholeOf(count, 10_000) ?? 0 }))
    .slice(0, MOST_SLICES);
  const count = wholeOf(allocatable[GPU], 10_000);
  if (count === null && mig.length === 0) return null;
  const memory = Number(labels[`${GPU}.memory`]);
  return {
    count: count ?? 0,
    product: short(labels[`${GPU}.product`]),
    memoryGiB: memory > 0 && memory <= 100_000 * 1024 ? Math.round((memory / 1024) * 100) / 100 : null,
    sharedBy: Math.max(1, wholeOf(labels[`${GPU}.replicas`], 1000) ?? 1),
    mig,
  };
}

/** Those of NVIDIA first, then by name: cut off where there are too many. */
function keptLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const isNvidia = (key: string) => key.startsWith('nvidia.com/');
  const kept = Object.entries(labels)
    .filter(([key, value]) => key.length <= 317 && value.length <= 63 && !LEFT_OUT.some((each) => key.startsWith(each)))
    .sort(([one], [other]) => Number(isNvidia(other)) - Number(isNvidia(one)) || (one < other ? -1 : 1));
  return Object.fromEntries(kept.slice(0, MOST_LABELS));
}

function textsOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function listOf(value: unknown): KubeObject[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}

function short(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? cleanText(value, 63) : null;
}

function wholeOf(value: unknown, most: number): number | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !/^\d{1,9}$/.test(text)) return null;
  return Math.min(Number(text), most);
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: GiB,
  Ti: 2 ** 40,
};

/** A quantity of Kubernetes in bytes; null: none that a kubelet writes. */
function bytesOf(value: unknown): number | null {
  const [, digits, unit = ''] = /^(\d{1,15})([kMGT]|[KMGT]i)?$/.exec(String(value ?? '')) ?? [];
  if (digits === undefined) return null;
  const bytes = Number(digits) * UNITS[unit]!;
  return Number.isSafeInteger(bytes) ? bytes : null;
}
