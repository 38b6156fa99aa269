/** The agent's configuration: where `beacon_agent.yaml` is looked for and what comes out of it. */
import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { FileRule, RuleSpec } from '@pharos/contract';
import { type AdmissionSettings, admissionSettings } from './admission/settings.ts';
import {
  type ConfigNotice,
  type Environment,
  MAX_FILE_BYTES,
  readDocument,
  VARIABLE_MISSING,
} from './config-document.ts';
import { AgentConfigError, type ConfigProblem } from './config-error.ts';
import { translateIncumbent } from './config-incumbent.ts';
import { type AgentRegistry, buildRegistries, fileRule, registryId } from './config-registries.ts';
import { AgentDocument } from './config-schema.ts';
import type { KubernetesConfig } from './kubernetes/api.ts';

/** The name that the file has everywhere. */
const AGENT_FILE_NAME = 'beacon_agent.yaml';

/** Location of an agent whose file does not name one. */
export const DEFAULT_LOCATION = 'local';

/** What the agent works with. Registries hold their credentials: never log or send this as a whole. */
export interface AgentFile {
  /** The file that was read; null when there is none and only defaults hold. */
  path: string | null;
  /** Origin of the control plane, `stdout` for a dry run, null when not given. */
  beaconServer: string | null;
  accessKey: string | null;
  /** What it joins with, once; it signs for itself from then on. */
  joinToken: string | null;
  name: string | null;
  locationId: string;
  /** `dispatcher.enabled`: false means that this agent reads no registry. */
  enabled: boolean;
  /** Null: the agent has nothing to do in Kubernetes. */
  kubernetes: KubernetesConfig | null;
  registries: readonly AgentRegistry[];
  rules: readonly FileRule[];
  /** Admission control; null: off. */
  admission: AdmissionSettings | null;
  notices: readonly ConfigNotice[];
}

/**
 * Reads the agent's file. With `file` null it is looked for in the current directory, `$HOME/.beacon` and `/etc/beacon`;
 * no file at all is no error. `environment` gives `$NAME` values and `PHAROS_REGISTRY_URL`.
 * @throws AgentConfigError with every problem found
 */
export function loadAgentConfig(file: string | null, environment: Environment): AgentFile {
  const path = file === null ? findFile(environment) : resolve(file);
  if (path === null) return parseAgentConfig('', null, environment);
  return parseAgentConfig(readText(path), path, environment);
}

/** The same for text that is already there; `path` is only told in errors and used for files named relative to it. */
export function parseAgentConfig(text: string, path: string | null, environment: Environment): AgentFile {
  const document = readDocument(text, environment);
  const incumbent = translateIncumbent(document, environment);
  const parsed = AgentDocument.safeParse(incumbent.value);
  // Only an agent that calls a server from elsewhere needs the key; inside `pharos up` the variable may be unset.
  const unsetKey = document.problems.find(
    (problem) => problem.code === VARIABLE_MISSING && problem.path === 'agent.access_key',
  );
  const problems = document.problems.filter((problem) => problem !== unsetKey);
  problems.push(...incumbent.problems);
  // After a syntax error there is no value, and every complaint about it would be noise.
  const hasSyntaxError = problems.some((problem) => problem.code.startsWith('yaml-'));
  if (!parsed.success && !hasSyntaxError)
    problems.push(...parsed.error.issues.flatMap((issue) => document.fromIssue(issue)));
  if (!parsed.success || hasSyntaxError) throw new AgentConfigError(path, inOrder(problems));

  const { agent, dispatcher } = parsed.data;
  const locationId = dispatcher.location_id ?? DEFAULT_LOCATION;
  const directory = path === null ? process.cwd() : dirname(path);
  const built = buildRegistries(dispatcher.capabilities?.provisioning?.images?.discovery, {
    document,
    environment,
    locationId,
    directory,
  });
  const beaconServer = serverOf(agent.beacon_server);
  if (beaconServer === undefined) {
    const hint = 'Write https://host[:port], or stdout for a dry run.';
    problems.push(
      document.problem(
        ['agent', 'beacon_server'],
        'beacon-server-invalid',
        'agent.beacon_server is not an address.',
        hint,
      ),
    );
  }
  problems.push(...built.problems);
  if (problems.length > 0) throw new AgentConfigError(path, inOrder(problems));
  return {
    path,
    beaconServer: beaconServer ?? null,
    accessKey: unsetKey ? null : (agent.access_key ?? null),
    joinToken: agent.join_token ?? null,
    name: agent.name ?? null,
    locationId,
    enabled: dispatcher.enabled,
    kubernetes: kubernetesOf(dispatcher.kubernetes, path),
    registries: built.registries,
    rules: built.rules,
    admission: dispatcher.enabled
      ? admissionSettings(dispatcher.capabilities?.admission, (file) => resolve(directory, file))
      : null,
    notices: [...document.notices, ...incumbent.notices, ...built.notices, ...(unsetKey ? [noticeOf(unsetKey)] : [])],
  };
}

/** A kubeconfig is found from where the file stands. */
function kubernetesOf(
  kubernetes: AgentDocument['dispatcher']['kubernetes'],
  path: string | null,
): KubernetesConfig | null {
  if (kubernetes === undefined) return null;
  const { kubeconfig, context = null, namespaces } = kubernetes;
  const directory = path === null ? process.cwd() : dirname(path);
  return { kubeconfig: kubeconfig === undefined ? null : resolve(directory, kubeconfig), context, namespaces };
}

function noticeOf({ path, line, message }: ConfigProblem): ConfigNotice {
  return { path, line, message };
}

/** Adds a registry that no file names, such as the sample registry of a first start, with its rules. */
export function withRegistry(
  config: AgentFile,
  registry: Omit<AgentRegistry, 'id'>,
  rules: readonly Omit<RuleSpec, 'registryId'>[],
): AgentFile {
  const id = registryId(config.locationId, registry.name);
  return {
    ...config,
    registries: [...config.registries, { ...registry, id }],
    rules: [...config.rules, ...rules.map((rule) => fileRule(config.locationId, id, rule))],
  };
}

function findFile(environment: Environment): string | null {
  const home = environment.HOME || homedir();
  const folders = [process.cwd(), join(home, '.beacon'), '/etc/beacon'];
  return (
    folders
      .map((folder) => join(folder, AGENT_FILE_NAME))
      .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile()) ?? null
  );
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES)
      throw fileError(path, 'file-too-large', 'The file is larger than 1 MiB.', 'Is it the right file?');
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof AgentConfigError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT')
      throw fileError(path, 'file-not-found', 'There is no such file.', 'Check the path given with -f.');
    const message = `The file cannot be read (${code ?? 'unknown reason'}).`;
    throw fileError(path, 'file-unreadable', message, 'Check the path and its permissions.');
  }
}

function fileError(path: string, code: string, message: string, hint: string): AgentConfigError {
  return new AgentConfigError(path, [{ code, message, hint, line: null, column: null, path: '' }]);
}

/** The origin; the incumbent writes `host:9443` without a scheme. Undefined: not an address. */
function serverOf(text: string | undefined): string | null | undefined {
  if (text === undefined || text === 'stdout') return text ?? null;
  const url = URL.parse(/^https?:\/\//.test(text) ? text : `https://${text}`);
  const isOrigin = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return isOrigin ? `${url.origin}${url.pathname.replace(/\/+$/, '')}` : undefined;
}

function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
