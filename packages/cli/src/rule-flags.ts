/** Rules on the command line: one tag set by flags; richer rules come from a file. */
import { Kind, type RulePatch, type RuleSpec, type TagSet, VersionScheme } from '@pharos/contract';
import { type Command, Option } from 'commander';
import { type CommonOptions, collect, wholeNumber } from './command.ts';
import { CliError } from './failure.ts';

export interface RuleOptions extends CommonOptions {
  name?: string;
  registry?: string;
  allRegistries?: boolean;
  kind?: RuleSpec['kind'];
  description?: string;
  repository?: string[];
  excludeRepository?: string[];
  tag?: string[];
  excludeTag?: string[];
  scheme?: 'pg' | 'semver' | 'none';
  prerelease?: 'include' | 'exclude' | 'only';
  parsedOnly?: boolean;
  order?: 'version' | 'name';
  keep?: number;
  enabled?: boolean;
}

/** The flags that describe a rule. */
export function ruleOptions(command: Command): Command {
  return command
    .option('--registry <REGISTRY>', 'name or id (default: every registry)')
    .option(
      '--repository <PATTERN>',
      'repositories that come in: a glob, or re: and an expression; repeatable',
      collect,
    )
    .option('--exclude-repository <PATTERN>', 'repositories that stay out; repeatable', collect)
    .option('--tag <PATTERN>', 'tags that come in (default: every tag); repeatable', collect)
    .option('--exclude-tag <PATTERN>', 'tags that stay out; repeatable', collect)
    .addOption(new Option('--scheme <SCHEME>', 'how versions are read').choices(VersionScheme.options))
    .addOption(new Option('--prerelease <WHICH>', 'pre-releases').choices(['include', 'exclude', 'only']))
    .option('--parsed-only', 'leave out tags whose version cannot be read')
    .addOption(new Option('--order <ORDER>', 'what "newest" means to --keep').choices(['version', 'name']))
    .option('--keep <N>', 'keep the newest N', wholeNumber(1, 100_000))
    .addOption(new Option('--kind <KIND>', 'declared kind (default: as recognised)').choices(Kind.options))
    .option('--description <TEXT>', 'for repositories that have none');
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
  };
}

function tagSet(before: TagSet | undefined, options: RuleOptions): TagSet | undefined {
  const { tag, excludeTag, scheme, prerelease, parsedOnly, order, keep } = options;
  const versionGiven = [scheme, prerelease, parsedOnly].some((value) => value !== undefined);
  const given = versionGiven || [tag, excludeTag, order, keep].some((value) => value !== undefined);
  if (!given) return undefined;
  const version = before?.version ?? { scheme: null, prerelease: 'include', parsedOnly: false };
  const kept = keep ?? before?.keep;
  return {
    include: tag ?? before?.include ?? [],
    exclude: excludeTag ?? before?.exclude ?? [],
    order: order ?? before?.order ?? 'version',
    ...(versionGiven || before?.version
      ? {
          version: {
            scheme: scheme ?? version.scheme,
            prerelease: prerelease ?? version.prerelease,
            parsedOnly: parsedOnly ?? version.parsedOnly,
          },
        }
      : {}),
    ...(kept === undefined ? {} : { keep: kept }),
  };
}
