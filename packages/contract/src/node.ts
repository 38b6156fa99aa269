/** The nodes of a location, as an agent read them in its Kubernetes: what a model can run on. */
import { z } from 'zod';
import { Id, Time } from './common.ts';
import { LocationId } from './location.ts';
import { ModelProfile } from './model.ts';

export const NodeTaint = z.strictObject({
  key: z.string().max(317),
  value: z.string().max(63),
  effect: z.string().max(63),
});
export type NodeTaint = z.infer<typeof NodeTaint>;

/** What GPU feature discovery and the device plugin of NVIDIA say of a node (labels `nvidia.com/…`, `status.allocatable`). */
export const NodeGpu = z.strictObject({
  count: z.number().int().min(0).max(10_000).meta({ description: 'Whole GPUs that pods may ask for (nvidia.com/gpu)' }),
  requested: z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .nullish()
    .meta({ description: 'Of these, asked for by pods that stand there; null: the agent does not see all pods' }),
  product: z.string().max(63).nullable().meta({ description: 'nvidia.com/gpu.product; null: no label says it' }),
  memoryGiB: z
    .number()
    .positive()
    .max(100_000)
    .nullable()
    .meta({ description: 'Of one GPU, by nvidia.com/gpu.memory' }),
  sharedBy: z.number().int().min(1).max(1000).meta({ description: 'More than 1: time-slicing counts a GPU so often' }),
  mig: z
    .array(z.strictObject({ profile: z.string().max(63), count: z.number().int().min(0).max(10_000) }))
    .max(20)
    .meta({ description: 'Slices that pods may ask for, e.g. 1g.10gb' }),
});
export type NodeGpu = z.infer<typeof NodeGpu>;

export const ClusterNode = z.strictObject({
  name: z.string().max(253),
  architecture: z.string().max(63).nullable().meta({ description: 'As in a platform: amd64, arm64' }),
  memoryBytes: z.number().int().min(0).nullable().meta({ description: 'That pods may ask for' }),
  ready: z.boolean(),
  cordoned: z.boolean(),
  taints: z.array(NodeTaint).max(20),
  labels: z
    .record(z.string().max(317), z.string().max(63))
    .meta({ description: 'Of nodes with GPUs, at most 60; those of node feature discovery are left out' }),
  gpu: NodeGpu.nullable().meta({ description: 'null: none' }),
});
export type ClusterNode = z.infer<typeof ClusterNode>;

/** Nodes that are told one by one; of the rest only their number is. Those with GPUs come first. */
export const MOST_NODES = 1_000;

/** The whole of what an agent sees now. */
export const NodeReport = z.strictObject({
  agentId: Id,
  epoch: z.number().int().min(1),
  sequence: z.number().int().min(0).meta({ description: 'Rises with every report of this agent and epoch' }),
  denied: z.boolean().meta({ description: 'The agent may not read nodes: nothing is known' }),
  total: z.number().int().min(0),
  nodes: z.array(ClusterNode).max(MOST_NODES),
});
export type NodeReport = z.infer<typeof NodeReport>;

export const LocationNodes = z.object({
  locationId: LocationId,
  state: z.enum(['known', 'unknown']),
  message: z.string().meta({ description: 'Why nothing is known, or a summary' }),
  hint: z.string(),
  total: z.number().int(),
  nodes: z.array(ClusterNode),
  reportedAt: Time.nullable(),
});
export type LocationNodes = z.infer<typeof LocationNodes>;

/** Whether one tested way to serve a model has nodes to run on. */
export const ProfileFit = z.object({
  profile: ModelProfile,
  fits: z.enum(['yes', 'no', 'unknown']),
  message: z.string().meta({ description: 'E.g. fits on 2 nodes (A100-SXM4-80GB); no node has 4 GPUs' }),
});
export type ProfileFit = z.infer<typeof ProfileFit>;

export const ModelFit = z.object({
  locationId: LocationId,
  known: z.boolean().meta({ description: 'Whether the nodes of the location are known' }),
  message: z.string(),
  profiles: z.array(ProfileFit).meta({ description: 'As the Model Library has them' }),
  chosen: z.number().int().nullable().meta({
    description:
      'Which of them to take: the fewest GPUs among those that fit, or may; null: none does, or none is known',
  }),
  gpus: z.number().int().meta({ description: 'GPUs of a replica to begin with' }),
});
export type ModelFit = z.infer<typeof ModelFit>;
