/**
 * What an observed digest is, by evidence in falling order of strength: media type of the manifest, artifactType, config
 * media type, layer media types, annotations and labels, environment, repository name, declared kind.
 */
import type { FactSource, Kind, Observation } from '@pharos/contract';
import { attachmentKind } from './attachment.ts';
import { fromEnvironment, stated } from './evidence.ts';
import { kindOfRepository } from './kind-of-repository.ts';
import { isBuildStamped, parseVersion } from './version.ts';

/** The kind found, and the strongest evidence for it; source null: there is none at all. */
export interface RecognisedKind {
  readonly kind: Kind;
  readonly subkind: string | null;
  readonly source: FactSource | null;
  /** It belongs to another image (signature, SBOM …): no rule's declared kind is meant for it. */
  readonly attached?: true;
}

/** Config media types of ordinary container images; Ollama's models use the second one too. */
const CONTAINER_CONFIGS = new Set([
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]);

const BY_MEDIA_TYPE: readonly [prefix: string, kind: Kind, subkind: string][] = [
  ['application/vnd.cncf.model.', 'model', 'modelpack'],
  ['application/vnd.cnai.model.', 'model', 'modelpack'],
  ['application/vnd.docker.ai.', 'model', 'docker-model'],
  ['application/vnd.kitops.modelkit.', 'model', 'modelkit'],
  ['application/vnd.ollama.image.', 'model', 'ollama'],
  ['application/vnd.cncf.helm.', 'other', 'helm-chart'],
  ['application/vnd.wasm.', 'other', 'wasm'],
  ['application/wasm', 'other', 'wasm'],
];

/** Recognises an observation. The tag alone never makes a kind (EPAS and PostgreSQL write the same tags). */
export function recogniseKind(observation: Observation, repository: string, tag: string | null): RecognisedKind {
  const attachment = attachmentKind(observation, tag);
  if (attachment !== null)
    return { kind: 'other', subkind: attachment.subkind, source: attachment.source, attached: true };
  const artifact = artifactKind(observation);
  if (artifact !== null) return artifact;
  return containerKind(observation, repository, tag);
}

function artifactKind(observation: Observation): RecognisedKind | null {
  const { artifactType, configMediaType, layerMediaTypes } = observation;
  const types = [artifactType, configMediaType, ...layerMediaTypes].filter((type) => type !== null);
  for (const type of types) {
    const found = BY_MEDIA_TYPE.find(([prefix]) => type.startsWith(prefix));
    if (found !== undefined) return { kind: found[1], subkind: found[2], source: 'manifest' };
  }
  const isContainer = configMediaType === null || CONTAINER_CONFIGS.has(configMediaType);
  return isContainer ? null : { kind: 'other', subkind: 'artifact', source: 'manifest' };
}

function containerKind(observation: Observation, repository: string, tag: string | null): RecognisedKind {
  const guess = kindOfRepository(repository);
  const pgMajorOfExtension = stated(observation, 'io.cloudnativepg.image.base.pgmajor');
  if (pgMajorOfExtension !== null)
    return { kind: 'extension', subkind: 'cnpg-extension', source: pgMajorOfExtension.source };
  const title = stated(observation, 'org.opencontainers.image.title');
  if (title?.value.startsWith('CloudNativePG PostgreSQL ')) {
    return { kind: 'postgres', subkind: 'cnpg-operand', source: title.source };
  }
  const edb = firstKey(observation, 'org.enterprisedb.pg.');
  if (edb !== null) return { kind: 'postgres', subkind: 'edb-operand', source: edb };
  const nim = firstKey(observation, 'com.nvidia.nim.') ?? nimEnvironment(observation);
  if (nim !== null) return { kind: 'model', subkind: 'nim', source: nim };
  if (fromEnvironment(observation, 'PG_MAJOR') !== null || fromEnvironment(observation, 'PG_VERSION') !== null) {
    const subkind = guess?.subkind === 'edb-operand' ? 'edb-operand' : postgresSubkind(observation, tag);
    return { kind: 'postgres', subkind, source: 'env' };
  }
  if (guess === null) return { kind: 'other', subkind: null, source: null };
  const subkind = guess.kind === 'postgres' ? (guess.subkind ?? postgresSubkind(observation, tag)) : guess.subkind;
  return { kind: guess.kind, subkind, source: 'repository' };
}

function firstKey({ annotations, labels }: Observation, prefix: string): FactSource | null {
  if (Object.keys(annotations).some((key) => key.startsWith(prefix))) return 'annotation';
  return Object.keys(labels).some((key) => key.startsWith(prefix)) ? 'label' : null;
}

function nimEnvironment({ env }: Observation): FactSource | null {
  return Object.keys(env).some((name) => /^(?:NIM_|INFERENCE_MICROSERVICE_)/.test(name)) ? 'env' : null;
}

/** Who built a PostgreSQL image that does not say so: by the form of its build stamp, then by its user and data directory. */
function postgresSubkind(observation: Observation, tag: string | null): string | null {
  const version = parseVersion('pg', tag ?? '');
  if (isBuildStamped(version)) return version.build?.length === 12 ? 'cnpg-operand' : 'edb-operand';
  if (version.os?.startsWith('ubi')) return 'edb-operand';
  if (observation.user?.split(':', 1)[0] === '26') return 'cnpg-operand';
  const dataDirectory = fromEnvironment(observation, 'PGDATA')?.value ?? '';
  return /^\/var\/lib\/postgresql\/(?:data|\d+\/docker)$/.test(dataDirectory) ? 'official-postgres' : null;
}
