/** What KServe, the NIM Operator or Kubernetes would refuse, and what only the cluster knows, told before anything is applied. */
import type { ManifestCheck, ModelDeploymentSpec } from '@pharos/contract';
import { fail, gpuChecks, ok, warn } from './gpu-fit.ts';
import { DEFAULT_CACHE, nimCacheName } from './nim-operator.ts';
import type { KnownNodes } from './node-fit.ts';
import { replicasCheck, scaleCheck } from './replica-checks.ts';
import { type ClusterFacts, SUBDOMAIN, secretChecks } from './secret-checks.ts';
import type { ServedImage } from './served-image.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** KServe’s webhook: no dots, no leading digit (pkg/apis/serving/v1beta1/inference_service_validation.go). */
const SERVICE_NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUANTITY = /^\d+(\.\d+)?(m|[kMGTPE]|[KMGTPE]i)?$/;
const OBJECT_STORAGE = /^(s3|gs|hdfs|webhdfs|https):\/\/[^\s/]+/;
/** Characters of a label of a host name (RFC 1035), and of the value of a label of Kubernetes. */
const MOST = 63;
const NAMED = ok('name', 'The name is one that Kubernetes and the operator take.');
const ARTIFACTS = ['modelpack', 'docker-model', 'modelkit', 'ollama'];

/** All checks, in the order they are shown. A `fail` hands out nothing. */
export function servingChecks(spec: ModelDeploymentSpec, image: ServedImage, cluster: ClusterFacts): ManifestCheck[] {
  const { nodes } = cluster;
  return [
    nameCheck(spec),
    namespaceCheck(spec),
    formatCheck(spec, image),
    presenceCheck(image),
    platformCheck(spec, image, nodes),
    ...runtimeChecks(spec, image),
    ...gpuChecks(spec, image, nodes),
    replicasCheck(spec),
    scaleCheck(spec),
    ...storageChecks(spec, image),
    quantityCheck(spec),
    ...secretChecks(spec, image, cluster),
    operatorCheck(spec, image, cluster),
  ];
}

function nameCheck({ name, namespace, target, mode }: ModelDeploymentSpec): ManifestCheck {
  if (!SERVICE_NAME.test(name)) {
    return fail(
      'name',
      `"${name}" cannot be its name: lower-case letters, digits and "-", a letter first; no dots.`,
      `${suggestedName(name)} would do.`,
    );
  }
  if (target !== 'kserve') return tooLong(name) ?? NAMED;
  // A Service carries the name, and a host name joins it with the namespace.
  if (mode === 'Knative') return tooLong(`${name}-predictor`, `${name}-${namespace}`) ?? NAMED;
  // Its Deployment selects pods by this label (pkg/constants/constants.go, GetRawServiceLabel).
  if (`isvc.${name}-predictor`.length > MOST) {
    const message = `KServe labels pods "isvc.${name}-predictor": more than the ${MOST} characters of a label.`;
    return fail('name', message, `Choose a name of at most ${MOST - 'isvc.-predictor'.length} characters.`);
  }
  // Whether or not it makes an Ingress (reconcilers/raw/raw_kube_reconciler.go, createRawURL).
  return tooLong(`${name}-predictor-${namespace}`) ?? NAMED;
}

function tooLong(...labels: string[]): ManifestCheck | null {
  const long = labels.find((label) => label.length > MOST);
  if (long === undefined) return null;
  const message = `Name and namespace make a host name of more than ${MOST} characters: ${long}.`;
  return fail('name', message, 'Choose a shorter name.');
}

/** A name that both operators take, made from any text. */
function suggestedName(text: string): string {
  const plain = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return plain === '' ? 'model' : plain;
}

function namespaceCheck({ namespace }: ModelDeploymentSpec): ManifestCheck {
  if (LABEL.test(namespace) && namespace.length <= 63)
    return ok('namespace', `It stands in the namespace ${namespace}.`);
  return fail('namespace', 'The namespace is not a name of Kubernetes.', 'Use lower-case letters, digits and "-".');
}

