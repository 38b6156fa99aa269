/**
 * Argo CD Image Updater: the annotations of an Application (argocd-image-updater.argoproj.io/…), and its ImageUpdater
 * objects. Other than its defaults nothing of how it writes back is a matter of a library.
 */
import { versionOf } from './constraint.ts';
import { parseImageName } from './image-name.ts';
import { searchPattern } from './search-pattern.ts';
import { nameOf, ruleName, type TagSetDraft, type Translation, type Translations } from './translation.ts';
import { recordAt, recordsAt, textAt, textsAt, type Values } from './values.ts';

const PREFIX = 'argocd-image-updater.argoproj.io/';

/** How one image is chosen, wherever it was said. */
interface Choice {
  readonly image: string;
  readonly alias: string | undefined;
  readonly strategy: string | undefined;
  readonly allow: string | undefined;
  readonly ignore: readonly string[];
  readonly platforms: readonly string[];
}

export function translateArgoCd(documents: readonly Values[]): Translations {
  const result: Translations = { translated: [], untranslated: [] };
  for (const document of documents) {
    for (const choice of choicesOf(document)) {
      const translated = ofChoice(document, choice);
      if ('reason' in translated) result.untranslated.push({ from: nameOf(document), reason: translated.reason });
      else result.translated.push(translated);
    }
  }
  return result;
}

function choicesOf(document: Values): Choice[] {
  const { kind } = document;
  const group = String(document.apiVersion);
  if (kind === 'Application' && group.startsWith('argoproj.io/')) return ofAnnotations(document);
  if (kind === 'ImageUpdater' && group.startsWith(PREFIX)) return ofImageUpdater(document);
  return [];
}

function ofAnnotations(document: Values): Choice[] {
  const annotations = recordAt(document, 'metadata', 'annotations');
  const of = (alias: string | undefined, key: string): string | undefined =>
    (alias === undefined ? undefined : textAt(annotations, `${PREFIX}${alias}.${key}`)) ??
    textAt(annotations, `${PREFIX}${key}`);
  return listed(textAt(annotations, `${PREFIX}image-list`)).map((entry) => {
    const at = entry.indexOf('=');
    // An alias is a word; a "=" further on belongs to a constraint such as ">=1.2".
    const hasAlias = /^[A-Za-z0-9._-]+=/.test(entry);
    const alias = hasAlias ? entry.slice(0, at) : undefined;
    return {
      image: hasAlias ? entry.slice(at + 1) : entry,
      alias,
      strategy: of(alias, 'update-strategy'),
      allow: of(alias, 'allow-tags'),
      ignore: listed(of(alias, 'ignore-tags')),
      platforms: listed(of(alias, 'platforms')),
    };
  });
}

/** An image's own settings win over those of its application, and those over the object's. */
function ofImageUpdater(document: Values): Choice[] {
  const spec = recordAt(document, 'spec');
  return recordsAt(spec, 'applicationRefs').flatMap((application) =>
    recordsAt(application, 'images').map((image) => {
      const settings = {
        ...recordAt(spec, 'commonUpdateSettings'),
        ...recordAt(application, 'commonUpdateSettings'),
        ...recordAt(image, 'commonUpdateSettings'),
      };
      return {
        image: textAt(image, 'imageName') ?? '',
        alias: textAt(image, 'alias'),
        strategy: textAt(settings, 'updateStrategy'),
        allow: textAt(settings, 'allowTags'),
        ignore: textsAt(settings, 'ignoreTags'),
        platforms: textsAt(settings, 'platforms'),
      };
    }),
  );
}

function listed(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((each) => each.trim() || []);
}

function ofChoice(document: Values, choice: Choice): Translation | { reason: string } {
  const name = parseImageName(choice.image);
  if (name === null) return { reason: `"${choice.image}" is no image name.` };
  const chosen = tagSetOf(choice, name.suffix ?? undefined);
  if ('reason' in chosen) return { reason: `${choice.image}: ${chosen.reason}` };
  const last = name.repository.split('/').at(-1);
  const { platforms } = choice;
  return {
    from: `${nameOf(document)}: ${choice.image}`,
    registry: name.registry,
    rule: {
      name: ruleName(textAt(recordAt(document, 'metadata'), 'name'), choice.alias ?? last),
      repositories: { include: [name.repository], exclude: [] },
      tags: [chosen.set],
      ...(platforms.length === 0 ? {} : { platforms: { require: [...platforms], mode: 'any' as const } }),
    },
    notes: chosen.notes,
  };
}

function tagSetOf(
  choice: Choice,
  constraint: string | undefined,
): { set: TagSetDraft; notes: string[] } | { reason: string } {
  const { strategy = 'semver', allow = 'any', ignore } = choice;
  const expression = allow.startsWith('regexp:') ? allow.slice('regexp:'.length) : null;
  if (expression === null && allow !== 'any') return { reason: `allow-tags "${allow}" is neither regexp:… nor any.` };
  const names = {
    ...(expression === null ? {} : { include: [searchPattern(expression)] }),
    ...(ignore.length === 0 ? {} : { exclude: [...ignore] }),
  };
  const one = 'It uses the one tag that it chooses, hence keep: 1; a library may keep more.';
  switch (strategy) {
    case 'semver': {
      const { version, notes } = versionOf(constraint, false);
      return { set: { ...names, version, keep: 1 }, notes: [...notes, one] };
    }
    case 'latest':
    case 'newest-build':
      return {
        set: { ...names, order: 'created', keep: 1 },
        notes: [
          'Order by creation time reads every tag once; order: version, or pushed where the registry tells it, is cheaper.',
          one,
        ],
      };
    case 'name':
    case 'alphabetical':
      return { set: { ...names, order: 'lexical', keep: 1 }, notes: [one] };
    case 'digest':
      return { set: { include: [constraint ?? 'latest'], mutability: 'mutable' }, notes: [] };
    default:
      return { reason: `the update strategy ${strategy} is not known.` };
  }
}
