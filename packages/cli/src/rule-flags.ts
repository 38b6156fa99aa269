/** Rules on the command line: one tag set by flags; richer rules come from a file. */
import { GroupKey, Kind, type RulePatch, type RuleSpec, TagSet, VersionScheme } from '@pharos/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommonOptions, collect, wholeNumber } from './command.ts';
import { CliError } from './failure.ts';
import { type ClauseOptions, clausesFromFlags, ruleClauseOptions } from './rule-clause-flags.ts';

export interface RuleOptions extends CommonOptions, ClauseOptions {
  name?: string;
  registry?: string;
  allRegistries?: boolean;
  kind?: RuleSpec['kind'];
  description?: string;
  repository?: string[];
  excludeRepository?: string[];
  tag?: string[];
  excludeTag?: string[];
  scheme?: VersionScheme;
  versionPattern?: string;
  range?: string;
  floating?: 'include' | 'exclude' | 'only';
  prerelease?: 'include' | 'exclude' | 'only';
  parsedOnly?: boolean;
  order?: TagSet['order'];
  direction?: 'asc' | 'desc';
  groupBy?: GroupKey[];
  keep?: number;
  enabled?: boolean;
  /** false: the schedule that the rule has is taken away. */
  schedule?: boolean;
}

/** The flags that describe a rule. */
export function ruleOptions(command: Command): Command {
  const described = command
    .option('--registry <REGISTRY>', 'name or id (default: every registry)')
    .option(
      '--repository <PATTERN>',
      'repositories that come in: a glob, or re: and an expression (repeatable)',
      collect,
    )
    .option('--exclude-repository <PATTERN>', 'repositories that stay out (repeatable)', collect)
    .option('--tag <PATTERN>', 'tags that come in (default: every tag) (repeatable)', collect)
    .option('--exclude-tag <PATTERN>', 'tags that stay out (repeatable)', collect)
    .addOption(new Option('--scheme <SCHEME>', 'how versions are read').choices(VersionScheme.options))
    .option('--version-pattern <EXPRESSION>', 'for --scheme regex: named groups major, minor, build …')
    .option('--range <RANGE>', 'versions that come in, e.g. ">=17 <18"')
    .addOption(new Option('--prerelease <WHICH>', 'pre-releases').choices(['include', 'exclude', 'only']))
    .addOption(
      new Option('--floating <WHICH>', 'tags of no exact version, such as 17').choices(['include', 'exclude', 'only']),
    )
    .option('--parsed-only', 'leave out tags whose version cannot be read')
    .addOption(new Option('--order <ORDER>', 'what "newest" means to --keep').choices(ORDERS))
    .addOption(new Option('--direction <DIRECTION>', 'asc keeps the lowest').choices(['asc', 'desc']))
    .option('--keep <N>', 'keep the newest N (of each group)', wholeNumber(1, 100_000))
    .option('--group-by <KEYS>', `what --keep counts apart: ${GroupKey.options.join(', ')}`, groupKeys)
    .addOption(new Option('--kind <KIND>', 'declared kind (default: as recognised)').choices(Kind.options))
    .option('--description <TEXT>', 'for repositories that have none');
  return ruleClauseOptions(described);
}

const ORDERS = TagSet.shape.order.unwrap().options;

function groupKeys(text: string): GroupKey[] {
  const parsed = GroupKey.array().safeParse(text.split(',').map((key) => key.trim()));
  if (parsed.success && parsed.data.length > 0) return parsed.data;
  throw new InvalidArgumentError(`Use some of ${GroupKey.options.join(', ')}, with commas between them.`);
}

/** The rule that the flags say; `registryId` is resolved by the caller. */
export function ruleFromFlags(name: string, options: RuleOptions, registryId: string | null): RuleSpec {
  if (!options.repository?.length) {
    throw new CliError(
      'repository-missing',
      'The rule names no repository.',
      'Give --repository PATTERN, e.g. --repository "postgres*".',
    );
  }
  const set = tagSet(undefined, options);
  return {
    name,
    enabled: options.enabled ?? true,
    registryId,
    kind: options.kind ?? null,
    description: options.description ?? '',
    repositories: { include: options.repository, exclude: options.excludeRepository ?? [] },
    tags: set ? [set] : [],
    ...clausesFromFlags({}, options),
  };
}

/**
 * What the flags change of a rule.
 *
 * @throws CliError `rule-needs-file` when it has several tag sets, which flags cannot tell apart.
 */
export function rulePatch(rule: RuleSpec, options: RuleOptions, registryId: string | null | undefined): RulePatch {
  const { repository, excludeRepository } = options;
  const set = tagSet(rule.tags[0], options);
  if (set && rule.tags.length > 1) {
    throw new CliError(
      'rule-needs-file',
      `"${rule.name}" has ${rule.tags.length} sets of tags; flags can change one.`,
      'Change it in a file with "pharos apply -f FILE", or in the UI.',
    );
  }
  return {
    name: options.name,
    enabled: options.enabled,
    registryId,
    kind: options.kind,
    description: options.description,
    repositories:
      repository || excludeRepository
        ? {
            include: repository ?? rule.repositories.include,
            exclude: excludeRepository ?? rule.repositories.exclude,
          }
        : undefined,
    tags: set ? [set] : undefined,
    ...clausesFromFlags(rule, options),
    ...(options.schedule === false ? { schedule: null } : {}),
  };
}

function tagSet(before: TagSet | undefined, options: RuleOptions): TagSet | undefined {
  const { tag, excludeTag, scheme, versionPattern, range, prerelease, floating, parsedOnly, order, keep } = options;
  const { direction, groupBy } = options;
  const version = stated({ scheme, pattern: versionPattern, range, prerelease, floating, parsedOnly });
  const set = stated({ include: tag, exclude: excludeTag, order, direction, groupBy, keep });
  const versionGiven = Object.keys(version).length > 0;
  if (!versionGiven && Object.keys(set).length === 0) return undefined;
  const none = { scheme: null, prerelease: 'include', parsedOnly: false } as const;
  return {
    include: [],
    exclude: [],
    order: 'version',
    ...before,
    ...set,
    ...(versionGiven ? { version: { ...none, ...before?.version, ...version } } : {}),
  };
}

/** The entries that were given. */
function stated<T extends object>(flags: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as never;
}
