/** The requirement on attestations: on the image itself, or on the manifest of every one of its platforms. */
import type { PolicyOutcome, PolicyRequirements } from '@pharos/contract';
import type { PolicyEvidence, PolicyFacts } from './facts.ts';
import { isMatch, isValid, names } from './words.ts';

type Wanted = NonNullable<PolicyRequirements['attestations']>;
type Said = readonly [PolicyOutcome, string];

export function judgeAttestations(wanted: Wanted, facts: PolicyFacts, now: Date): Said {
  const others: string[] = [];
  for (const { predicateType, builder } of wanted) {
    const on = (evidence: readonly PolicyEvidence[]) =>
      evidence.filter(
        (each) => each.predicateType === predicateType && each.what === 'attestation' && isValid(each, now),
      );
    // One of the image itself speaks for all of it; else each platform has to bring its own.
    const own = on(facts.evidence);
    const holders =
      own.length > 0
        ? [{ where: '', found: own }]
        : facts.platformFacts.map(({ platform, evidence }) => ({ where: ` for ${platform}`, found: on(evidence) }));
    const missing = holders.filter(({ found }) => found.length === 0);
    if (missing.length === holders.length) {
      return ['unknown', `No trusted key signed an attestation of the type ${predicateType}.`];
    }
    if (missing.length > 0) {
      const where = names(missing.map((each) => each.where.slice(5)));
      return ['unknown', `No trusted key signed an attestation of the type ${predicateType} for ${where}.`];
    }
    if (builder === undefined) continue;
    for (const { where, found } of holders) {
      const builders = found.flatMap(({ stated }) => stated?.builder ?? []);
      if (builders.length === 0) {
        return ['unknown', `The attestation of the type ${predicateType}${where} names no builder.`];
      }
      if (!builders.some((id) => isMatch(builder, id))) others.push(...builders);
    }
  }
  return others.length > 0
    ? ['fail', `It was built by ${names(others)}, which is not the builder asked for.`]
    : ['pass', 'Every attestation that is asked for was signed by a trusted key.'];
}
