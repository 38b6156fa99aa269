/** What rules say of tags whose names do not decide: reads as few images as they take, and no more than it was allowed to. */
import { annotationKeys, type CompiledRule, type Decision, decideTags, NO_FACTS } from '@pharos/library';
import { RegistryError } from '@pharos/oci';
import { observe } from './observe.ts';
import type { PackedTags } from './packed-tags.ts';
import { isRegistryWide } from './registry-wide.ts';
import type { RepositoryReader } from './repository-reader.ts';
import { ScanFacts } from './scan-facts.ts';

/** How many tags may still be read, over all repositories of all registries. */
export interface MetadataAllowance {
  left: number;
}

export interface Undecided {
  /** Tags that some rule takes. */
  taken: Set<string>;
  /** Tags that no rule takes, and that some rule might: they were not read. */
  open: Set<string>;
}

/** Decides the tags of a repository. Without an allowance by their names alone. @throws RegistryError when the registry is away */
export async function decideAll(
  lane: RepositoryReader,
  rules: readonly CompiledRule[],
  names: readonly string[],
  { allowance, details }: { allowance: MetadataAllowance; details: PackedTags | undefined },
): Promise<Undecided> {
  const facts = new ScanFacts(annotationKeys(rules), null);
  const taken = new Set<string>();
  const open = new Set<string>();
  const pushedAt = (name: string) => details?.pushedAtOf(name) ?? null;
  const reads = allowance.left > 0;
  const lookup = { now: Date.now(), of: (name: string) => facts.of(name, pushedAt(name)), pushedAt };
  for (const rule of rules) {
    const steps = decideTags(rule, lane.repository, names, undefined, reads ? lookup : NO_FACTS);
    let step = steps.next();
    for (; !step.done; step = steps.next()) {
      for (const name of step.value ?? []) {
        if (allowance.left <= 0) break;
        if (facts.wasLookedAt(name)) continue;
        allowance.left -= 1;
        await look(lane, facts, name);
      }
    }
    const decisions: readonly Decision[] = step.value;
    for (const [index, name] of names.entries()) {
      if (decisions[index]!.included) taken.add(name);
      else if (decisions[index]!.reason === 'unread') open.add(name);
    }
  }
  for (const name of taken) open.delete(name);
  return { taken, open };
}

async function look(lane: RepositoryReader, facts: ScanFacts, name: string): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  try {
    const content = await lane.manifest(name);
    const { observation } = await observe(content, lane);
    facts.learn(observation, now);
    facts.look(name, content.digest, now, now);
  } catch (error) {
    if (!(error instanceof RegistryError) || error.transient || isRegistryWide(error)) throw error;
    facts.break(name);
  }
}
