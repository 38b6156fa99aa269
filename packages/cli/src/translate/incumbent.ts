/**
 * The incumbent's rules. Its screen holds them and no file does, so this is the form to write them down in:
 *
 *   repositoryRules:
 *     - repositoryNameRegex: ^edb-postgres-advanced-.*$     # Manage Repositories: regex, and a list of regexes for tags
 *       rules: ["^latest$"]
 *     - repositoryName: ml-models/llm                       # Manage Rules: a name or pattern, a filter, a switch
 *       tagFilter: { type: prefix, value: release- }        # exact, prefix or regex; left out: all
 *       enabled: false
 *
 * Expressions search there unless they are anchored: `latest` takes `my-latest-2` too.
 */
import { searchPattern } from './search-pattern.ts';
import { ruleName, type Translation, type Translations } from './translation.ts';
import { recordAt, recordsAt, textAt, textsAt, type Values } from './values.ts';

export function translateIncumbent(documents: readonly Values[]): Translations {
  const result: Translations = { translated: [], untranslated: [] };
  for (const [index, entry] of documents.flatMap((each) => recordsAt(each, 'repositoryRules')).entries()) {
    const translated = ofEntry(entry, `repositoryRules[${index}]`);
    if ('reason' in translated)
      result.untranslated.push({ from: `repositoryRules[${index}]`, reason: translated.reason });
    else result.translated.push(translated);
  }
  return result;
}

function ofEntry(entry: Values, from: string): Translation | { reason: string } {
  const expression = textAt(entry, 'repositoryNameRegex');
  const name = textAt(entry, 'repositoryName');
  if ((expression === undefined) === (name === undefined)) {
    return { reason: 'write repositoryNameRegex or repositoryName.' };
  }
  const include = expression === undefined ? name! : searchPattern(expression, true);
  const tags = expression === undefined ? filterOf(entry) : textsAt(entry, 'rules').map((each) => searchPattern(each));
  if ('reason' in tags) return tags;
  return {
    from,
    registry: textAt(entry, 'registry') ?? null,
    rule: {
      name: ruleName(include.replace(/^re:/, '').replaceAll(/[^A-Za-z0-9/._*-]+/g, '')),
      ...(entry.enabled === false ? { enabled: false } : {}),
      repositories: { include: [include], exclude: [] },
      ...(tags.length === 0 ? {} : { tags: [{ include: tags }] }),
    },
    notes: searching([expression, ...textsAt(entry, 'rules'), textAt(entry, 'tagFilter')]),
  };
}

function searching(expressions: readonly (string | undefined)[]): string[] {
  const loose = expressions.filter((each) => each !== undefined && !(each.startsWith('^') && each.endsWith('$')));
  const named = loose.map((each) => `"${each}"`).join(', ');
  return loose.length === 0 ? [] : [`Not anchored by ^ and $, so it takes every name in which it is found: ${named}.`];
}

/** A tag filter: exact, prefix or regex; as text alone it is a regex, as in the examples of its guide. */
function filterOf(entry: Values): string[] | { reason: string } {
  const text = textAt(entry, 'tagFilter');
  if (text !== undefined) return [searchPattern(text)];
  const filter = recordAt(entry, 'tagFilter');
  const value = textAt(filter, 'value');
  if (value === undefined) return [];
  switch (textAt(filter, 'type')) {
    case 'exact':
      return [value];
    case 'prefix':
      return [`${value}*`];
    case 'regex':
      return [searchPattern(value)];
    default:
      return { reason: 'the type of a tagFilter is exact, prefix or regex.' };
  }
}
