/** Notifications as the products send them, for tests: shapes from their documentation, names and ids of ours. Not exported. */
import { createHmac, randomUUID } from 'node:crypto';
import { RECEIVER_SOURCES, type ReceiverSource } from '@pharos/contract';

export interface Said {
  readonly body: unknown;
  readonly headers?: Record<string, string>;
}

/** How one product speaks. */
export interface Product {
  /** Headers that prove the body; absent where the address is the proof. */
  readonly sign?: (secret: string, body: string) => Record<string, string>;
  push(repository: string, tag: string): Said;
  /** A push of which no tag is told. */
  noTag(repository: string): Said;
  /** Something that is no push: a ping where the product has one. */
  other(repository: string): Said;
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const hmac = (algorithm: string, secret: string, body: string) =>
  createHmac(algorithm, secret).update(body).digest('hex');
const DIGEST = `sha256:${'a'.repeat(64)}`;

function distributionEvent(action: string, target: object): Said {
  const event = {
    id: randomUUID(),
    timestamp: '2026-11-25T10:00:00Z',
    action,
    target,
    request: { host: 'r' },
    actor: {},
  };
  const headers = { 'content-type': 'application/vnd.docker.distribution.events.v1+json' };
  return { body: { events: [event] }, headers };
}

const acrEvent = (action: string, target: object) => ({
  id: randomUUID(),
  timestamp: '2026-11-25T10:00:00Z',
  action,
  target,
  request: { id: randomUUID(), host: 'team.azurecr.io', method: 'PUT', useragent: 'docker' },
});

const gridEvent = (eventType: string, data: unknown) => ({
  id: randomUUID(),
  topic: '/subscriptions/x',
  subject: 'x',
  eventType,
  data,
  dataVersion: '1.0',
});

const ecrEvent = (detail: object, type = 'ECR Image Action') => ({
  version: '0',
  id: randomUUID(),
  'detail-type': type,
  source: 'aws.ecr',
  account: '123456789012',
  region: 'eu-central-1',
  detail: { result: 'SUCCESS', 'image-digest': DIGEST, ...detail },
});

const pubSub = (data: object) => ({
  message: { data: Buffer.from(JSON.stringify(data)).toString('base64'), messageId: randomUUID() },
  subscription: 'projects/p/subscriptions/pharos',
});

const harborEvent = (type: string, repository: string, tag: string) => ({
  type,
  occur_at: 1_795_000_000 + Math.floor(Math.random() * 1e6),
  operator: 'robot',
  event_data: {
    resources: [{ digest: DIGEST, tag, resource_url: 'x' }],
    repository: { name: 'x', namespace: 'team', repo_full_name: repository, repo_type: 'private' },
  },
});

function githubEvent(event: string, body: object): Said {
  return { body, headers: { 'x-github-event': event, 'x-github-delivery': randomUUID() } };
}

const githubPackage = (repository: string, tag: string) => ({
  action: 'published',
  registry_package: {
    namespace: (repository.split('/')[0] as string).toUpperCase(),
    name: repository.split('/').slice(1).join('/'),
    package_type: 'CONTAINER',
    package_version: { container_metadata: { tag: { name: tag, digest: DIGEST } } },
  },
});

const jfrogEvent = (type: string, repository: string, tag?: string) => ({
  domain: 'docker',
  event_type: type,
  data: {
    repo_key: 'docker-local',
    image_name: repository,
    image_type: 'oci',
    name: 'manifest.json',
    tag,
    at: Math.random(),
  },
});

function nexusEvent(component: object | undefined): Said {
  const body = {
    timestamp: '2026-11-25',
    nodeId: 'n',
    initiator: 'ci',
    repositoryName: 'docker',
    action: 'CREATED',
    component,
  };
  return {
    body,
    headers: { 'x-nexus-webhook-delivery': randomUUID(), 'x-nexus-webhook-id': 'rm:repository:component' },
  };
}

const cloudEvent = (type: string, data: object) => ({ specversion: '1.0', id: randomUUID(), source: '/x', type, data });

const cloudsmithEvent = (event: string, repository: string, version: string, tags: string[]) => ({
  meta: { event_id: event, at: Math.random() },
  data: { format: 'docker', namespace: 'n', repository: 'r', name: repository, version, tags: { version: tags } },
});

export const PRODUCTS: Readonly<Record<ReceiverSource, Product>> = {
  distribution: {
    sign: bearer,
    push: (repository, tag) =>
      distributionEvent('push', { repository, tag, digest: DIGEST, mediaType: 'application/x' }),
    noTag: (repository) =>
      distributionEvent('push', { repository, digest: DIGEST, mediaType: 'application/octet-stream' }),
    other: (repository) => distributionEvent('pull', { repository, tag: 'latest', digest: DIGEST }),
  },
  acr: {
    sign: (secret) => ({ authorization: secret }),
    push: (repository, tag) => ({ body: acrEvent('push', { repository, tag, digest: DIGEST }) }),
    noTag: (repository) => ({ body: acrEvent('delete', { repository, digest: DIGEST }) }),
    other: () => ({ body: { id: randomUUID(), action: 'ping' } }),
  },
  'acr-event-grid': {
    push: (repository, tag) => ({
      body: [gridEvent('Microsoft.ContainerRegistry.ImagePushed', acrEvent('push', { repository, tag }))],
    }),
    noTag: (repository) => ({
      body: [gridEvent('Microsoft.ContainerRegistry.ImageDeleted', acrEvent('delete', { repository }))],
    }),
    other: () => ({ body: [gridEvent('Microsoft.ContainerRegistry.ChartPushed', {})] }),
  },
  ecr: {
    sign: (secret) => ({ authorization: `Basic ${Buffer.from(`pharos:${secret}`).toString('base64')}` }),
    push: (repository, tag) => ({
      body: ecrEvent({ 'repository-name': repository, 'action-type': 'PUSH', 'image-tag': tag }),
    }),
    noTag: (repository) => ({ body: ecrEvent({ 'repository-name': repository, 'action-type': 'PUSH' }) }),
    other: (repository) => ({ body: ecrEvent({ 'repository-name': repository }, 'ECR Image Scan') }),
  },
  gar: {
    push: (repository, tag) => ({
      body: pubSub({
        action: 'INSERT',
        digest: `registry.example.com/${repository}@${DIGEST}`,
        tag: `registry.example.com/${repository}:${tag}`,
      }),
    }),
    noTag: (repository) => ({
      body: pubSub({ action: 'INSERT', digest: `registry.example.com/${repository}@${DIGEST}` }),
    }),
    other: () => ({ body: pubSub({ action: 'DELETE', tag: 'europe-docker.pkg.dev/other/repository/image:1' }) }),
  },
  harbor: {
    sign: (secret) => ({ authorization: secret }),
    push: (repository, tag) => ({ body: harborEvent('PUSH_ARTIFACT', repository, tag) }),
    noTag: (repository) => ({ body: harborEvent('PUSH_ARTIFACT', repository, DIGEST) }),
    other: (repository) => ({ body: harborEvent('SCANNING_COMPLETED', repository, 'latest') }),
  },
  quay: {
    push: (repository, tag) => ({ body: { repository, docker_url: `quay.io/${repository}`, updated_tags: [tag] } }),
    noTag: (repository) => ({ body: { repository, updated_tags: [], at: Math.random() } }),
    other: (repository) => ({ body: { repository, vulnerability: { id: 'CVE-1' }, at: Math.random() } }),
  },
  dockerhub: {
    push: (repository, tag) => ({
      body: {
        callback_url: 'http://127.0.0.1:1/',
        push_data: { pushed_at: Math.random(), pusher: 'ci', tag },
        repository: { repo_name: repository },
      },
    }),
    noTag: (repository) => ({
      body: { push_data: { pushed_at: Math.random() }, repository: { repo_name: repository } },
    }),
    other: () => ({ body: { hook: Math.random() } }),
  },
  github: {
    sign: (secret, body) => ({ 'x-hub-signature-256': `sha256=${hmac('sha256', secret, body)}` }),
    push: (repository, tag) => githubEvent('registry_package', githubPackage(repository, tag)),
    noTag: (repository) => githubEvent('registry_package', githubPackage(repository, '')),
    other: () => githubEvent('ping', { zen: 'Anything added dilutes everything else.', hook_id: 1 }),
  },
  jfrog: {
    sign: (secret, body) => ({ 'x-jfrog-event-auth': hmac('sha256', secret, body) }),
    push: (repository, tag) => ({ body: jfrogEvent('pushed', repository, tag) }),
    noTag: (repository) => ({ body: jfrogEvent('pushed', repository) }),
    other: (repository) => ({ body: { ...jfrogEvent('deployed', repository, 'x'), domain: 'artifact' } }),
  },
  nexus: {
    sign: (secret, body) => ({ 'x-nexus-webhook-signature': hmac('sha1', secret, body) }),
    push: (repository, tag) => nexusEvent({ id: 'c', format: 'docker', name: repository, group: null, version: tag }),
    noTag: (repository) => nexusEvent({ id: 'c', format: 'docker', name: repository, group: null, version: DIGEST }),
    other: () => nexusEvent({ id: 'c', format: 'maven2', name: 'x', version: '1' }),
  },
  zot: {
    sign: bearer,
    push: (name, reference) => ({ body: cloudEvent('zotregistry.image.updated', { name, reference, digest: DIGEST }) }),
    noTag: (name) => ({ body: cloudEvent('zotregistry.image.updated', { name, reference: DIGEST, digest: DIGEST }) }),
    other: (name) => ({ body: cloudEvent('zotregistry.repository.created', { name }) }),
  },
  cloudsmith: {
    sign: (secret, body) => ({ 'x-cloudsmith-signature': hmac('sha1', secret, body) }),
    push: (repository, tag) => ({ body: cloudsmithEvent('package.synced', repository, 'a'.repeat(64), [tag]) }),
    noTag: (repository) => ({ body: cloudsmithEvent('package.synced', repository, 'a'.repeat(64), []) }),
    other: () => ({ body: { meta: { event_id: 'ping', at: Math.random() } } }),
  },
};

export const EVERY_SOURCE = RECEIVER_SOURCES;
