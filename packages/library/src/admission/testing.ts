/** Objects as the operators and their users write and make them, for tests of admission control. Not exported by the package. */
import { ADMITTED_KINDS } from './references.ts';

export const KINDS = ADMITTED_KINDS;
export const PG = 'registry.corp.example/hcp/postgresql';

/** Digests that the objects below are written with. */
export const IMAGES = Array.from({ length: 16 }, (_, at) => `sha256:${at.toString(16).padStart(2, '0').repeat(32)}`);
const [I0, I1, I2, I3, I4, I5, I6, I7] = IMAGES as [string, string, string, string, string, string, string, string];

const name = (repository: string, tag: string, digest: string) =>
  `registry.corp.example/${repository}:${tag}@${digest}`;
const PG17 = name('hcp/postgresql', '17.4-2503310734', I0);
const PG18 = name('hcp/postgresql', '18.4-202607270910-minimal-trixie', I1);
const PGVECTOR = name('hcp/pgvector', '0.8.6-202608031106-18-trixie', I2);
const NIM = name('nim/meta/llama-3.1-8b-instruct', '1.3.3', I3);
const MODELCAR = name('models/modelcar-granite', '1.0', I4);
const INITIALIZER = name('kserve/storage-initializer', 'v0.20.0', I5);
const OPERATOR = name('cloudnative-pg/cloudnative-pg', '1.30.0', I6);
const BOUNCER = name('cloudnative-pg/pgbouncer', '1.24.1', I7);

const podSpec = { initContainers: [{ name: 'init', image: OPERATOR }], containers: [{ name: 'main', image: PG17 }] };
const workload = (apiVersion: string, kind: string) => ({
  object: { apiVersion, kind, metadata: { name: 'w', namespace: 'team' }, spec: { template: { spec: podSpec } } },
  images: [`spec.template.spec.initContainers[0].image ${OPERATOR}`, `spec.template.spec.containers[0].image ${PG17}`],
});

export const CLUSTER = {
  apiVersion: 'postgresql.cnpg.io/v1',
  kind: 'Cluster',
  metadata: { name: 'orders-pinned', namespace: 'team-a' },
  spec: {
    instances: 3,
    imageName: PG17,
    imagePullSecrets: [{ name: 'registry-pullsecret' }],
    primaryUpdateStrategy: 'supervised',
    primaryUpdateMethod: 'switchover',
    storage: { size: '20Gi' },
    walStorage: { size: '5Gi' },
  },
};

/** A pod as CloudNativePG 1.30 makes it: bootstrap from the operator's own image, the operand, extensions as image volumes. */
export const POD_OF_CNPG = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'orders-pinned-1',
    namespace: 'team-a',
    labels: {
      'cnpg.io/cluster': 'orders-pinned',
      'cnpg.io/instanceName': 'orders-pinned-1',
      'cnpg.io/podRole': 'instance',
    },
    ownerReferences: [
      { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', name: 'orders-pinned', controller: true },
    ],
  },
  spec: {
    initContainers: [
      {
        name: 'bootstrap-controller',
        image: OPERATOR,
        command: ['/manager', 'bootstrap', '/controller/manager'],
        volumeMounts: [{ name: 'scratch-data', mountPath: '/run' }],
      },
    ],
    containers: [
      {
        name: 'postgres',
        image: PG18,
        command: ['/controller/manager', 'instance', 'run'],
        env: [{ name: 'PGDATA', value: '/var/lib/postgresql/data/pgdata' }],
        ports: [{ name: 'postgresql', containerPort: 5432 }],
      },
    ],
    volumes: [
      { name: 'pgdata', persistentVolumeClaim: { claimName: 'orders-pinned-1' } },
      { name: 'ext-pgvector', image: { reference: PGVECTOR, pullPolicy: 'IfNotPresent' } },
      { name: 'scratch-data', emptyDir: {} },
    ],
  },
};

