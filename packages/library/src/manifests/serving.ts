/** From a deployment to its objects, its address in the cluster, and the commands that reach it. */
import type { KubernetesObject, ModelDeploymentSpec, ServingStatus } from '@pharos/contract';
import { kserveNimManifests } from './kserve.ts';
import { modelcarManifests } from './modelcar.ts';
import { nimOperatorManifests } from './nim-operator.ts';
import { NIM_PORT, type ServedImage } from './served-image.ts';

/** In the order to apply them. Call it only when no check fails; `runtime` is the image of `spec.runtime`. */
export function servingManifests(
  spec: ModelDeploymentSpec,
  image: ServedImage,
  runtime: Pick<ServedImage, 'host' | 'repository' | 'tag' | 'digest'> | null,
): KubernetesObject[] {
  if (spec.target === 'nim-operator') return nimOperatorManifests(spec, image);
  return runtime === null ? kserveNimManifests(spec, image) : modelcarManifests(spec, image, runtime);
}

type Where = Pick<ModelDeploymentSpec, 'name' | 'namespace' | 'target'>;

/** The Service that the operator makes, and its port. */
function serviceOf({ name, target }: Where): { service: string; port: number } {
  return target === 'kserve' ? { service: `${name}-predictor`, port: 80 } : { service: name, port: NIM_PORT };
}

/** Inside the cluster. */
export function servingEndpoint(where: Where): string {
  const { service, port } = serviceOf(where);
  return `http://${service}.${where.namespace}.svc.cluster.local${port === 80 ? '' : `:${port}`}`;
}

/** The control plane never dials a cluster, so a person does, through kubectl. `model` is what requests name. */
export function servingCommands(where: Where, model: string): { what: string; command: string }[] {
  const { service, port } = serviceOf(where);
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello.' }], max_tokens: 64 });
  return [
    { what: 'Reach it from here', command: `kubectl -n ${where.namespace} port-forward svc/${service} 8000:${port}` },
    { what: 'List its models', command: 'curl -s http://127.0.0.1:8000/v1/models' },
    {
      what: 'Ask it something',
      command: `curl -s http://127.0.0.1:8000/v1/chat/completions -H 'Content-Type: application/json' -d '${body.replaceAll("'", "'\\''")}'`,
    },
  ];
}

/** What an agent reported of the objects. */
export interface DispatchNews {
  readonly state: 'waiting' | 'applying' | 'applied' | 'failed' | 'deleting' | 'deleted';
  readonly message: string;
  readonly generation: number;
  readonly appliedGeneration: number;
  readonly conditions: readonly unknown[];
  readonly updatedAt: string;
}

const MOST_CONDITIONS = 50;

/** The state in a word, and a sentence of why. Without news it is a file that nobody here applies. */
export function servingStatus(target: ModelDeploymentSpec['target'], news: DispatchNews | null): ServingStatus {
  if (news === null) {
    return {
      state: 'file',
      message: 'Nobody here applies it: download the manifests, or apply it.',
      conditions: [],
      generation: 0,
      appliedGeneration: 0,
      updatedAt: null,
    };
  }
  const conditions = conditionsOf(news.conditions);
  const { generation, appliedGeneration, updatedAt } = news;
  return { ...inWords(target, news, conditions), conditions, generation, appliedGeneration, updatedAt };
}

type Condition = ServingStatus['conditions'][number];

function inWords(
  target: ModelDeploymentSpec['target'],
  news: DispatchNews,
  conditions: readonly Condition[],
): Pick<ServingStatus, 'state' | 'message'> {
  const { state, message } = news;
  if (state === 'waiting') return { state, message: message || 'It waits for an agent of the location.' };
  if (state === 'failed') return { state, message: message || 'The agent could not apply it.' };
  if (state === 'deleting' || state === 'deleted')
    return { state: 'deleting', message: message || 'The agent deletes it.' };
  // Before the newest objects stand there, conditions are those of older ones.
  if (state === 'applying' || news.appliedGeneration < news.generation) {
    return { state: 'starting', message: message || 'An agent applies it.' };
  }
  const kind = target === 'kserve' ? 'InferenceService' : 'NIMService';
  const own = conditions.filter(({ object }) => object === '' || object.startsWith(`${kind} `));
  const failed = conditions.find(({ type, status }) => /failed$/i.test(type) && status === 'True');
  if (failed) return { state: 'failed', message: sentence(failed) };
  const ready = own.find(({ type }) => type === 'Ready' || type === 'NIM_SERVICE_READY');
  if (ready?.status === 'True') return { state: 'ready', message: 'It answers requests.' };
  const why = own.find(({ status, type }) => status === 'False' && type !== 'Ready') ?? ready;
  if (why === undefined)
    return { state: 'starting', message: 'It is applied; the operator has not said anything yet.' };
  return { state: 'starting', message: sentence(why) };
}

function sentence({ type, reason, message }: Condition): string {
  return [`${type}: ${reason}`.replace(/: $/, ''), message].filter(Boolean).join('. ');
}

/** As agents report them: conditions with the object they stand on, or an object’s status with its conditions inside. */
function conditionsOf(values: readonly unknown[]): Condition[] {
  return values.flatMap((value) => conditionIn(value, '')).slice(0, MOST_CONDITIONS);
}

function conditionIn(value: unknown, object: string): Condition[] {
  if (typeof value !== 'object' || value === null) return [];
  const given = value as Record<string, unknown>;
  const on = objectName(given) || object;
  if (Array.isArray(given.conditions)) return given.conditions.flatMap((each) => conditionIn(each, on));
  if (typeof given.type !== 'string') return [];
  return [
    {
      object: on,
      type: text(given.type),
      status: text(given.status),
      reason: text(given.reason),
      message: text(given.message),
    },
  ];
}

function objectName(given: Record<string, unknown>): string {
  const object = (typeof given.object === 'object' && given.object !== null ? given.object : given) as Record<
    string,
    unknown
  >;
  return typeof object.kind === 'string' ? `${object.kind} ${text(object.name)}` : '';
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 1000) : '';
}
