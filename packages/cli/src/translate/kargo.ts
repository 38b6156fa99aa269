/** Kargo: the image subscriptions of a Warehouse (kargo.akuity.io). */
import { versionOf } from './constraint.ts';
import { parseImageName } from './image-name.ts';
import { scheduleEvery } from './schedule.ts';
import { searchPattern } from './search-pattern.ts';
import { nameOf, ruleName, type TagSetDraft, type Translation, type Translations } from './translation.ts';
import { recordAt, recordsAt, textAt, textsAt, type Values } from './values.ts';

/** What a subscription without discoveryLimit reads. */
const DEFAULT_LIMIT = 20;

export function translateKargo(documents: readonly Values[]): Translations {
  const result: Translations = { translated: [], untranslated: [] };
  for (const document of documents) {
    if (document.kind !== 'Warehouse' || !String(document.apiVersion).startsWith('kargo.akuity.io/')) continue;
    for (const subscription of recordsAt(recordAt(document, 'spec'), 'subscriptions')) {
      const image = recordAt(subscription, 'image');
      // Subscriptions to git repositories and charts choose no image.
      if (Object.keys(image).length === 0) continue;
      const translated = ofSubscription(document, image);
      if ('reason' in translated) result.untranslated.push({ from: nameOf(document), reason: translated.reason });
      else result.translated.push(translated);
    }
  }
  return result;
}

function ofSubscription(document: Values, image: Values): Translation | { reason: string } {
  const url = textAt(image, 'repoURL') ?? '';
  const name = parseImageName(url);
  if (name === null) return { reason: `"${url}" is no image name.` };
  const chosen = tagSetOf(image);
  if ('reason' in chosen) return { reason: `${url}: ${chosen.reason}` };
  const metadata = recordAt(document, 'metadata');
  const platform = textAt(image, 'platform');
  const schedule = scheduleEvery(textAt(recordAt(document, 'spec'), 'interval'));
  const last = name.repository.split('/').at(-1);
  return {
    from: `${nameOf(document)}: ${url}`,
    registry: name.registry,
    rule: {
      name: ruleName(textAt(metadata, 'name'), textAt(image, 'name') ?? last),
      repositories: { include: [name.repository], exclude: [] },
      tags: [chosen.set],
      ...(schedule === undefined ? {} : { schedule }),
      ...(platform === undefined ? {} : { platforms: { require: [platform], mode: 'all' as const } }),
    },
    notes: [
      ...chosen.notes,
      ...(platform === undefined
        ? []
        : ['Kargo drops images of one platform under a platform constraint; here the platform they have counts.']),
    ],
  };
}

function tagSetOf(image: Values): { set: TagSetDraft; notes: string[] } | { reason: string } {
  const strategy = textAt(image, 'imageSelectionStrategy') ?? textAt(image, 'tagSelectionStrategy') ?? 'SemVer';
  const constraint = textAt(image, 'constraint') ?? textAt(image, 'semverConstraint');
  const include = [...textsAt(image, 'allowTagsRegexes'), ...textsAt(image, 'allowTags')];
  const exclude = [
    ...textsAt(image, 'ignoreTagsRegexes').map((each) => searchPattern(each)),
    ...textsAt(image, 'ignoreTags'),
  ];
  const names = {
    ...(include.length === 0 ? {} : { include: include.map((each) => searchPattern(each)) }),
    ...(exclude.length === 0 ? {} : { exclude }),
  };
  const limit = image.discoveryLimit;
  const keep = typeof limit === 'number' && Number.isInteger(limit) && limit > 0 ? limit : DEFAULT_LIMIT;
  switch (strategy) {
    case 'SemVer': {
      const { version, notes } = versionOf(constraint, image.strictSemvers !== false);
      return { set: { ...names, version, keep }, notes };
    }
    case 'Lexical':
      return { set: { ...names, order: 'lexical', keep }, notes: [] };
    case 'NewestBuild':
      return {
        set: { ...names, order: 'created', keep },
        notes: [
          'Order by creation time reads every tag once; order: version, or pushed where the registry tells it, is cheaper.',
        ],
      };
    case 'Digest':
      if (constraint === undefined) return { reason: 'the strategy Digest has no tag in its constraint.' };
      return { set: { include: [constraint], mutability: 'mutable' }, notes: [] };
    default:
      return { reason: `the strategy ${strategy} is not known.` };
  }
}
