/** What each requirement of a policy says of an image: passed, failed, or not known, with the sentence that says what was looked at. */
import type { PolicyOutcome, PolicyRequirements, RequirementName, RequirementResult } from '@pharos/contract';
import { lifecycleOf } from '../lifecycle.ts';
import { judgeAttestations } from './attestations.ts';
import type { PolicyFacts } from './facts.ts';
import { judgeVulnerabilities } from './vulnerabilities.ts';
import { isMatch, isValid, names } from './words.ts';

type Said = readonly [PolicyOutcome, string];
type Judge<N extends RequirementName> = (
  wanted: NonNullable<PolicyRequirements[N]>,
  facts: PolicyFacts,
  now: Date,
) => Said;

const DAY_MS = 86_400_000;

const JUDGES: { readonly [N in RequirementName]-?: Judge<N> } = {
  registries: (wanted, { places }) => {
    const found = places.find(({ registryId }) => wanted.includes(registryId));
    if (found !== undefined) return ['pass', `It stands in ${found.registry}.`];
    return places.length === 0
      ? ['unknown', 'It stands nowhere now, so where it comes from is not known.']
      : ['fail', `It stands in ${names(places.map(({ registry }) => registry))}, which is none of those asked for.`];
  },

  rules: (wanted, { places }) => {
    const found = places.some(({ ruleIds }) => ruleIds.some((id) => wanted.includes(id)));
    return found ? ['pass', 'One of the rules let it in.'] : ['fail', 'None of the rules let it in.'];
  },

  signedBy: (wanted, { evidence, isBeingVerified }, now) => {
    const signatures = evidence.filter(
      ({ what, trustId }) => what === 'signature' && (wanted === 'any' || wanted.includes(trustId)),
    );
    const good = signatures.find((each) => isValid(each, now));
    if (good !== undefined) return ['pass', `"${good.trust}" verified a signature of this digest.`];
    if (signatures.length > 0) return ['unknown', `The signature that "${signatures[0]!.trust}" verified has expired.`];
    if (isBeingVerified) return ['unknown', 'A signature is attached that is still being verified.'];
    return [
      'unknown',
      wanted === 'any'
        ? 'No trusted key signed this digest.'
        : 'None of the trust entries verified a signature of this digest.',
    ];
  },

  attestations: judgeAttestations,

  sbom: (_, { hasPackages }) =>
    hasPackages ? ['pass', 'A list of its packages was read.'] : ['unknown', 'No list of its packages was read.'],

  vulnerabilities: judgeVulnerabilities,

  minAgeDays: (days, { firstSeenAt }, now) => {
    const age = (now.getTime() - Date.parse(firstSeenAt)) / DAY_MS;
    const day = firstSeenAt.slice(0, 10);
    return age >= days
      ? ['pass', `The library has known it since ${day}.`]
      : ['fail', `The library has known it since ${day}, not for ${days} days yet.`];
  },

  supported: (_, { version, engine, os }, now) => {
    const lifecycle = lifecycleOf(version, engine, os, now);
    if (lifecycle === null || (lifecycle.endOfLife === null && lifecycle.os === null)) {
      return ['unknown', 'No end of life is known for it.'];
    }
    if (lifecycle.isPast) return ['fail', `Its PostgreSQL is past its end of life (${lifecycle.endOfLife}).`];
    if (lifecycle.os?.isPast)
      return ['fail', `Its base ${lifecycle.os.name} is past its end of life (${lifecycle.os.endOfLife}).`];
    if (lifecycle.endOfLife === null) return ['unknown', 'The end of life of its PostgreSQL is not known.'];
    return ['pass', `Its PostgreSQL is maintained until ${lifecycle.endOfLife}.`];
  },

  platforms: (wanted, { platforms }) => {
    if (platforms.length === 0) return ['unknown', 'Its platforms are not known yet.'];
    const missing = wanted.filter((platform) => !platforms.includes(platform));
    return missing.length === 0
      ? ['pass', `It is there for ${names(wanted)}.`]
      : ['fail', `It is not there for ${names(missing)}.`];
  },

  baseImages: (wanted, { baseImage }) => {
    if (baseImage === null) return ['unknown', 'It does not say what it was built on.'];
    return wanted.some((glob) => isMatch(glob, baseImage))
      ? ['pass', `It says that it was built on ${baseImage}.`]
      : ['fail', `It was built on ${baseImage}, which is none of those asked for.`];
  },

  licences: (wanted, { licence }) => {
    if (licence === null) return ['unknown', 'It does not name its licence.'];
    return wanted.some((glob) => isMatch(glob, licence))
      ? ['pass', `Its licence is ${licence}.`]
      : ['fail', `Its licence is ${licence}, which is none of those asked for.`];
  },

  extensions: ({ allow, deny }, { extensions }) => {
    if (extensions === null) return ['unknown', 'Its extensions are not known yet.'];
    const denied = extensions.filter((name) => deny?.includes(name));
    if (denied.length > 0) return ['fail', `It holds ${names(denied)}, which the policy denies.`];
    const others = allow === undefined ? [] : extensions.filter((name) => !allow.includes(name));
    return others.length > 0
      ? ['fail', `It holds ${names(others)}, which the policy does not allow.`]
      : ['pass', `None of its ${extensions.length} extensions is against the policy.`];
  },

  kindAsDeclared: (_, { kind, declaredKind }) => {
    if (declaredKind === null) return ['unknown', 'No rule says what it is.'];
    return kind === declaredKind
      ? ['pass', `It is what its rule says: ${kind}.`]
      : ['fail', `Its rule says ${declaredKind}, and it is ${kind}.`];
  },
};

/** What every requirement says, in the order in which they are written. */
export function judge(requirements: PolicyRequirements, facts: PolicyFacts, now: Date): RequirementResult[] {
  return (Object.keys(JUDGES) as RequirementName[]).flatMap((requirement) => {
    const wanted = requirements[requirement];
    if (wanted === undefined) return [];
    const ask = JUDGES[requirement] as Judge<RequirementName>;
    const [outcome, sentence] = ask(wanted as never, facts, now);
    return [{ requirement, outcome, sentence }];
  });
}
