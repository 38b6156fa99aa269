/** Which nodes of a location can run one replica, in the order of reasons that keep the others out. */
import type { ClusterNode, NodeGpu, NodeTaint } from '@pharos/contract';
import { GPU_TOLERATION } from './served-image.ts';

/** What is known of the nodes of a location; a string: nothing, and why. */
export type KnownNodes = readonly ClusterNode[] | string;

/** What one replica asks of its node: a replica is one pod, and a pod runs on one node. */
export interface NodeNeed {
  readonly count: number;
  /** Words of a product, e.g. `L40S`, `H100_NVL`; null or `any`: every one. */
  readonly product: string | null;
  /** Of each GPU. */
  readonly memoryGiB: number | null;
  /** `os/architecture[/variant]`; empty: not known, so that none is refused for it. */
  readonly platforms: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** In the order in which they are looked at; the last of them that a node reaches is what people are told. */
const OBSTACLES = [
  'gpu',
  'labels',
  'architecture',
  'product',
  'count',
  'shared',
  'memory',
  'taint',
  'cordoned',
  'ready',
] as const;
export type Obstacle = (typeof OBSTACLES)[number];

/**
 * Makers name GPUs by GB, drivers tell what is left for use: an L40S of 48 GB tells 46,068 MiB (44.99 GiB), an A10G of 24
 * tells 23,028. So a GPU holds what it is named for when it tells at least this share of it.
 */
const USABLE = 0.93;

/** null: the node can run it. */
function obstacleOf(node: ClusterNode, need: NodeNeed): Obstacle | null {
  const { gpu } = node;
  if (gpu === null || (gpu.count === 0 && gpu.mig.length === 0)) return 'gpu';
  if (Object.entries(need.labels).some(([key, value]) => node.labels[key] !== value)) return 'labels';
  if (!runsOn(node, need.platforms)) return 'architecture';
  if (!isProduct(gpu.product, need.product)) return 'product';
  if (gpu.count < need.count) return 'count';
  // Asked for two, a time-sliced GPU gives two turns on one (k8s-device-plugin, "Shared access to GPUs").
  if (gpu.sharedBy > 1 && need.count > 1) return 'shared';
  if (need.memoryGiB !== null && gpu.memoryGiB !== null && !holds(gpu.memoryGiB, need.memoryGiB)) return 'memory';
  if (node.taints.some(isInTheWay)) return 'taint';
  if (node.cordoned) return 'cordoned';
  return node.ready ? null : 'ready';
}

/** Whether GPUs that tell `has` GiB are those named for `needs`. */
export function holds(has: number, needs: number): boolean {
  return has >= needs * USABLE;
}

function runsOn({ architecture }: ClusterNode, platforms: readonly string[]): boolean {
  if (architecture === null || platforms.length === 0) return true;
  return platforms.some((platform) => platform.startsWith(`linux/${architecture}`));
}

/** Labels leave SXM out (`NVIDIA-H100-80GB-HBM3`) or number it (`SXM4`); the other forms they name. */
const SXM = /^sxm\d*$/;
const OTHER_FORMS = ['pcie', 'nvl'];

/**
 * Every word of what is asked for: `A100` is in `NVIDIA-A100-SXM4-80GB`, and `L40` is not in `NVIDIA-L40S`. `H100 SXM` is every
 * H100 whose label names no other form.
 */
export function isProduct(product: string | null, wanted: string | null): boolean {
  const words = wordsOf(wanted ?? '');
  if (words.length === 0 || (words.length === 1 && words[0] === 'any')) return true;
  if (product === null) return false;
  const has = new Set(wordsOf(product));
  return words.every((word) => (SXM.test(word) ? !OTHER_FORMS.some((form) => has.has(form)) : has.has(word)));
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && word !== 'nvidia');
}

/** The manifests tolerate the taint of GPU nodes; those that cordoning and failing set are told by their own words. */
function isInTheWay({ key, effect }: NodeTaint): boolean {
  if (effect !== 'NoSchedule' && effect !== 'NoExecute') return false;
  if (key.startsWith('node.kubernetes.io/')) return false;
  return !(key === GPU_TOLERATION.key && effect === GPU_TOLERATION.effect);
}

/** `A100-SXM4-80GB` of `NVIDIA-A100-SXM4-80GB`. */
export function productName(product: string | null): string {
  return product === null ? 'GPUs of no known kind' : product.replace(/^NVIDIA[-_ ]/i, '');
}

export interface NodeFit {
  readonly fits: 'yes' | 'no' | 'unknown';
  /** Half a sentence, e.g. `fits on 2 nodes (A100-SXM4-80GB)`. */
  readonly words: string;
  readonly hint: string;
  /** How many replicas find GPUs at once, were nothing else there. */
  readonly room: number;
  /** How many find them beside what stands there now; null: not known, for agents do not see all pods. */
  readonly free: number | null;
  /** GPUs of the nodes that fit, and how many of these pods hold; null: not known. */
  readonly held: { readonly gpus: number; readonly of: number } | null;
  /** A label of nodes that do, where a replica may land on another that does not; null: none may. */
  readonly select: string | null;
}

