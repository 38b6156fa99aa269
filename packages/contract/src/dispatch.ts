/** What agents apply in their location, and what Kubernetes and its operators say of it. */
import { z } from 'zod';
import { Id, Time } from './common.ts';
import { LocationId } from './location.ts';
import { PageQuery } from './page.ts';

/** One object of Kubernetes by its name; `namespace` is null for those that stand in none. */
export const ObjectRef = z.strictObject({
  apiVersion: z.string().max(200),
  kind: z.string().max(100),
  namespace: z.string().max(253).nullable(),
  name: z.string().max(253),
});
export type ObjectRef = z.infer<typeof ObjectRef>;

/** A condition as an operator wrote it on its object; its words are not ours. */
export const ObjectCondition = z.strictObject({
  type: z.string().max(200),
  status: z.string().max(50),
  reason: z.string().max(200),
  message: z.string().max(1000),
  at: Time.nullable(),
});
export type ObjectCondition = z.infer<typeof ObjectCondition>;

export const ObjectEvent = z.strictObject({
  type: z.string().max(50),
  reason: z.string().max(200),
  message: z.string().max(1000),
  count: z.number().int().min(1),
  at: Time.nullable(),
});
export type ObjectEvent = z.infer<typeof ObjectEvent>;

/** Where the object is not what was applied: shown, never fought. */
export const ObjectDrift = z.strictObject({
  field: z.string().max(500).meta({ description: 'Path of the field; empty: the object as a whole' }),
  manager: z.string().max(200).meta({ description: 'Who owns the field now; empty: unknown' }),
  message: z.string().max(1000),
});
export type ObjectDrift = z.infer<typeof ObjectDrift>;

/** How one object is. `phase` is the operator's word for it, where it has one. */
export const ObjectStatus = z.strictObject({
  object: ObjectRef,
  outcome: z.enum(['applied', 'unchanged', 'drifted', 'failed', 'deleting', 'gone']),
  phase: z.string().max(500),
  instances: z
    .strictObject({ ready: z.number().int().min(0), total: z.number().int().min(0) })
    .nullish()
    .meta({ description: 'Of a PostgreSQL cluster, as the operator counts them' }),
  conditions: z.array(ObjectCondition).max(20),
  events: z.array(ObjectEvent).max(10),
  drift: z.array(ObjectDrift).max(20),
});
export type ObjectStatus = z.infer<typeof ObjectStatus>;

/** What the location's agent saw last of the objects that it applied for one thing. */
export const InKubernetes = z.object({
  code: z.string().nullable().meta({ description: 'Why it failed or waits, or "drifted"; null: nothing is amiss' }),
  message: z.string(),
  hint: z.string().nullable(),
  objects: z.array(ObjectStatus).meta({ description: 'Empty: no agent has looked yet' }),
  checkedAt: Time.nullable().meta({ description: 'When an agent last looked' }),
});
export type InKubernetes = z.infer<typeof InKubernetes>;

export const DispatchState = z.enum(['waiting', 'applying', 'applied', 'failed', 'deleting', 'deleted']);
export const DispatchOwnerKind = z.enum(['cluster', 'model-deployment', 'catalog']);

export const Dispatch = z.object({
  id: Id,
  ownerKind: DispatchOwnerKind,
  ownerId: Id,
  locationId: LocationId,
  generation: z.number().int().meta({ description: 'Counts up with every change of the objects' }),
  appliedGeneration: z.number().int().meta({ description: 'The newest that stands in Kubernetes whole; 0: none yet' }),
  state: DispatchState,
  code: z.string().nullable().meta({ description: 'Why it failed or waits, e.g. rbac-missing' }),
  message: z.string(),
  hint: z.string().nullable(),
  objects: z.array(ObjectRef),
  status: z.array(ObjectStatus).meta({ description: 'As the agent last saw them' }),
  requestedBy: z.string(),
  updatedAt: Time,
  checkedAt: Time.nullable().meta({ description: 'When an agent last looked' }),
});
export type Dispatch = z.infer<typeof Dispatch>;

