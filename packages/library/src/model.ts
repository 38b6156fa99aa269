/** What a model image states about itself. GPU needs and profiles stand in a layer, not in manifest or config. */
import type { FactSource, Facts, Finding, Observation, Version } from '@pharos/contract';
import { cleanText } from './clean-text.ts';
import { firstStated, fromAnnotation, fromEnvironment, type Stated, stated } from './evidence.ts';
import { nimPath } from './kind-of-repository.ts';
import { type ModelConfig, readModelConfig } from './model-config.ts';
import { judgeVersion } from './stated-version.ts';
import { isParsed, parseVersion } from './version.ts';

/** Facts of a model image. */
export interface ModelFacts {
  readonly model: NonNullable<Facts['model']>;
  readonly version: Version | null;
  readonly sources: Record<string, FactSource>;
  readonly findings: Finding[];
}

const MAX_NAME = 200;

/**
 * Reads a model image: NIM's labels and environment first, then an artifact's configuration, the path
 * `nim/<publisher>/<model>`, then the tag.
 */
export function readModel(observation: Observation, repository: string, tag: string | null): ModelFacts {
  const config = readModelConfig(observation.artifactConfig);
  const { publisher, name, source } = readName(observation, repository, config);
  const said = modelVersion(observation, config);
  const statedVersion = said === null ? null : { version: parseVersion('semver', said.value), source: said.source };
  const judged = judgeVersion(
    tag === null ? null : parseVersion('semver', tag),
    statedVersion !== null && isParsed(statedVersion.version) ? statedVersion : null,
  );
  const type = stated(observation, 'com.nvidia.nim.type');
  const sources: Record<string, FactSource> = { model: source };
  const versionSource = judged.source ?? said?.source;
  if (versionSource !== undefined) sources.version = versionSource;
  const { architecture, format, parameters, precision, contextLength } = config;
  // The label may be the base image's; an annotation is the image's own.
  const licences = fromAnnotation(observation, 'org.opencontainers.image.licenses');
  const licence = config.licence ?? (licences === null ? null : cleanText(licences.value, 200));
  for (const [fact, value] of Object.entries({ architecture, format, parameters, precision, contextLength })) {
    if (value !== null) sources[fact] = 'config';
  }
  if (licence !== null) sources.licence = config.licence === null ? licences!.source : 'config';
  return {
    model: {
      publisher,
      name,
      version: said !== null ? cleanText(said.value, 100) : (judged.version?.raw ?? null),
      type: type === null ? null : cleanText(type.value, 100),
      architecture,
      format,
      parameters,
      precision,
      licence,
      contextLength,
    },
    version: judged.version,
    sources,
    findings: judged.finding === null ? [] : [judged.finding],
  };
}

function readName(
  observation: Observation,
  repository: string,
  config: ModelConfig,
): { publisher: string | null; name: string; source: FactSource } {
  const parts = repository.split('/');
  const path = nimPath(repository);
  const publisher = path?.publisher ?? config.publisher ?? parts.at(-2) ?? null;
  const said = firstStated(
    stated(observation, 'com.nvidia.nim.name'),
    path === null ? fromAnnotation(observation, 'org.opencontainers.image.title') : null,
    config.name === null ? null : { value: config.name, source: 'config' },
  );
  const text = said === null ? '' : cleanText(said.value, MAX_NAME);
  if (text === '') return { publisher, name: parts.at(-1)!, source: 'repository' };
  // Some labels carry the publisher with the name: meta/llama-3.1-8b-instruct.
  const named = /^([a-z0-9._-]+)\/([^/]+)$/i.exec(text);
  if (named === null) return { publisher, name: text, source: said!.source };
  return { publisher: named[1]!, name: named[2]!, source: said!.source };
}

/** The label org.opencontainers.image.version is not read: on NIM images it is the Ubuntu base image's. */
function modelVersion(observation: Observation, config: ModelConfig): Stated | null {
  return firstStated(
    stated(observation, 'com.nvidia.nim.version'),
    fromAnnotation(observation, 'org.opencontainers.image.version'),
    fromEnvironment(observation, 'INFERENCE_MICROSERVICE_LLM_NIM_VERSION'),
    fromEnvironment(observation, 'NIM_VERSION'),
    config.version === null ? null : { value: config.version, source: 'config' },
  );
}
