/** `pharos agent --check`: is the file right, does every registry answer, and what would be scanned? Changes nothing. */
import { type CompiledRule, compileRule, decideRepository, isArtifactTag, ruleApplies } from '@pharos/library';
import { RegistryError } from '@pharos/oci';
import { decideAll, type MetadataAllowance } from './check-metadata.ts';
import type { AgentFile } from './config.ts';
import { type AgentRegistry, publicRegistry } from './config-registries.ts';
import { createMetrics } from './metrics.ts';
import type { PackedTags } from './packed-tags.ts';
import { type Probed, probeRegistry } from './probe-registry.ts';
import type { ActiveRegistry } from './registries.ts';
import { originOf, RegistryReader } from './registry-reader.ts';
import { MAX_TAGS } from './scan.ts';
import { selectRepositories } from './selection.ts';

export interface CheckedRepository {
  name: string;
  /** Names of the rules that take it. */
  rules: string[];
  listed: number;
  included: number;
  excluded: number;
  /** Tags that names alone do not decide: a clause looks at their images, which were not read. */
  undecided: number;
  artifacts: number;
  /** Why it could not be listed (completely). */
  problem: { code: string; message: string; hint: string } | null;
}

export interface CheckedRegistry {
  registry: ReturnType<typeof publicRegistry>;
  warnings: string[];
  probe: Probed;
  repositories: CheckedRepository[];
  problem: { code: string; message: string; hint: string } | null;
  requests: number;
}

export interface CheckReport {
  ok: boolean;
  file: string | null;
  locationId: string;
  beaconServer: string | null;
  enabled: boolean;
  notices: readonly { path: string; line: number | null; message: string }[];
  registries: CheckedRegistry[];
  requests: number;
}

const MAX_REPOSITORIES = 1000;

export interface CheckOptions {
  signal?: AbortSignal | undefined;
  /** Tags whose images may be read, so that clauses about them can be decided; none unless it is said. */
  metadataOf?: number | undefined;
}

interface Asked {
  readonly signal: AbortSignal;
  readonly allowance: MetadataAllowance;
}

/** Checks all registries of a file at the same time. Never throws for what a registry does. */
export async function checkAgent(config: AgentFile, options: CheckOptions = {}): Promise<CheckReport> {
  const { signal = new AbortController().signal, metadataOf = 0 } = options;
  const asked: Asked = { signal, allowance: { left: metadataOf } };
  const rules = config.rules.map((rule) => compileRule(rule));
  const registries = await Promise.all(config.registries.map((registry) => checkRegistry(registry, rules, asked)));
  const isGood = ({ probe, problem, repositories }: CheckedRegistry) =>
    probe.state !== 'error' && problem === null && repositories.every((repository) => repository.problem === null);
  return {
    ok: registries.every(isGood),
    file: config.path,
    locationId: config.locationId,
    beaconServer: config.beaconServer,
    enabled: config.enabled,
    notices: config.notices,
    registries,
    requests: registries.reduce((sum, registry) => sum + registry.requests, 0),
  };
}

async function checkRegistry(
  description: AgentRegistry,
  all: readonly CompiledRule[],
  asked: Asked,
): Promise<CheckedRegistry> {
  const { signal } = asked;
  const rules = all.filter((rule) => ruleApplies(rule, description.id));
  const base = { registry: publicRegistry(description), warnings: [], repositories: [], problem: null, requests: 0 };
  let active: ActiveRegistry = { description, origin: '', reader: null, error: null, rules, fingerprint: '' };
  try {
    const reader = new RegistryReader(description, { metrics: createMetrics(), version: 'check' });
    active = { ...active, origin: originOf(description), reader };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const problem = problemOf(error);
    return { ...base, probe: await probeRegistry({ ...active, error: problem }, signal), problem };
  }
  const reader = active.reader!;
  try {
    const probe = await probeRegistry(active, signal);
    if (probe.state === 'error' && probe.checks.some((check) => check.id === 'api' && check.state !== 'ok')) {
      return { ...base, probe, requests: reader.requests };
    }
    const selection = await selectRepositories(reader, rules, signal);
    const names = selection.repositories.slice(0, MAX_REPOSITORIES);
    const repositories = await Promise.all(names.map((name) => checkRepository(reader, name, rules, asked)));
    const problem = selection.error === null ? null : problemOf(selection.error);
    return {
      ...base,
      warnings: [...reader.registry.warnings],
      probe,
      repositories,
      problem,
      requests: reader.requests,
    };
  } finally {
    await reader.close();
  }
}