function formatCheck({ target, name, runtime }: ModelDeploymentSpec, { format }: ServedImage): ManifestCheck {
  if (ARTIFACTS.includes(format)) {
    return fail(
      'format',
      `This is a model artifact (${format}), not a container: neither oci:// of KServe nor the NIM Operator takes it.`,
      'Serve a NIM or a modelcar of the model, or a runtime that pulls the artifact itself.',
    );
  }
  if (target === 'nim-operator') {
    return format === 'nim'
      ? ok('format', 'The image is a NIM, which the NIM Operator serves.')
      : fail('format', `The NIM Operator serves NIM images only, and this is a ${format}.`, 'Choose KServe.');
  }
  if (format === 'nim') return ok('format', 'The image is a NIM: it serves by itself.');
  if (format === 'modelcar') return ok('format', `KServe mounts the files of the modelcar for ${name}.`);
  return runtime === null
    ? fail(
        'format',
        'Whether this container serves by itself or carries files under /models, the image does not say.',
        'If it carries files, name the image of a runtime that reads them.',
      )
    : warn('format', 'It is taken for a modelcar: files under /models, and a shell.', 'Check that the image has both.');
}

function presenceCheck({ isMissing, tag }: ServedImage): ManifestCheck {
  return isMissing
    ? warn(
        'presence',
        `The last complete scan did not find the tag ${tag}.`,
        'Look whether the registry still holds it.',
      )
    : ok('presence', 'The registry holds the image, by the last scan.');
}

function platformCheck({ gpu }: ModelDeploymentSpec, { platforms }: ServedImage, nodes: KnownNodes): ManifestCheck {
  if (platforms.length === 0)
    return warn('platforms', 'For which platforms it is built was not read.', 'Scan it deeper.');
  const list = platforms.join(', ');
  // Where the nodes are known, `gpu-nodes` says whether one is of these platforms.
  if (gpu.count > 0 && typeof nodes === 'string' && !platforms.some((each) => each.startsWith('linux/amd64'))) {
    return warn(
      'platforms',
      `It is built for ${list}; most GPU nodes are amd64.`,
      'Choose nodes of that architecture.',
    );
  }
  return ok('platforms', `It is built for ${list}.`);
}

function runtimeChecks({ runtime, target }: ModelDeploymentSpec, { format }: ServedImage): ManifestCheck[] {
  if (format === 'nim') {
    return runtime === null
      ? [ok('runtime', 'The runtime is the NIM itself, named by the InferenceService and chosen by nothing else.')]
      : [fail('runtime', 'A NIM brings its own runtime.', 'Leave the runtime out.')];
  }
  if (target !== 'kserve' || ARTIFACTS.includes(format)) return [];
  if (runtime === null) {
    return [
      fail(
        'runtime',
        'A modelcar holds files only: a runtime must read them.',
        'Name the image of a runtime, e.g. vLLM.',
      ),
    ];
  }
  // KServe runs the container through Go templates (pkg/controller/v1beta1/inferenceservice/utils, ReplacePlaceholders).
  if (runtime.args?.some((each) => each.includes('{{'))) {
    return [fail('runtime', 'KServe reads {{ in an argument as a template.', 'Write the argument without {{.')];
  }
  return [ok('runtime', 'The runtime is named, pinned by digest, and never chosen automatically.')];
}