/** A pod as KServe 0.20 makes it in Standard mode with a modelcar: the model beside the runtime, which waits for it. */
export const POD_OF_KSERVE = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    generateName: 'llama-3-1-8b-instruct-1xgpu-predictor-7f9c-',
    namespace: 'models',
    labels: { 'serving.kserve.io/inferenceservice': 'llama-3-1-8b-instruct-1xgpu', component: 'predictor' },
  },
  spec: {
    shareProcessNamespace: true,
    initContainers: [{ name: 'modelcar-init', image: MODELCAR, args: ['sh', '-c', "echo 'Pre-fetching modelcar'"] }],
    containers: [
      { name: 'kserve-container', image: NIM, resources: { limits: { 'nvidia.com/gpu': '1' } } },
      {
        name: 'modelcar',
        image: MODELCAR,
        args: ['sh', '-c', 'ln -s /proc/$$/root/models /mnt/models && sleep infinity'],
      },
    ],
    volumes: [{ name: 'modelcar', emptyDir: {} }],
  },
};

const catalogSpec = {
  images: [
    { major: 17, image: PG17 },
    { major: 18, image: PG18, extensions: [{ name: 'pgvector', image: { reference: PGVECTOR } }] },
  ],
  componentImages: [{ key: 'pgbouncer', image: BOUNCER }],
};
const catalog = (group: string, kind: string) => ({
  object: { apiVersion: `${group}/v1`, kind, metadata: { name: 'hcp-postgresql-full' }, spec: catalogSpec },
  images: [
    `spec.images[0].image ${PG17}`,
    `spec.images[1].image ${PG18}`,
    `spec.images[1].extensions[0].image.reference ${PGVECTOR}`,
    `spec.componentImages[0].image ${BOUNCER}`,
  ],
});
const pooler = (group: string) => ({
  object: {
    apiVersion: `${group}/v1`,
    kind: 'Pooler',
    metadata: { name: 'pooler' },
    spec: {
      cluster: { name: 'orders' },
      pgbouncer: { poolMode: 'session' },
      template: { spec: { containers: [{ name: 'pgbouncer', image: BOUNCER }, { name: 'plain' }] } },
    },
  },
  images: [`spec.template.spec.containers[0].image ${BOUNCER}`],
});

const runtime = (kind: string) => ({
  object: {
    apiVersion: 'serving.kserve.io/v1alpha1',
    kind,
    metadata: { name: 'nim-llama-3.1-8b-instruct-1.3.3' },
    spec: {
      annotations: { image: 'this is no image', 'prometheus.kserve.io/port': '8000' },
      supportedModelFormats: [{ name: 'nvidia-nim-llama-3.1-8b-instruct', version: '1.3.3', autoSelect: false }],
      containers: [{ name: 'kserve-container', image: NIM }],
      workerSpec: { containers: [{ name: 'worker-container', image: MODELCAR }] },
    },
  },
  images: [`spec.containers[0].image ${NIM}`, `spec.workerSpec.containers[0].image ${MODELCAR}`],
});