async function checkRepository(
  reader: RegistryReader,
  name: string,
  all: readonly CompiledRule[],
  { signal, allowance }: Asked,
): Promise<CheckedRepository> {
  const rules = all.filter((rule) => decideRepository(rule, name).included);
  const base = {
    name,
    rules: rules.map((rule) => rule.name),
    listed: 0,
    included: 0,
    excluded: 0,
    undecided: 0,
    artifacts: 0,
    problem: null,
  };
  try {
    const lane = reader.lane(name, signal);
    const { names, error, ...list } = await (allowance.left > 0 ? lane.tags(MAX_TAGS) : lane.names(MAX_TAGS));
    const details = 'details' in list ? (list.details as PackedTags) : undefined;
    const { taken, open } = await decideAll(lane, rules, names, { allowance, details });
    const artifacts = names.filter((tag) => isArtifactTag(tag) && !taken.has(tag) && !open.has(tag)).length;
    const excluded = names.length - artifacts - taken.size - open.size;
    return {
      ...base,
      listed: names.length,
      included: taken.size,
      excluded,
      undecided: open.size,
      artifacts,
      problem: error && problemOf(error),
    };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { ...base, problem: problemOf(error) };
  }
}

function problemOf({ code, message, hint }: RegistryError) {
  return { code, message, hint };
}

const MARKS: Readonly<Record<string, string>> = { ok: '✓', warning: '!', error: '✗', skipped: '-' };

/** The report as lines for a terminal. */
export function formatCheck(report: CheckReport): string {
  const lines = [
    `File      ${report.file ?? 'none (defaults)'}`,
    `Location  ${report.locationId}`,
    `Server    ${report.beaconServer ?? 'not given'}`,
    ...(report.enabled ? [] : ['Discovery is off (dispatcher.enabled: false): nothing would be scanned.']),
    ...report.notices.map(
      (notice) => `Note      ${notice.line === null ? '' : `line ${notice.line}: `}${notice.message}`,
    ),
  ];
  if (report.registries.length === 0)
    lines.push('', 'No registry is configured here; those of the UI come from the control plane.');
  for (const registry of report.registries) lines.push('', ...formatRegistry(registry));
  const warned = report.registries.some(({ probe, warnings }) => warnings.length > 0 || probe.state === 'warning');
  const good = warned ? 'It works; read the warnings above.' : 'Everything is in order.';
  const verdict = report.ok ? good : 'Something needs attention, see above.';
  return [...lines, '', `${verdict} Requests spent: ${report.requests}.`].join('\n');
}

function formatRegistry({ registry, probe, repositories, problem, warnings }: CheckedRegistry): string[] {
  const lines = [`Registry ${registry.name} (${registry.url})${registry.isDefault ? ', the default' : ''}`];
  for (const check of probe.checks) {
    const code = check.state !== 'ok' && check.code ? ` (${check.code})` : '';
    lines.push(`  ${MARKS[check.state]} ${check.id.padEnd(9)} ${check.message}${code}`);
    if (check.state !== 'ok' && check.cure) lines.push(`      → ${check.cure}`);
  }
  for (const warning of warnings) lines.push(`  ! ${warning}`);
  if (problem) lines.push(`  ✗ ${problem.message} (${problem.code})`, `      → ${problem.hint}`);
  const width = Math.max(10, ...repositories.map(({ name }) => name.length));
  for (const repository of repositories) {
    const { name, included, excluded, undecided, artifacts, rules } = repository;
    const counts = [
      `${included} included, ${excluded} excluded`,
      ...(undecided > 0 ? [`${undecided} not decided`] : []),
      ...(artifacts > 0 ? [`${artifacts} artifacts`] : []),
    ].join(', ');
    lines.push(`  ${repository.problem ? '✗' : '✓'} ${name.padEnd(width)}  ${counts}  (${rules.join(', ')})`);
    if (repository.problem)
      lines.push(
        `      ${repository.problem.message} (${repository.problem.code})`,
        `      → ${repository.problem.hint}`,
      );
  }
  if (repositories.some(({ undecided }) => undecided > 0)) {
    lines.push(
      '  - Not decided: a clause asks for platforms, artifacts, annotations, age or times of the image, and it was not read.',
      '      → Let the check read images with --with-metadata N. A scan reads them by itself.',
    );
  }
  return lines;
}
