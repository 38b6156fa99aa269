/**
 * What admission control says of an object. Every image must be a digest that is approved for the location; what is missing,
 * unreadable, too old or unknown is a no. There is no other way to a yes than `isFit`.
 */
import type { AdmissionCode, AdmissionVerdict, ImageState } from '@pharos/contract';
import { cleanText } from '../clean-text.ts';
import { DEFAULT_TAG, readImageName } from './image-name.ts';
import { imagesOfObject, namesNoImage, type ObjectImage, type ObjectKind } from './references.ts';
import type { AdmissionFacts } from './snapshot.ts';

/** What is asked. */
export interface AdmissionQuestion {
  readonly kind: ObjectKind;
  readonly object: unknown;
  /** The object as it stood; undefined for a new one. */
  readonly oldObject?: unknown;
}

/** What is decided with. */
export interface AdmissionGround {
  /** null: there is nothing that may be relied on, and `why` says what is the matter. */
  readonly facts: AdmissionFacts | null;
  readonly why: string;
  readonly now: Date;
  /** Whom to ask, in words; '' leaves it out. */
  readonly contact: string;
}

export interface AdmissionDecision {
  /** Whether every image may run. Audit mode and exempt namespaces are the caller's. */
  readonly isFit: boolean;
  readonly verdicts: readonly AdmissionVerdict[];
  /** Why not, in one text; '' when it is fit. */
  readonly message: string;
  readonly warnings: readonly string[];
}

/** RFC 6902. */
export interface PatchOperation {
  readonly op: 'add' | 'replace';
  readonly path: string;
  readonly value: string;
}

/** Kubernetes cuts a warning at 256 characters and all of them at 4,096. */
const MOST_WARNINGS = 10;
const WARNING_CHARACTERS = 250;
const MESSAGE_CHARACTERS = 3000;
const TOLD_IMAGES = 10;
const SHOWN = 300;

/** Decides about an object as a whole. */
export function decideAdmission(question: AdmissionQuestion, ground: AdmissionGround): AdmissionDecision {
  const { kind, object, oldObject } = question;
  const found = imagesOfObject(kind, object);
  if (!found.isKnown) {
    return refusal(`Pharos does not know where images stand in ${shown(kind.kind)} of ${shown(kind.group || 'v1')}.`);
  }
  if (found.isTooLarge) return refusal('The object names more images than can be looked at.');
  const isNew = oldObject === undefined || oldObject === null;
  const before = new Map(isNew ? [] : imagesOfObject(kind, oldObject).images.map((image) => [image.slot, image.image]));
  if (isNew && namesNoImage(kind, object)) {
    return refusal(
      'The cluster names no image, so its operator would choose one: write spec.imageName or spec.imageCatalogRef.',
    );
  }
  const verdicts = found.images.map((image) => verdictOf(image, before, ground));
  const refused = verdicts.filter(({ outcome }) => outcome === 'refused');
  return {
    isFit: refused.length === 0,
    verdicts,
    message: messageOf(refused, verdicts.length, ground.contact),
    warnings: warningsOf(verdicts),
  };

  function refusal(message: string): AdmissionDecision {
    return { isFit: false, verdicts: [], message: withContact(message, ground.contact), warnings: [] };
  }
}

/**
 * The digests that make tags fast: a tag that names an image that may run is written as `…:tag@digest`. Nothing else is
 * touched, above all nothing that stood in the object before: writing it anew would restart what runs.
 */
export function pinTags(question: AdmissionQuestion, ground: AdmissionGround): PatchOperation[] {
  const { kind, object, oldObject } = question;
  if (ground.facts === null) return [];
  const found = imagesOfObject(kind, object);
  if (found.isTooLarge) return [];
  const old = oldObject === undefined || oldObject === null ? [] : imagesOfObject(kind, oldObject).images;
  const before = new Map(old.map((image) => [image.slot, image.image]));
  return found.images.flatMap((image): PatchOperation[] => {
    if (image.image === null || before.get(image.slot) === image.image) return [];
    const meant = meaningOf(image.image, ground);
    if (meant === null) return [];
    if (image.tagField === 'absent')
      return [{ op: 'add', path: image.pointer, value: `${DEFAULT_TAG}@${meant.digest}` }];
    if (image.tagField === 'present')
      return [{ op: 'replace', path: image.pointer, value: `${meant.tag}@${meant.digest}` }];
    return [{ op: 'replace', path: image.pointer, value: `${image.scheme}${meant.pinned}` }];
  });
}

/** What a tag means in the library, where that may run. */
function meaningOf(
  text: string,
  { facts, now }: AdmissionGround,
): { tag: string; digest: string; pinned: string } | null {
  const name = readImageName(text);
  if (facts === null || name === null || name.digest !== null) return null;
  const tag = name.tag ?? DEFAULT_TAG;
  const digest = facts.digestOf(name.repository, tag);
  if (digest === null || !mayRun(facts.standingOf(digest, now)?.state)) return null;
  return { tag, digest, pinned: `${text}${name.tag === null ? `:${DEFAULT_TAG}` : ''}@${digest}` };
}