function storageChecks(spec: ModelDeploymentSpec, image: ServedImage): ManifestCheck[] {
  const { target, replicas } = spec;
  const storage = spec.storage ?? (target === 'nim-operator' ? DEFAULT_CACHE : null);
  if (image.format !== 'nim') {
    return storage === null
      ? [ok('storage', 'The image holds the weights.')]
      : [fail('storage', 'The image holds the weights: there is no cache to store.', 'Leave the storage out.')];
  }
  if (storage === null) {
    return [
      warn(
        'storage',
        // pkg/controller/v1beta1/inferenceservice/utils/utils.go, IsMMSPredictor: whatever names no storage is taken for one.
        `Every start loads the weights anew, from NGC${target === 'kserve' ? '; and KServe, which takes it for a server of many models, starts its own agent beside it' : ''}.`,
        'Give it a volume, or the profiles on object storage where NGC is out of reach.',
      ),
    ];
  }
  if (storage.kind === 'object-storage') {
    if (target === 'nim-operator')
      return [fail('storage', 'The NIM Operator caches on volumes only.', 'Use a volume, or KServe.')];
    return OBJECT_STORAGE.test(storage.uri)
      ? [
          warn(
            'storage',
            'Whether the profiles lie there, and whether the cluster may read them, cannot be checked from here.',
            'Upload what download-to-cache made, and give the service account of the namespace the credentials.',
          ),
        ]
      : [
          fail(
            'storage',
            'This is no address that KServe loads from.',
            'Use s3://, gs://, hdfs://, webhdfs:// or https://.',
          ),
        ];
  }
  if (storage.kind === 'claim') {
    if (!SUBDOMAIN.test(storage.name))
      return [
        fail('storage', 'This is not the name of a volume claim.', 'Use lower-case letters, digits, "-" and ".".'),
      ];
    return [
      warn(
        'storage',
        `Whether the claim ${storage.name} stands in ${spec.namespace} cannot be checked from here.`,
        `kubectl -n ${spec.namespace} get pvc ${storage.name}`,
      ),
    ];
  }
  if (storage.accessMode === 'ReadWriteOnce' && replicas.max > 1) {
    return [
      fail(
        'storage',
        'A ReadWriteOnce volume serves one node, and there may be more than one replica.',
        'Use ReadWriteMany, or one replica.',
      ),
    ];
  }
  const size = QUANTITY.test(storage.size)
    ? spec.storage === null
      ? warn(
          'storage',
          `No storage was named: a claim of ${storage.size} is made.`,
          'Name the size that the profile needs.',
        )
      : ok('storage', `A claim of ${storage.size} is made for the profiles.`)
    : fail('storage', `"${storage.size}" is not a quantity of Kubernetes.`, 'Write it like 50Gi.');
  if (target === 'kserve') return [size];
  return [size, ok('cache', `A cache is never changed: this image has its own, ${nimCacheName(spec, image)}.`)];
}

function quantityCheck({ resources: { cpu, memory } }: ModelDeploymentSpec): ManifestCheck {
  const wrong = [cpu, memory].find((each) => each !== undefined && !QUANTITY.test(each));
  if (wrong !== undefined)
    return fail('resources', `"${wrong}" is not a quantity of Kubernetes.`, 'Write it like 12 or 64Gi.');
  return ok(
    'resources',
    cpu || memory ? 'CPU and memory are asked for as given.' : 'CPU and memory are left to the namespace.',
  );
}

function operatorCheck(
  { target, mode, gpu, location }: ModelDeploymentSpec,
  { format }: ServedImage,
  { hasOperator }: ClusterFacts,
): ManifestCheck {
  const name = target === 'nim-operator' ? 'The NIM Operator' : 'KServe';
  const look = `kubectl get crd ${target === 'nim-operator' ? 'nimservices.apps.nvidia.com' : 'inferenceservices.serving.kserve.io'}`;
  if (hasOperator === false) return warn('operator', `${name} is not installed in ${location}, says the agent.`, look);
  if (target === 'nim-operator' && hasOperator !== true)
    return warn('operator', 'The NIM Operator (3.1) must run in the cluster.', look);
  if (target === 'kserve' && (format === 'modelcar' || format === 'container')) {
    return warn(
      'operator',
      'KServe takes oci:// only where enableModelcar or enableOciModelSupport is on in its configuration.',
      'kubectl -n kserve get configmap inferenceservice-config',
    );
  }
  if (target === 'kserve' && mode === 'Knative' && gpu.count > 0) {
    return warn(
      'operator',
      'Knative allows node selectors and tolerations only where its feature flags are on.',
      'kubectl -n knative-serving get configmap config-features',
    );
  }
  if (hasOperator) return ok('operator', `${name} is installed in ${location}, says the agent.`);
  return warn('operator', 'KServe must run in the cluster.', look);
}
