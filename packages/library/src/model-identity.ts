/** Which model an image belongs to, so that the same model in several registries is one. */
import type { Observation } from '@pharos/contract';
import { stated } from './evidence.ts';
import { nimPath } from './kind-of-repository.ts';

/** `publisher/name`; the publisher is null where a repository's name has one component only. */
export interface ModelIdentity {
  /** Lower case, at most 400 characters. */
  readonly key: string;
  readonly publisher: string | null;
  readonly name: string;
}

const NAMED = /^([a-z0-9][a-z0-9._-]*)\/([a-z0-9][a-z0-9._-]*)$/i;
const LONGEST_KEY = 400;

/**
 * The model of an image: the path `…/nim/<publisher>/<model>`, which a mirror under a prefix keeps; else the label
 * `com.nvidia.nim.name` where it names the publisher too; else the last two components of the repository's name. The
 * first migration of models says the same in SQL.
 */
export function modelIdentity(observation: Observation | null, repository: string): ModelIdentity {
  const path = nimPath(repository);
  if (path !== null) return identity(path.publisher, path.name);
  const label = observation === null ? null : stated(observation, 'com.nvidia.nim.name');
  const named = label === null ? null : NAMED.exec(label.value);
  if (named !== null) return identity(named[1]!, named[2]!);
  const parts = repository.split('/');
  return identity(parts.at(-2) ?? null, parts.at(-1)!);
}

function identity(publisher: string | null, name: string): ModelIdentity {
  const key = (publisher === null ? name : `${publisher}/${name}`).toLowerCase().slice(0, LONGEST_KEY);
  return { key, publisher, name };
}

/** The identity that a key stands for. */
export function identityOfKey(key: string): ModelIdentity {
  const slash = key.indexOf('/');
  return { key, publisher: slash < 0 ? null : key.slice(0, slash), name: key.slice(slash + 1) };
}