function mayRun(state: ImageState | undefined): boolean {
  return state === 'approved' || state === 'deprecated';
}

function verdictOf(
  image: ObjectImage,
  before: ReadonlyMap<string, string | null>,
  ground: AdmissionGround,
): AdmissionVerdict {
  const verdict = judge(image, ground);
  if (verdict.outcome !== 'refused') return verdict;
  // What runs already goes on: a change of replicas or of a label must not fail because an image was revoked meanwhile.
  if (image.image === null || before.get(image.slot) !== image.image) return verdict;
  return {
    ...verdict,
    outcome: 'warned',
    code: 'unchanged',
    message: `${verdict.message} It stays because it stood here before`,
  };
}

function judge(image: ObjectImage, ground: AdmissionGround): AdmissionVerdict {
  const { facts, now } = ground;
  const text = image.image;
  const part = { path: image.path, name: shown(image.name), image: shown(text ?? ''), digest: null, state: null };
  const no = (code: AdmissionCode, message: string, more: Partial<AdmissionVerdict> = {}): AdmissionVerdict => ({
    ...part,
    outcome: 'refused',
    code,
    message,
    ...more,
  });
  const name = text === null ? null : readImageName(text);
  if (text === null || name === null)
    return no('unreadable', `${part.image || 'What stands there'} is no image reference.`);
  if (facts === null) return no('no-snapshot', `Nothing can be said of ${part.image}: ${ground.why}`);
  const digest = name.digest ?? facts.digestOf(name.repository, name.tag ?? DEFAULT_TAG);
  const standing = digest === null ? null : facts.standingOf(digest, now);
  const state: ImageState | 'unknown' = standing?.state ?? (facts.knows(name.repository) ? 'pending' : 'unknown');
  const more = { digest, state };
  if (!mayRun(standing?.state))
    return no(CODES[state] ?? 'unknown', `${sentenceOf(part.image, state)}${insteadOf(standing)}`, more);
  if (name.digest === null) {
    const advice = `write ${shown(`${text}${name.tag === null ? `:${DEFAULT_TAG}` : ''}`)}@${digest}, which is what it names now`;
    return no('tag-moves', `${part.image} names a tag, and tags move: ${advice}.`, more);
  }
  if (state === 'deprecated') {
    const message = `${part.image} is deprecated: it may run, and should be replaced.${insteadOf(standing)}`;
    return { ...part, ...more, outcome: 'warned', code: 'deprecated', message };
  }
  const named = name.tag === null ? null : facts.digestOf(name.repository, name.tag);
  if (named !== null && named !== name.digest) {
    const message = `${part.image}: its tag names another image by now; the digest is what runs.`;
    return { ...part, ...more, outcome: 'warned', code: 'tag-moved', message };
  }
  return { ...part, ...more, outcome: 'admitted', code: 'approved', message: '' };
}

const CODES: Readonly<Record<string, AdmissionCode>> = {
  pending: 'pending',
  rejected: 'rejected',
  revoked: 'revoked',
  unknown: 'unknown',
};

function sentenceOf(image: string, state: ImageState | 'unknown'): string {
  if (state === 'pending') return `${image} is pending: nobody has approved it for this location.`;
  if (state === 'unknown') return `${image} is unknown: the library of this location does not hold it.`;
  return `${image} is ${state}.`;
}

function insteadOf(standing: { successor: string | null } | null): string {
  return standing?.successor ? ` Use ${standing.successor} instead.` : '';
}

function messageOf(refused: readonly AdmissionVerdict[], all: number, contact: string): string {
  if (refused.length === 0) return '';
  const told = refused.slice(0, TOLD_IMAGES).map(({ name, path, message }) => `${name} (${path}): ${message}`);
  const rest = refused.length > TOLD_IMAGES ? [`And ${refused.length - TOLD_IMAGES} more.`] : [];
  const head = `${refused.length} of ${all} ${all === 1 ? 'image' : 'images'} may not run here.`;
  return withContact([head, ...told, ...rest].join(' '), contact);
}

function withContact(message: string, contact: string): string {
  const text = message.slice(0, MESSAGE_CHARACTERS);
  return contact === '' ? text : `${text} Ask ${cleanText(contact, SHOWN)}.`;
}

function warningsOf(verdicts: readonly AdmissionVerdict[]): string[] {
  const warned = verdicts.filter(({ outcome }) => outcome === 'warned');
  const texts = warned.slice(0, MOST_WARNINGS).map(({ name, message }) => `${name}: ${message}`);
  if (warned.length > MOST_WARNINGS) texts[MOST_WARNINGS - 1] = `and ${warned.length - MOST_WARNINGS + 1} more images`;
  return texts.map(boundedWarning);
}

/** A warning as a header can carry it. */
export function boundedWarning(text: string): string {
  return cleanText(text, WARNING_CHARACTERS);
}

function shown(text: string): string {
  return cleanText(text, SHOWN);
}
