/**
 * What differs between two images. What one side does not tell is unknown, never "no difference": a list that nobody read
 * looks like an empty one, and whoever decides about an upgrade must not mistake one for the other.
 */
import {
  type Difference,
  type EntryDifference,
  type FactDifference,
  type Image,
  LIST_DIFFERENCES,
  type ListDifference,
  type Package,
} from '@pharos/contract';
import { platformName } from './platform.ts';
import { numbers } from './stated-version.ts';

/** An image with its packages; null: no SBOM of it was read. */
export interface Comparable {
  readonly image: Image;
  readonly packages: readonly Package[] | null;
}

export type Compared = Pick<Difference, 'isSame' | 'facts' | 'lists'>;

/** Compares; with `all` false the rows that are the same are left out (their number is told all the same). */
export function differenceOf(before: Comparable, after: Comparable, all: boolean): Compared {
  const [old, young] = [factTexts(before.image), factTexts(after.image)];
  const facts = [...new Set([...old.keys(), ...young.keys()])].map((field) =>
    factDifference(field, old.get(field) ?? null, young.get(field) ?? null),
  );
  return {
    isSame: before.image.digest === after.image.digest,
    // What neither side tells is no news; what one of them tells is shown as unknown.
    facts: facts.filter((row) => all || row.state === 'changed' || (row.state === 'unknown' && tells(row))),
    lists: LIST_DIFFERENCES.map((list) => listDifference(list, READERS[list](before), READERS[list](after), all)),
  };
}

function factTexts({ facts, mediaType, size, platforms, annotations, labels }: Image): Map<string, string | null> {
  const { version, model } = facts;
  const baseDigest = 'org.opencontainers.image.base.digest';
  const shown = platforms.find((each) => each.os === 'linux' && each.architecture === 'amd64') ?? platforms[0];
  const bytes = size ?? shown?.size ?? null;
  const texts: [string, string | null][] = [
    ['kind', facts.subkind === null ? facts.kind : `${facts.kind} (${facts.subkind})`],
    ['engine', facts.engine],
    ['version', version === null || version.major === null ? null : numbers(version)],
    ['build', version?.build ?? null],
    ['flavour', version?.flavour ?? null],
    ['os', facts.os],
    ['baseImage', facts.baseImage],
    ['baseDigest', annotations[baseDigest] ?? labels[baseDigest] ?? null],
    ['features', facts.sources.features === undefined ? null : facts.features.join(', ')],
    ['tde', facts.tde === null ? null : facts.tde ? 'supported' : 'not supported'],
    ['uid', facts.uid],
    ['size', bytes === null ? null : String(bytes)],
    ['createdAt', facts.createdAt],
    ['mediaType', mediaType === '' ? null : mediaType],
  ];
  if (model !== null) {
    const { name, parameters, precision, licence, contextLength } = model;
    texts.push(
      ['model', name],
      ['parameters', parameters],
      ['precision', precision],
      ['licence', licence],
      ['contextLength', contextLength === null ? null : String(contextLength)],
    );
  }
  return new Map(texts);
}

function tells({ before, after }: FactDifference): boolean {
  return before !== null || after !== null;
}

function factDifference(field: string, before: string | null, after: string | null): FactDifference {
  const state = before === null || after === null ? 'unknown' : before === after ? 'same' : 'changed';
  return { field, before, after, state };
}

/** Name → value of one list of one image; null with the reason: it is not known. */
type Read = { readonly values: ReadonlyMap<string, string | null> } | { readonly unknown: string };

const NO_PACKAGES =
  'No SBOM was read. Read the image deeper: where an SBOM hangs on it, its packages are known afterwards.';

const READERS: Readonly<Record<ListDifference['list'], (side: Comparable) => Read>> = {
  extensions: ({ image: { facts } }) =>
    facts.sources.extensions === undefined
      ? { unknown: `It does not say which extensions it has. ${NO_PACKAGES}` }
      : { values: new Map(facts.extensions.map(({ name, version }) => [name, version])) },
  platforms: ({ image }) => ({ values: new Map(image.platforms.map((each) => [platformName(each), null])) }),
  packages: ({ packages }) => (packages === null ? { unknown: NO_PACKAGES } : { values: versionsByName(packages) }),
  attached: ({ image }) => ({ values: countsByType(image) }),
  labels: (side) => ofConfig(side, side.image.labels),
  annotations: ({ image }) => ({ values: new Map(Object.entries(image.annotations)) }),
  environment: (side) => ofConfig(side, side.image.environment),
};

function ofConfig({ image }: Comparable, pairs: Readonly<Record<string, string>>): Read {
  if (image.detail === 'manifest') return { unknown: 'Its configuration was not read yet. Read the image deeper.' };
  return { values: new Map(Object.entries(pairs)) };
}

/** One name may be there in several versions (npm), or by several package managers. */
function versionsByName(packages: readonly Package[]): Map<string, string | null> {
  const byName = new Map<string, string | null>();
  for (const { name, version } of packages) {
    const known = byName.get(name);
    byName.set(name, known == null ? version : version === null ? known : `${known}, ${version}`);
  }
  return byName;
}

/** Digests of what hangs on two images never agree; that a signature is there or not does. */
function countsByType(image: Image): Map<string, string> {
  const counts = new Map<string, number>();
  for (const { artifactType } of image.referrers) counts.set(artifactType, (counts.get(artifactType) ?? 0) + 1);
  return new Map([...counts].map(([type, count]) => [type, String(count)]));
}

function listDifference(list: ListDifference['list'], before: Read, after: Read, all: boolean): ListDifference {
  const none = { added: 0, removed: 0, changed: 0, same: 0 };
  if ('unknown' in before || 'unknown' in after) {
    return { list, state: 'unknown', message: reason(before, after), ...none, entries: known(before, after, all) };
  }
  const entries = entriesOf(before.values, after.values);
  const counts = { ...none };
  for (const { change } of entries) counts[change] += 1;
  const shown = all ? entries : entries.filter(({ change }) => change !== 'same');
  return {
    list,
    state: shown.some(({ change }) => change !== 'same') ? 'changed' : 'same',
    message: null,
    ...counts,
    entries: shown,
  };
}

function reason(before: Read, after: Read): string {
  const first = 'unknown' in before ? before.unknown : null;
  const second = 'unknown' in after ? after.unknown : null;
  if (first !== null && second !== null) return `Of both images: ${first}`;
  return first === null ? `Of the image after: ${second}` : `Of the image before: ${first}`;
}

/** With one side unknown the other side's list is shown on demand, and claims no change. */
function known(before: Read, after: Read, all: boolean): EntryDifference[] {
  if (!all) return [];
  const rows: EntryDifference[] = [];
  if ('values' in before)
    for (const [name, value] of before.values) rows.push({ name, before: value, after: null, change: 'same' });
  if ('values' in after)
    for (const [name, value] of after.values) rows.push({ name, before: null, after: value, change: 'same' });
  return rows;
}

function entriesOf(
  before: ReadonlyMap<string, string | null>,
  after: ReadonlyMap<string, string | null>,
): EntryDifference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.map((name) => {
    const [a, b] = [before.get(name) ?? null, after.get(name) ?? null];
    const change = !before.has(name) ? 'added' : !after.has(name) ? 'removed' : a === b ? 'same' : 'changed';
    return { name, before: a, after: b, change };
  });
}