/** One or more objects of every kind, and every image of theirs with its field. */
export const OBJECTS: Readonly<Record<string, { object: Record<string, unknown>; images: string[] }>> = {
  'a pod with every kind of container': {
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      spec: {
        ...podSpec,
        ephemeralContainers: [{ name: 'debug', image: INITIALIZER }],
        volumes: [{ name: 'm', image: { reference: MODELCAR } }],
      },
    },
    images: [
      `spec.initContainers[0].image ${OPERATOR}`,
      `spec.containers[0].image ${PG17}`,
      `spec.ephemeralContainers[0].image ${INITIALIZER}`,
      `spec.volumes[0].image.reference ${MODELCAR}`,
    ],
  },
  'a pod template': {
    object: { apiVersion: 'v1', kind: 'PodTemplate', template: { spec: podSpec } },
    images: [`template.spec.initContainers[0].image ${OPERATOR}`, `template.spec.containers[0].image ${PG17}`],
  },
  'a replication controller': workload('v1', 'ReplicationController'),
  'a deployment': workload('apps/v1', 'Deployment'),
  'a stateful set': workload('apps/v1', 'StatefulSet'),
  'a daemon set': workload('apps/v1', 'DaemonSet'),
  'a replica set': workload('apps/v1', 'ReplicaSet'),
  'a job': workload('batch/v1', 'Job'),
  'a cron job': {
    object: {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'c', image: PG17 }] } } } } },
    },
    images: [`spec.jobTemplate.spec.template.spec.containers[0].image ${PG17}`],
  },
  'a CloudNativePG cluster': { object: CLUSTER, images: [`spec.imageName ${PG17}`] },
  'a CloudNativePG cluster with extensions': {
    object: {
      ...CLUSTER,
      spec: {
        ...CLUSTER.spec,
        imageName: PG18,
        postgresql: { extensions: [{ name: 'pgvector', image: { reference: PGVECTOR } }] },
      },
    },
    images: [`spec.imageName ${PG18}`, `spec.postgresql.extensions[0].image.reference ${PGVECTOR}`],
  },
  'a CloudNativePG cluster of a catalog': {
    object: {
      ...CLUSTER,
      spec: {
        instances: 1,
        imageCatalogRef: {
          apiGroup: 'postgresql.cnpg.io',
          kind: 'ClusterImageCatalog',
          name: 'hcp-postgresql-full',
          major: 17,
        },
      },
    },
    images: [],
  },
  'an EDB cluster': {
    object: { ...CLUSTER, apiVersion: 'postgresql.k8s.enterprisedb.io/v1' },
    images: [`spec.imageName ${PG17}`],
  },
  ...Object.fromEntries(
    ['postgresql.cnpg.io', 'postgresql.k8s.enterprisedb.io'].flatMap((group) => [
      [`an image catalog of ${group}`, catalog(group, 'ImageCatalog')],
      [`a cluster image catalog of ${group}`, catalog(group, 'ClusterImageCatalog')],
      [`a pooler of ${group}`, pooler(group)],
    ]),
  ),
  'a serving runtime': runtime('ServingRuntime'),
  'a cluster serving runtime': runtime('ClusterServingRuntime'),
  'an inference service of a runtime, with a model as an image': {
    object: {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      spec: {
        predictor: {
          minReplicas: 1,
          annotations: { image: 'no image' },
          model: { modelFormat: { name: 'x' }, runtime: 'nim', image: NIM, storageUri: `oci://${MODELCAR}` },
        },
        transformer: { containers: [{ name: 'kserve-container', image: INITIALIZER }] },
      },
    },
    images: [
      `spec.predictor.model.image ${NIM}`,
      `spec.predictor.model.storageUri ${MODELCAR}`,
      `spec.transformer.containers[0].image ${INITIALIZER}`,
    ],
  },
  'an inference service with several addresses and an old framework': {
    object: {
      apiVersion: 'serving.kserve.io/v1beta1',
      kind: 'InferenceService',
      spec: {
        predictor: {
          triton: { storageUri: 's3://bucket/model', image: NIM },
          storageUris: [{ uri: 'hf://org/model' }, { uri: `oci+native://${MODELCAR}`, mountPath: '/mnt/b' }],
        },
      },
    },
    images: [`spec.predictor.triton.image ${NIM}`, `spec.predictor.storageUris[1].uri ${MODELCAR}`],
  },
  'a NIM service': {
    object: {
      apiVersion: 'apps.nvidia.com/v1alpha1',
      kind: 'NIMService',
      spec: {
        image: { repository: 'registry.corp.example/nim/meta/llama-3.1-8b-instruct', tag: `1.3.3@${I3}` },
        storage: { nimCache: { name: 'meta-llama-3-1-8b-instruct' } },
        initContainers: [
          {
            name: 'wait',
            image: { repository: 'registry.corp.example/kserve/storage-initializer', tag: `v0.20.0@${I5}` },
          },
        ],
      },
    },
    images: [`spec.image ${NIM}`, `spec.initContainers[0].image ${INITIALIZER}`],
  },
  'a NIM cache': {
    object: {
      apiVersion: 'apps.nvidia.com/v1alpha1',
      kind: 'NIMCache',
      spec: { source: { ngc: { modelPuller: NIM, pullSecret: 'ngc-secret' } } },
    },
    images: [`spec.source.ngc.modelPuller ${NIM}`],
  },
  'a NIM build': {
    object: {
      apiVersion: 'apps.nvidia.com/v1alpha1',
      kind: 'NIMBuild',
      spec: { image: { repository: 'registry.corp.example/nim/meta/llama-3.1-8b-instruct', tag: `1.3.3@${I3}` } },
    },
    images: [`spec.image ${NIM}`],
  },
  'a NIM pipeline': {
    object: {
      apiVersion: 'apps.nvidia.com/v1alpha1',
      kind: 'NIMPipeline',
      spec: {
        services: [
          {
            name: 'a',
            spec: { image: { repository: 'registry.corp.example/nim/meta/llama-3.1-8b-instruct', tag: `1.3.3@${I3}` } },
          },
        ],
      },
    },
    images: [`spec.services[0].spec.image ${NIM}`],
  },
};
