import { type DecisionReason, type Preview, type RuleSpec, scheduleWords } from '@pharos/contract';
import { needsCatalog } from './rule.ts';

const MOST_FREQUENT: Readonly<Partial<Record<DecisionReason, string>>> = {
  'tag-not-included': 'No tag matches the include patterns of the tags.',
  'tag-excluded': 'The exclude patterns of the tags take everything away.',
  'artifact-tag': 'The repositories hold only signatures and other artifacts.',
  prerelease: 'Only pre-releases are there, and the rule leaves them out.',
  release: 'No pre-release is there, and the rule takes nothing else.',
  'version-unparsed':
    'No tag is a version in the scheme of the rule; choose another scheme, or turn "versions only" off.',
  floating: 'Only moving tags are there, and the rule leaves them out.',
  'not-floating': 'No moving tag is there, and the rule takes nothing else.',
  'out-of-range': 'Every version is outside its range.',
  unread: 'Names alone do not decide, and nothing has been read yet. Save it, and the next scan decides.',
  unreadable: 'What the registry holds cannot be read.',
  'artifact-type': 'Nothing is of a type that it takes.',
  'platform-missing': 'No image is there for the platforms that it requires.',
  annotation: 'No image has the annotation that it asks for.',
  'too-young': 'Everything is still too young.',
  'too-old': 'Everything is too old.',
  'age-unknown':
    'No image tells when it was made, so none has an age. Leave age out, or use a registry that tells push times.',
};

/** Hints for the author of a rule, drawn from what its preview counted. Empty: nothing to say. */
export function ruleMessages(
  spec: Pick<RuleSpec, 'enabled' | 'repositories' | 'schedule'>,
  counts: Pick<Preview['counts'], 'repositories' | 'included' | 'excluded' | 'reasons' | 'leaving' | 'unread'>,
): string[] {
  const messages: string[] = [];
  if (!spec.enabled) messages.push('The rule is switched off: it takes nothing until you enable it.');
  if (counts.included === 0) messages.push(nothing(spec, counts));
  else if (counts.excluded === 0 && needsCatalog(spec)) {
    messages.push('The rule catches everything that is known: check that this is what you want.');
  }
  if (counts.unread > 0 && counts.unread < counts.excluded + counts.included) {
    const one = counts.unread === 1;
    messages.push(
      `${counts.unread} ${one ? 'tag is' : 'tags are'} not decided by name: the next scan reads ${one ? 'it' : 'them'} first.`,
    );
  }
  if (counts.leaving > 0) {
    messages.push(
      `${counts.leaving} ${counts.leaving === 1 ? 'tag leaves' : 'tags leave'} the library with this change.`,
    );
  }
  if (spec.schedule !== undefined) {
    messages.push(
      `Its repositories are read ${scheduleWords(spec.schedule)}, no more often than the registry's interval allows, and at once when a notification tells of a tag.`,
    );
  }
  return messages;
}

function nothing(
  spec: Pick<RuleSpec, 'repositories'>,
  counts: Pick<Preview['counts'], 'repositories' | 'excluded' | 'reasons'>,
): string {
  if (counts.repositories === 0) return `The rule catches nothing: ${noRepository(spec, counts.excluded)}`;
  const [reason] = Object.entries(counts.reasons)
    .filter(([name]) => !name.startsWith('repository-'))
    .sort((a, b) => b[1] - a[1])[0] ?? [null];
  if (reason === null)
    return 'The rule catches nothing: its repositories have no known tag. Refresh to ask the registry.';
  return `The rule catches nothing: ${MOST_FREQUENT[reason as DecisionReason] ?? 'every tag is left out.'}`;
}

function noRepository(spec: Pick<RuleSpec, 'repositories'>, known: number): string {
  const star = spec.repositories.include.some((text) => !text.startsWith('re:') && /(?<!\*)\*(?!\*)/.test(text));
  if (star) return 'no known repository matches. "*" stays within one part of a path; "**" crosses "/".';
  if (known === 0) return 'no name of the registry is known yet. Refresh to ask it.';
  return 'no known repository matches. Names are case-sensitive; the registry address is no part of them.';
}