export function nodeFit(need: NodeNeed, nodes: KnownNodes): NodeFit {
  if (typeof nodes === 'string') return { fits: 'unknown', words: `not known: ${nodes}`, hint: '', ...NO_ROOM };
  const judged = nodes.map((node) => ({ node, obstacle: obstacleOf(node, need) }));
  const fitting = judged.filter(({ obstacle }) => obstacle === null).map(({ node }) => node);
  if (fitting.length > 0) {
    const each = Math.max(need.count, 1);
    const sumOf = (value: (gpu: NodeGpu) => number) =>
      fitting.reduce((sum, { gpu }) => sum + (gpu === null ? 0 : value(gpu)), 0);
    const isSeen = fitting.every(({ gpu }) => gpu?.requested != null);
    return {
      fits: 'yes',
      words: `fits on ${counted(fitting.length)} (${productsOf(fitting)})`,
      hint: '',
      room: sumOf(({ count }) => Math.floor(count / each)),
      free: isSeen ? sumOf(({ count, requested }) => Math.floor(Math.max(0, count - requested!) / each)) : null,
      held: isSeen ? { gpus: sumOf(({ requested }) => requested!), of: sumOf(({ count }) => count) } : null,
      select: selectFrom(judged),
    };
  }
  const furthest = Math.max(-1, ...judged.map(({ obstacle }) => OBSTACLES.indexOf(obstacle!)));
  const obstacle = OBSTACLES[furthest] ?? 'gpu';
  const close = judged.filter((each) => each.obstacle === obstacle).map(({ node }) => node);
  // A pool that grows by itself may have no node yet; whoever names its labels says so.
  if (obstacle === 'labels') {
    const words = 'not known: no node has the labels that are asked for now';
    return {
      fits: 'unknown',
      words,
      hint: 'It starts once a node with them joins; else correct the labels.',
      ...NO_ROOM,
    };
  }
  return { fits: 'no', ...NO_ROOM, ...inWords(obstacle, need, close) };
}

const NO_ROOM = { room: 0, free: null, held: null, select: null } as const;

/** Kubernetes counts GPUs and knows nothing of their kind: what is too small is kept away by a label only. */
function selectFrom(judged: readonly { node: ClusterNode; obstacle: Obstacle | null }[]): string | null {
  const isOther = ({ node, obstacle }: (typeof judged)[number]) =>
    (obstacle === 'product' || obstacle === 'memory') && node.ready && !node.cordoned && !node.taints.some(isInTheWay);
  if (!judged.some(isOther)) return null;
  const { node } = judged.find(({ obstacle }) => obstacle === null)!;
  return node.gpu?.product == null ? 'a label of your own' : `nvidia.com/gpu.product=${node.gpu.product}`;
}

function inWords(obstacle: Obstacle, need: NodeNeed, close: readonly ClusterNode[]): Pick<NodeFit, 'words' | 'hint'> {
  const { count, memoryGiB, platforms } = need;
  const many = counted(close.length);
  const gpus = count === 1 ? '1 GPU' : `${count} GPUs`;
  const wait = 'Choose another location, or wait until they are back.';
  switch (obstacle) {
    case 'gpu':
      return {
        words: 'no node has GPUs',
        hint: 'Choose another location, or look whether the device plugin runs there.',
      };
    case 'labels':
      return { words: 'no node has the labels that are asked for', hint: 'Correct the labels.' };
    case 'architecture': {
      const has = [...new Set(close.map(({ architecture }) => architecture))].join(', ');
      const words = `no node with GPUs is of the image’s platforms (${platforms.join(', ')}): they are ${has}`;
      return { words, hint: 'Choose an image that is built for them, or another location.' };
    }
    case 'product':
      return { words: `no node has ${need.product}: there are ${productsOf(close)}`, hint: 'Choose another profile.' };
    case 'count': {
      const most = Math.max(...close.map(({ gpu }) => gpu?.count ?? 0));
      const slices = [...new Set(close.flatMap(({ gpu }) => gpu?.mig.map(({ profile }) => profile) ?? []))];
      if (most === 0) {
        const words = `no node has whole GPUs: they are cut into slices (${slices.join(', ')})`;
        return { words, hint: 'Choose another location; slices are not asked for here.' };
      }
      const hint = 'A replica runs on one node: take a profile with fewer GPUs, or another location.';
      return { words: `no node has ${gpus}: the most is ${most}`, hint };
    }
    case 'shared':
      return { words: `no node has ${gpus} of its own: they are shared by time-slicing`, hint: 'Ask for one GPU.' };
    case 'memory': {
      const most = Math.max(...close.map(({ gpu }) => gpu?.memoryGiB ?? 0));
      const words = `no node has ${gpus} with ${memoryGiB} GiB each: the most is ${rounded(most)} (${productsOf(close)})`;
      return { words, hint: 'Take a profile for smaller GPUs, or another location.' };
    }
    case 'taint': {
      const keys = [...new Set(close.flatMap(({ taints }) => taints.filter(isInTheWay).map(({ key }) => key)))];
      const words = `${many} would do, and ${close.length === 1 ? 'it is' : 'they are'} kept for others (${keys.join(', ')})`;
      return { words, hint: 'The deployment tolerates nvidia.com/gpu only: take the taint away, or choose others.' };
    }
    case 'cordoned':
      return { words: `${many} would do, and nothing new is put there now (cordoned)`, hint: wait };
    case 'ready':
      return {
        words: `${many} would do, and Kubernetes hears nothing good of ${close.length === 1 ? 'it' : 'them'}`,
        hint: wait,
      };
  }
}

function counted(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

const MOST_PRODUCTS = 3;

function productsOf(nodes: readonly ClusterNode[]): string {
  const names = [...new Set(nodes.map(({ gpu }) => productName(gpu?.product ?? null)))];
  const more = names.length - MOST_PRODUCTS;
  return names.slice(0, MOST_PRODUCTS).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
