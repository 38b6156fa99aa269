export type { Answer } from './answer.ts';
export type { Call, CallKind } from './call.ts';
export { Content, type TagStay } from './content.ts';
export type { Dialect } from './dialects/dialect.ts';
export { DIALECTS, type DialectName, isDialectName } from './dialects.ts';
export type { Fault, FaultOptions } from './fault.ts';
export type { FaultSetting } from './fault-switch.ts';
export { FAULTS, type FaultName, isFaultName } from './faults.ts';
export {
  type ArtifactOptions,
  type BuiltImage,
  buildArtifact,
  buildImage,
  buildIndex,
  buildSignature,
  digestOf,
  type ImageOptions,
  type IndexChild,
  MEDIA_TYPES,
  type Platform,
  type Stored,
} from './image.ts';
export { type MisbehavingOptions, type MisbehavingRegistry, startMisbehaving } from './misbehaving-registry.ts';
export { available, type Part, type PartName } from './parts/available.ts';
export { serverCertificate } from './parts/certificates.ts';
export { freePort } from './parts/child.ts';
export { type CloudnativePg, startCloudnativePg } from './parts/cloudnative-pg.ts';
export { type Containers, makeContainers } from './parts/containers.ts';
export { type CosignKey, makeCosignKey } from './parts/cosign-key.ts';
export { type Directory, type DirectoryPerson, startDirectory } from './parts/directory.ts';
export { type Distribution, type DistributionOptions, startDistribution } from './parts/distribution.ts';
export { type GoTool, goModule, goTool } from './parts/go-tool.ts';
export { type Kserve, startKserve } from './parts/kserve.ts';
export { type Kubernetes, type KubernetesOptions, type KubernetesUser, startKubernetes } from './parts/kubernetes.ts';
export { type KubernetesParts, kubernetesParts } from './parts/kubernetes-build.ts';
export type { WebhookConfiguration } from './parts/operator-webhooks.ts';
export { type PeerRegistry, startPeerRegistry } from './parts/peer-registry.ts';
export {
  CLOUDNATIVE_PG,
  COSIGN,
  CRANE,
  currentKubernetesParts,
  DISTRIBUTION_3,
  ETCD,
  KSERVE,
  KUBE_APISERVER,
  REFERRERS_REGISTRY,
  REGCTL,
  ZOT,
} from './parts/peers.ts';
export { type Postgres, type PostgresOptions, startPostgres } from './parts/postgres.ts';
export { buildPostgresImage } from './parts/postgres-image.ts';
export { type SeededDigests, seedFilesystem } from './parts/seed-filesystem.ts';
export { type SeedHttpOptions, seedHttp } from './parts/seed-http.ts';
export {
  copyToFiles,
  pushWithSkopeo,
  readWithSkopeo,
  type SkopeoOptions,
  signWithSkopeo,
  writeOciLayout,
} from './parts/skopeo.ts';
export { temporaryDirectory } from './parts/temporary-directory.ts';
export { startZot, type ZotOptions } from './parts/zot.ts';
export { type LoggedRequest, mentions } from './request-log.ts';
export { generateRepository, type SeedRepository, smallSet, stampedTag } from './seed-repository.ts';
export { type AuthMode, type Credential, DEFAULT_API_TOKEN, DEFAULT_CREDENTIAL } from './sign-in.ts';
export { TestbedError } from './testbed-error.ts';
export { tinyLayer } from './tiny-layer.ts';
