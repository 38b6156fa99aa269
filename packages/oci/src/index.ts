export type {
  BlobDescriptor,
  BlobOptions,
  BlobReader,
  DialectInfo,
  ListOptions,
  ManifestContent,
  ManifestHead,
  ManifestReader,
  Quota,
  ReferrerDescriptor,
  ReferrerLister,
  RepositoryLister,
  ScannerAnswer,
  ScannerReader,
  TagDescriber,
  TagDetail,
  TagLister,
} from './abilities.ts';
export {
  type Authentication,
  DEFAULT_LIMITS,
  type Limits,
  type OnRequest,
  type RegistryConnection,
  type RequestKind,
  type TlsOptions,
} from './connection.ts';
export { type DigestAlgorithm, digestOf, isDigest, matchesDigest } from './digest.ts';
export { type AddressClass, classOf } from './egress.ts';
export { type Absence, REGISTRY_ERROR_HINTS, RegistryError, type RegistryErrorCode } from './errors.ts';
export { isLayoutUrl, LAYOUT_PROVIDER, type LayoutAddress, namesFiles, parseLayoutUrl } from './layout/address.ts';
export {
  type Annotations,
  type Descriptor,
  type Index,
  type Manifest,
  type Platform,
  parseManifest,
} from './manifest.ts';
export * from './media-type.ts';
export { type ProbeResult, probe } from './probe.ts';
export type { ProbeCheck, ProbeOptions, ProbeState } from './probe-check.ts';
export { FairQueue } from './queue.ts';
export {
  apiHost,
  formatReference,
  isDockerHub,
  isRepositoryName,
  isTagName,
  parseReference,
  parseRegistryUrl,
  type Reference,
  type RegistryAddress,
} from './reference.ts';
export { createRegistry, type Registry } from './registry.ts';
export type { SessionOptions as RegistryOptions } from './session.ts';
export type { SignedInBy } from './sign-in/sign-in.ts';
