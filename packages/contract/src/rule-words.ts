/** A rule in words: one phrase for each clause, the same in the terminal and in the browser. */

import type { TagSet } from './rule.ts';
import type { RuleClauses } from './rule-clauses.ts';

/** What a tag set says beside its patterns, in the order of evaluation. */
export function tagSetWords({ version, order, direction, groupBy, keep, mutability }: TagSet): string[] {
  const newest = direction === 'asc' ? 'lowest' : 'newest';
  return [
    version?.scheme ? `scheme ${version.scheme}` : '',
    version?.pattern ? `read by ${version.pattern}` : '',
    version?.range ? `versions ${version.range}` : '',
    version && version.prerelease !== 'include' ? `pre-releases ${version.prerelease}` : '',
    version?.floating && version.floating !== 'include' ? `moving tags ${version.floating}` : '',
    version?.parsedOnly ? 'readable versions only' : '',
    keep ? `${newest} ${keep}${order === 'version' ? '' : ` by ${order}`}` : '',
    keep && groupBy ? `of each ${groupBy.join(' and ')}` : '',
    mutability && mutability !== 'auto' ? `taken as ${mutability}` : '',
  ].filter((word) => word !== '');
}

/** What the clauses of a rule say, each with its label; only those that it has. */
export function clauseWords(
  rule: { readonly [Key in keyof RuleClauses]: RuleClauses[Key] | null },
): [string, string][] {
  const { platforms, artifacts, annotations, age, mutability, hcpTags, headBudget, schedule, onVanish } = rule;
  const words: [string, string | null][] = [
    ['platforms', platforms ? platforms.require.join(platforms.mode === 'all' ? ' and ' : ' or ') : null],
    ['media types', artifacts?.mediaTypes.join(', ') || null],
    ['artifact types', artifacts?.artifactTypes.join(', ') || null],
    ['signatures and SBOMs', artifacts?.exclude === 'none' ? 'taken as tags too' : null],
    ...(annotations ?? []).map((one): [string, string] => ['annotation', annotationWords(one)]),
    [
      'age',
      age
        ? [age.min && `at least ${age.min}`, age.max && `at most ${age.max}`].filter(Boolean).join(', ') || null
        : null,
    ],
    ['mutability', mutability && mutability !== 'auto' ? `tags taken as ${mutability}` : null],
    ['HCP tags', hcpTags?.join(', ') || null],
    ['re-reads', headBudget ? `at most ${headBudget} per scan` : null],
    ['read', schedule ? scheduleWords(schedule) : null],
    ['vanished tags', onVanish === 'keep' ? 'stay as missing' : null],
  ];
  return words.filter((word): word is [string, string] => word[1] !== null);
}

/** `every 1h`, or `at 0 3 * * * (Europe/Berlin)`. */
export function scheduleWords({ every, cron, zone }: NonNullable<RuleClauses['schedule']>): string {
  return every === undefined ? `at ${cron} (${zone ?? 'UTC'})` : `every ${every}`;
}

function annotationWords({ key, equals, matches, exists }: NonNullable<RuleClauses['annotations']>[number]): string {
  if (equals !== undefined) return `${key} = ${equals}`;
  return matches !== undefined ? `${key} ~ ${matches}` : `${key} ${exists ? 'exists' : 'is absent'}`;
}
