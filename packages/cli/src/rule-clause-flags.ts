/** The clauses of a rule that look beyond names, and how it is scanned, as flags. */
import { type AnnotationClause, Mutability, type RuleClauses, Span } from '@pharos/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { collect, wholeNumber } from './command.ts';

export interface ClauseOptions {
  platform?: string[];
  anyPlatform?: boolean;
  mediaType?: string[];
  artifactType?: string[];
  withArtifacts?: boolean;
  annotation?: AnnotationClause[];
  minAge?: string;
  maxAge?: string;
  mutability?: Mutability;
  hcpTag?: string[];
  headBudget?: number;
  every?: string;
  at?: string;
  zone?: string;
  onVanish?: 'tombstone' | 'keep';
}

export function ruleClauseOptions(command: Command): Command {
  return command
    .option('--platform <OS/ARCHITECTURE>', 'platforms that an image must have (repeatable)', collect)
    .option('--any-platform', 'one of the platforms is enough')
    .addOption(
      new Option('--media-type <TYPE>', 'image (one platform, or an artifact) or index (repeatable)')
        .choices(['image', 'index'])
        .argParser(collect),
    )
    .option('--artifact-type <PATTERN>', 'artifact types that come in; * stands for any text (repeatable)', collect)
    .option('--with-artifacts', 'take signatures and SBOMs (tags sha256-…) as tags too')
    .option(
      '--annotation <PREDICATE>',
      'KEY=VALUE, KEY~PATTERN, KEY (it exists) or !KEY (it does not) (repeatable)',
      (text: string, before: AnnotationClause[] = []) => [...before, annotation(text)],
    )
    .option('--min-age <SPAN>', 'younger ones wait, e.g. 72h', span)
    .option('--max-age <SPAN>', 'older ones stay out, e.g. 2y', span)
    .addOption(new Option('--mutability <WHICH>', 'whether tags may move').choices(Mutability.options))
    .option('--hcp-tag <NAME>', 'HCP tag put on what comes in (repeatable)', collect)
    .option('--head-budget <N>', 'known tags asked per scan whether they moved', wholeNumber(1, 1_000_000))
    .addOption(
      new Option('--every <SPAN>', 'read its repositories at least this long apart, e.g. 1h')
        .argParser(span)
        .conflicts('at'),
    )
    .option('--at <CRON>', 'read them after these times: minute hour day month weekday, e.g. "0 3 * * *"')
    .option('--zone <ZONE>', 'time zone of --at, e.g. Europe/Berlin; default UTC')
    .addOption(new Option('--on-vanish <WHICH>', 'what becomes of tags that vanish').choices(['tombstone', 'keep']));
}

/** What the flags say of the clauses of a rule; flags of one clause are put on top of what the rule has of it. */
export function clausesFromFlags(
  before: { readonly [Key in keyof RuleClauses]: RuleClauses[Key] | null },
  flags: ClauseOptions,
): RuleClauses {
  const clauses: RuleClauses = {};
  const { platform, anyPlatform, mediaType, artifactType, withArtifacts, annotation: annotations } = flags;
  const required = platform ?? before.platforms?.require;
  if ((platform || anyPlatform) && required) {
    clauses.platforms = { require: required, mode: anyPlatform ? 'any' : (before.platforms?.mode ?? 'all') };
  }
  if (mediaType || artifactType || withArtifacts) {
    clauses.artifacts = {
      mediaTypes: (mediaType as ('image' | 'index')[] | undefined) ?? before.artifacts?.mediaTypes ?? [],
      artifactTypes: artifactType ?? before.artifacts?.artifactTypes ?? [],
      exclude: withArtifacts ? 'none' : (before.artifacts?.exclude ?? 'default'),
    };
  }
  if (annotations) clauses.annotations = annotations;
  if (flags.minAge !== undefined || flags.maxAge !== undefined) {
    clauses.age = {
      ...before.age,
      ...(flags.minAge === undefined ? {} : { min: flags.minAge }),
      ...(flags.maxAge === undefined ? {} : { max: flags.maxAge }),
    };
  }
  if (flags.mutability !== undefined) clauses.mutability = flags.mutability;
  if (flags.hcpTag !== undefined) clauses.hcpTags = flags.hcpTag;
  if (flags.headBudget !== undefined) clauses.headBudget = flags.headBudget;
  if (flags.every !== undefined) clauses.schedule = { every: flags.every };
  const cron = flags.at ?? before.schedule?.cron;
  if (cron !== undefined && (flags.at !== undefined || flags.zone !== undefined) && flags.every === undefined) {
    const zone = flags.zone ?? before.schedule?.zone;
    clauses.schedule = { cron, ...(zone === undefined ? {} : { zone }) };
  }
  if (flags.onVanish !== undefined) clauses.onVanish = flags.onVanish;
  return clauses;
}

/** `vendor=EDB`, `version~17.*`, `title`, `!deprecated`. */
export function annotation(text: string): AnnotationClause {
  if (/^![^=~]+$/.test(text)) return { key: text.slice(1), exists: false };
  const match = /^([^=~]+)(?:([=~])(.*))?$/s.exec(text);
  if (match === null) throw new InvalidArgumentError('Write KEY=VALUE, KEY~PATTERN, KEY or !KEY.');
  const [, key, sign, value] = match;
  if (sign === undefined) return { key: key!, exists: true };
  return sign === '=' ? { key: key!, equals: value! } : { key: key!, matches: value! };
}

function span(text: string): string {
  if (Span.safeParse(text).success) return text;
  throw new InvalidArgumentError('Write a span of time, for example 72h, 30d or 1h30m.');
}
