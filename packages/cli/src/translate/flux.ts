/** Flux: an ImagePolicy and the ImageRepository that it chooses from (image.toolkit.fluxcd.io). */
import { versionOf } from './constraint.ts';
import { extractedPart, nameExtracted, SEMVER_PART } from './extract.ts';
import { parseImageName } from './image-name.ts';
import { scheduleEvery } from './schedule.ts';
import { searchPattern } from './search-pattern.ts';
import { nameOf, ruleName, type TagSetDraft, type Translation, type Translations } from './translation.ts';
import { recordAt, textAt, textsAt, type Values } from './values.ts';

const GROUP = 'image.toolkit.fluxcd.io/';

/** Thrown for what has no counterpart; the sentence says what. */
class Unlike extends Error {}

export function translateFlux(documents: readonly Values[]): Translations {
  const own = documents.filter(({ apiVersion }) => typeof apiVersion === 'string' && apiVersion.startsWith(GROUP));
  const repositories = own.filter(({ kind }) => kind === 'ImageRepository');
  const result: Translations = { translated: [], untranslated: [] };
  const used = new Set<Values>();
  for (const policy of own.filter(({ kind }) => kind === 'ImagePolicy')) {
    const repository = repositories.find((each) => isMeant(each, policy));
    if (repository !== undefined) used.add(repository);
    attempt(result, policy, () => ofPolicy(policy, repository));
  }
  // Without a policy Flux knows the tags and uses none of them; here that is a rule that takes all.
  for (const repository of repositories) {
    if (!used.has(repository)) attempt(result, repository, () => ofRepository(repository));
  }
  return result;
}

function attempt({ translated, untranslated }: Translations, document: Values, translate: () => Translation): void {
  try {
    translated.push(translate());
  } catch (error) {
    if (!(error instanceof Unlike)) throw error;
    untranslated.push({ from: nameOf(document), reason: error.message });
  }
}

function isMeant(repository: Values, policy: Values): boolean {
  const reference = recordAt(policy, 'spec', 'imageRepositoryRef');
  const namespace = textAt(reference, 'namespace') ?? textAt(recordAt(policy, 'metadata'), 'namespace');
  const metadata = recordAt(repository, 'metadata');
  return textAt(metadata, 'name') === textAt(reference, 'name') && textAt(metadata, 'namespace') === namespace;
}

function ofPolicy(policy: Values, repository: Values | undefined): Translation {
  if (repository === undefined) {
    const name = textAt(recordAt(policy, 'spec', 'imageRepositoryRef'), 'name') ?? '';
    throw new Unlike(`its ImageRepository "${name}" is not among the files; give both.`);
  }
  const { set, notes } = tagSetOf(recordAt(policy, 'spec'));
  const base = ofRepository(repository);
  const name = textAt(recordAt(policy, 'metadata'), 'name');
  return {
    ...base,
    from: nameOf(policy),
    rule: {
      ...base.rule,
      name: ruleName(textAt(recordAt(policy, 'metadata'), 'namespace'), name),
      tags: base.rule.tags === undefined ? [set] : [{ ...set, exclude: base.rule.tags[0]!.exclude ?? [] }],
    },
    notes: [...base.notes, ...notes, 'Flux uses the one tag that it chooses, hence keep: 1; a library may keep more.'],
  };
}

function ofRepository(document: Values): Translation {
  const spec = recordAt(document, 'spec');
  const image = parseImageName(textAt(spec, 'image') ?? '');
  if (image === null) throw new Unlike('its spec.image is no image name.');
  const metadata = recordAt(document, 'metadata');
  // Signatures stay out anyway; Flux's own default says the same.
  const excluded = textsAt(spec, 'exclusionList').filter((each) => each !== '^.*\\.sig$');
  const schedule = scheduleEvery(textAt(spec, 'interval'));
  return {
    from: nameOf(document),
    registry: image.registry,
    rule: {
      name: ruleName(textAt(metadata, 'namespace'), textAt(metadata, 'name')),
      ...(spec.suspend === true ? { enabled: false } : {}),
      repositories: { include: [image.repository], exclude: [] },
      ...(schedule === undefined ? {} : { schedule }),
      ...(excluded.length === 0 ? {} : { tags: [{ exclude: excluded.map((each) => searchPattern(each)) }] }),
    },
    notes: [
      ...(schedule === undefined
        ? []
        : [`It is read every ${schedule.every}, but no more often than the registry here (interval).`]),
      ...(spec.insecure === true
        ? ['It reads without TLS (insecure); that is a setting of the registry here (plainHttp), not of a rule.']
        : []),
    ],
  };
}

function tagSetOf(spec: Values): { set: TagSetDraft; notes: string[] } {
  const policy = recordAt(spec, 'policy');
  const filter = recordAt(spec, 'filterTags');
  const pattern = textAt(filter, 'pattern');
  const extract = textAt(filter, 'extract');
  const include = pattern === undefined ? {} : { include: [searchPattern(pattern)] };
  const part = extract === undefined ? null : extractedPart(pattern ?? '', extract);
  if (part !== null && 'reason' in part) throw new Unlike(part.reason);
  if ('semver' in policy) {
    const constraint = versionOf(textAt(recordAt(policy, 'semver'), 'range'), true);
    if (part === null) return { set: { ...include, version: constraint.version, keep: 1 }, notes: constraint.notes };
    const named = nameExtracted(pattern!, part, SEMVER_PART);
    const version = { ...constraint.version, scheme: 'regex' as const, pattern: named };
    const { floating: _, ...exact } = version;
    return {
      set: { ...include, version: exact, keep: 1 },
      notes: [...constraint.notes, 'The extracted part is read as major.minor.patch with a pre-release.'],
    };
  }
  const kind = 'numerical' in policy ? 'numerical' : 'alphabetical' in policy ? 'alphabetical' : null;
  if (kind === null) throw new Unlike('its policy is none of semver, alphabetical and numerical.');
  // Ascending means there that the last one is chosen: the highest.
  const isDescending = textAt(recordAt(policy, kind), 'order') === 'desc';
  const direction = isDescending ? { direction: 'asc' as const } : {};
  if (part === null) {
    const order = kind === 'numerical' ? 'numeric' : 'lexical';
    return { set: { ...include, order, ...direction, keep: 1 }, notes: [] };
  }
  return {
    set: {
      ...include,
      version: { scheme: 'regex', pattern: nameExtracted(pattern!, part, { name: 'build' }), parsedOnly: true },
      order: 'numeric',
      ...direction,
      keep: 1,
    },
    notes: kind === 'numerical' ? [] : ['Flux compares the extracted part as text; here it is compared as a number.'],
  };
}