export const DispatchQuery = PageQuery.extend({
  locationId: LocationId.optional(),
  state: DispatchState.optional(),
});
export type DispatchQuery = z.infer<typeof DispatchQuery>;

/** What this version knows that an agent can do. A newer agent may name more: that is shown as it says it. */
export const KUBERNETES_CAPABILITIES = ['provisioning', 'models', 'used-by', 'admission', 'nodes', 'secrets'] as const;
export type KnownCapability = (typeof KUBERNETES_CAPABILITIES)[number];

export function isKnownCapability(name: string): name is KnownCapability {
  return (KUBERNETES_CAPABILITIES as readonly string[]).includes(name);
}

/** A piece of what an agent does in Kubernetes, and what it lacks for it. */
export const KubernetesCapability = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(63)
    .meta({ description: `${KUBERNETES_CAPABILITIES.join(', ')}, or what a newer agent names` }),
  ok: z.boolean(),
  missing: z
    .array(z.string().max(500))
    .max(50)
    .meta({ description: 'Sentences: kinds that are not installed, permissions that are not given' }),
});
export type KubernetesCapability = z.infer<typeof KubernetesCapability>;

/** The connection of an agent to its Kubernetes. */
export const KubernetesStatus = z.strictObject({
  connected: z.boolean(),
  version: z.string().max(100).nullable(),
  message: z.string().max(1000),
  namespaces: z.array(z.string().max(253)).max(1000).meta({ description: 'Empty: all of them' }),
  capabilities: z.array(KubernetesCapability).max(50),
  checkedAt: Time,
});
export type KubernetesStatus = z.infer<typeof KubernetesStatus>;

/** What an agent does about a dispatch. `observe`: it stands as it should, so only its status is read. */
export const DispatchTask = z.object({
  id: Id,
  ownerKind: DispatchOwnerKind,
  ownerId: Id,
  task: z.enum(['apply', 'observe', 'delete']),
  generation: z.number().int(),
  fence: z.number().int().meta({ description: 'Of the lease; a report with an older one is refused' }),
  objects: z.array(z.record(z.string(), z.unknown())).meta({ description: 'In the order in which they are applied' }),
  touched: z
    .array(ObjectRef)
    .meta({ description: 'What was handed out before and may stand there: pruned when it is not in `objects`' }),
});
export type DispatchTask = z.infer<typeof DispatchTask>;

/** A secret by its name. What it holds is asked by nobody; the names of its keys are, where a deployment needs some. */
export const SecretRef = z.strictObject({
  namespace: z.string().max(253),
  name: z.string().max(253),
  keys: z
    .literal(true)
    .optional()
    .meta({ description: 'Tell the names of its keys too; never what stands under them' }),
});
export type SecretRef = z.infer<typeof SecretRef>;

export const SecretAnswer = SecretRef.omit({ keys: true }).extend({
  answer: z.enum(['there', 'absent', 'denied']).meta({ description: 'denied: the agent may not look' }),
  keys: z
    .array(z.string().max(253))
    .max(100)
    .nullish()
    .meta({ description: 'Names only, as its metadata tells them; null: it does not' }),
});
export type SecretAnswer = z.infer<typeof SecretAnswer>;

export const DispatchTasks = z.object({
  dispatchVersion: z.string(),
  leaseSeconds: z.number().int().meta({ description: 'Tasks are this agent’s for so long, unless it asks again' }),
  tasks: z.array(DispatchTask),
  secrets: z.array(SecretRef).max(50).meta({ description: 'Do these stand there? (POST /agent/secrets)' }),
});
export type DispatchTasks = z.infer<typeof DispatchTasks>;

export const DispatchReport = z.strictObject({
  agentId: Id,
  fence: z.number().int(),
  generation: z.number().int(),
  state: z.enum(['applying', 'applied', 'failed', 'deleting', 'deleted']),
  code: z.string().max(100).nullable(),
  message: z.string().max(2000),
  hint: z.string().max(2000).nullable(),
  status: z.array(ObjectStatus).max(200),
});
export type DispatchReport = z.infer<typeof DispatchReport>;
