/** The library's decisions about tags, in sentences. */

/** What a clause's path points at: `tags.0.exclude.1` → `tag set 1, exclude pattern 2`. */
export function clauseWords(clause: string): string {
  const parts = clause.split('.');
  const ordinal = (index: number) => Number(parts[index]) + 1;
  if (parts[0] === 'repositories' && parts[2] !== undefined) return `repositories, ${parts[1]} pattern ${ordinal(2)}`;
  if (parts[0] === 'repositories') return `repositories, ${parts[1] ?? 'patterns'}`;
  if (parts[0] === 'annotations' && parts[1] !== undefined) return `annotation ${ordinal(1)}`;
  if (CLAUSE_NAMES[clause] !== undefined) return CLAUSE_NAMES[clause];
  if (parts[0] !== 'tags' || parts[1] === undefined) return clause;
  const set = `tag set ${ordinal(1)}`;
  if ((parts[2] === 'include' || parts[2] === 'exclude') && parts[3] !== undefined) {
    return `${set}, ${parts[2]} pattern ${ordinal(3)}`;
  }
  if (parts[2] === undefined) return set;
  return `${set}, ${parts.slice(2).join(' ')}`;
}

const CLAUSE_NAMES: Record<string, string> = {
  'platforms.require': 'platforms',
  'artifacts.mediaTypes': 'media types',
  'artifacts.artifactTypes': 'artifact types',
  'artifacts.exclude': 'signatures and SBOMs',
  'age.min': 'least age',
  'age.max': 'greatest age',
};

/** One sentence for a decision; `text` is the deciding pattern or number as written. An unknown reason is shown as it is. */
export function reasonSentence(reason: string, text: string | null): string {
  const quoted = text === null || text === '' ? null : `“${text}”`;
  switch (reason) {
    case 'included':
      return quoted ? `Comes in: ${quoted} matches.` : 'Comes in: nothing keeps it out.';
    case 'repository-not-included':
      return 'Stays out: no include pattern matches the repository.';
    case 'repository-excluded':
      return quoted ? `Stays out: the repository is excluded by ${quoted}.` : 'Stays out: the repository is excluded.';
    case 'artifact-tag':
      return 'Stays out: the tag carries a signature or an attestation, not an image.';
    case 'tag-excluded':
      return quoted ? `Stays out: excluded by ${quoted}.` : 'Stays out: excluded.';
    case 'tag-not-included':
      return 'Stays out: no include pattern matches the tag.';
    case 'prerelease':
      return 'Stays out: it is a pre-release.';
    case 'release':
      return 'Stays out: it is a release, and only pre-releases are wanted.';
    case 'version-unparsed':
      return 'Stays out: the version scheme cannot read the tag.';
    case 'floating':
      return 'Stays out: it names no exact version.';
    case 'not-floating':
      return 'Stays out: it names an exact version, and only moving tags are wanted.';
    case 'out-of-range':
      return quoted ? `Stays out: its version is not in ${quoted}.` : 'Stays out: its version is out of range.';
    case 'unread':
      return 'Decided when read: its name does not decide it, and the image was not read yet.';
    case 'unreadable':
      return 'Stays out: what the registry holds under it cannot be read.';
    case 'artifact-type':
      return 'Stays out: it is not of a type that is wanted.';
    case 'platform-missing':
      return quoted ? `Stays out: it is not there for ${quoted}.` : 'Stays out: a platform is missing.';
    case 'annotation':
      return quoted ? `Stays out: the annotation is not as wanted: ${quoted}.` : 'Stays out: an annotation is missing.';
    case 'too-young':
      return quoted ? `Waits: it is younger than ${quoted}.` : 'Waits: it is too young.';
    case 'too-old':
      return quoted ? `Stays out: it is older than ${quoted}.` : 'Stays out: it is too old.';
    case 'age-unknown':
      return 'Stays out: nobody tells when it was made, so its age is unknown.';
    case 'over-keep':
      return text
        ? `Stays out: it is not among the newest ${text}.`
        : 'Stays out: it is not among the newest that are kept.';
    default:
      return reason;
  }
}

const REASON_NAMES: Record<string, string> = {
  included: 'Come in',
  'repository-not-included': 'Repository not included',
  'repository-excluded': 'Repository excluded',
  'artifact-tag': 'Signatures and attestations',
  'tag-excluded': 'Tag excluded',
  'tag-not-included': 'Tag not included',
  prerelease: 'Pre-releases',
  release: 'Releases',
  'version-unparsed': 'Version not readable',
  floating: 'Moving tags',
  'not-floating': 'Exact versions',
  'out-of-range': 'Out of range',
  unread: 'Decided when read',
  unreadable: 'Not readable',
  'artifact-type': 'Other types',
  'platform-missing': 'Platform missing',
  annotation: 'Annotation not as wanted',
  'too-young': 'Too young',
  'too-old': 'Too old',
  'age-unknown': 'Age unknown',
  'no-rule': 'No rule has a say',
  'over-keep': 'Older than the newest kept',
};

/** The heading of a group of tags with one reason. */
export function reasonName(reason: string): string {
  return REASON_NAMES[reason] ?? reason;
}
