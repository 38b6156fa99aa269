/** Which tags of a list the rules of a scan take, which of them are asked about this time, and why the others stay out. */
import {
  type CompiledRule,
  type Decision,
  decideTags,
  isArtifactTag,
  type KnownFacts,
  mutabilityOf,
  NO_FACTS,
} from '@pharos/library';
import type { ScanJob } from './scan-job.ts';
import type { ScanTally } from './scan-tally.ts';
import type { SpoolReport } from './spool.ts';
import { isStamped, now, type TagPlan, type TagReading } from './tag-reading.ts';
import { breathe, WORKERS } from './workers.ts';

export class TagChoice {
  readonly #job: ScanJob;
  readonly #report: SpoolReport;
  readonly #tally: ScanTally;
  readonly #reading: TagReading;
  /** Tags of which a rule says whether they move; of all others the name says it. */
  readonly #movement = new Map<string, 'immutable' | 'mutable'>();
  /** Known tags of rules with a budget, and the rule whose it is. */
  readonly #budgeted = new Map<string, CompiledRule>();

  constructor(job: ScanJob, report: SpoolReport, tally: ScanTally, reading: TagReading) {
    this.#job = job;
    this.#report = report;
    this.#tally = tally;
    this.#reading = reading;
  }

  /** Union over the rules, in the registry's order; lets the event loop run in between, and reads what names do not tell. */
  async choose(names: readonly string[]): Promise<string[]> {
    const taken = new Uint8Array(names.length);
    const open = new Set<string>();
    for (const rule of this.#job.rules) {
      const decisions = await this.#decide(rule, names);
      for (let index = 0; index < names.length; index += 1) {
        const decision = decisions[index]!;
        if (decision.included) this.#take(rule, decision, names[index]!, taken[index] === 1);
        if (decision.included) taken[index] = 1;
        else if (decision.reason === 'unread') open.add(names[index]!);
      }
    }
    this.#tally.listed = names.length;
    this.#tally.artifacts = names.reduce((count, name) => count + (isArtifactTag(name) ? 1 : 0), 0);
    const wanted = names.filter((_, index) => taken[index] === 1);
    await this.#tellLeftOut(names, new Set(wanted), open);
    return wanted;
  }

  async #decide(rule: CompiledRule, names: readonly string[]): Promise<Decision[]> {
    const { facts, reader } = this.#job;
    const pushedAt = (tag: string) => this.#reading.details.pushedAtOf(tag) ?? this.#job.known.pushedAtOf(tag);
    const lookup: KnownFacts =
      facts === undefined ? NO_FACTS : { now: Date.now(), of: (tag) => facts.of(tag, pushedAt(tag)), pushedAt };
    const steps = decideTags(rule, reader.repository, names, undefined, lookup);
    let step = steps.next();
    for (let count = 1; !step.done; step = steps.next(), count += 1) {
      if (step.value !== undefined) await this.#lookAt(step.value);
      else if (count % 4 === 0) await breathe();
    }
    return step.value;
  }

  /** What the rule says of a tag that it takes: whether it moves, and whose budget it is asked from. */
  #take(rule: CompiledRule, decision: Decision, name: string, isTakenAlready: boolean): void {
    const mutability = mutabilityOf(rule, decision);
    // Of several rules the most careful one counts.
    if (mutability === 'mutable' || (mutability === 'immutable' && !isTakenAlready)) {
      this.#movement.set(name, mutability);
    } else if (mutability === 'auto' && this.#movement.get(name) === 'immutable') this.#movement.delete(name);
    if (rule.spec.headBudget === undefined) this.#budgeted.delete(name);
    else if (!isTakenAlready) this.#budgeted.set(name, rule);
  }

  /** Finds out what stands behind some tags, each with as little as it takes. */
  async #lookAt(names: readonly string[]): Promise<void> {
    const open = names.values();
    const worker = async () => {
      for (const name of open) {
        this.#job.signal.throwIfAborted();
        await this.#reading.look(name);
        await this.#report.writer.room();
      }
    };
    this.#job.onProgress(0, names.length, 'reading what rules ask for');
    await Promise.all(Array.from({ length: Math.min(WORKERS, names.length) }, worker));
  }

  async #tellLeftOut(names: readonly string[], wanted: ReadonlySet<string>, open: ReadonlySet<string>): Promise<void> {
    const { facts, keepFacts, known } = this.#job;
    // A re-reading of single tags says nothing of the others.
    if (facts === undefined || (this.#job.header.begin.only ?? null) !== null) return;
    const pushedAt = (name: string) => this.#reading.details.pushedAtOf(name) ?? known.pushedAtOf(name);
    // Out of reach this time: neither taken nor left out, so the library keeps what it has of it.
    for (const name of open) if (!wanted.has(name)) this.#tally.unresolve(name);
    if (open.size > 0) this.#reading.isUnchanged = false;
    this.#tally.leftOut = facts.leftOut((name) => wanted.has(name) || open.has(name), pushedAt, now());
    await keepFacts?.(names);
  }

  /** What is asked again of the tags that are taken. */
  plan(wanted: readonly string[]): TagPlan {
    const audited = this.#auditOf(wanted);
    const spared = this.#sparedOf(wanted);
    return {
      isSettled: (name) => spared.has(name) || (this.#isFixed(name) && !audited.has(name)),
      isAudited: (name) => audited.has(name),
    };
  }

  /** Build-stamped tags do not move. Should one do so all the same, a slow rolling audit of the longest unseen finds it. */
  #auditOf(wanted: readonly string[]): ReadonlySet<string> {
    if (this.#reading.isBulk) return new Set();
    const stamped = wanted.filter((name) => this.#job.known.has(name) && this.#isFixed(name));
    const count = Math.ceil(stamped.length / 1000);
    if (count === 0) return new Set();
    const checked = (name: string) => this.#job.known.checkedOf(name)!;
    const last = Float64Array.from(stamped, checked).sort()[count - 1]!;
    const older = stamped.filter((name) => checked(name) < last);
    const asOld = stamped.filter((name) => checked(name) === last);
    return new Set([...older, ...asOld].slice(0, count));
  }

  /** Whether the tag is taken not to move: a rule says so, or its name tells the build. */
  #isFixed(name: string): boolean {
    const movement = this.#movement.get(name);
    return movement === undefined ? isStamped(name) : movement === 'immutable';
  }

  /** Known tags that this scan does not ask about, because their rule has spent its budget: those asked most recently. */
  #sparedOf(wanted: readonly string[]): ReadonlySet<string> {
    const spared = new Set<string>();
    if (this.#reading.isBulk || this.#budgeted.size === 0) return spared;
    const { known } = this.#job;
    const byRule = new Map<CompiledRule, string[]>();
    for (const name of wanted) {
      const rule = this.#budgeted.get(name);
      if (rule === undefined || !known.has(name) || this.#isFixed(name)) continue;
      const names = byRule.get(rule);
      if (names === undefined) byRule.set(rule, [name]);
      else names.push(name);
    }
    for (const [rule, names] of byRule) {
      names.sort((a, b) => known.checkedOf(a)! - known.checkedOf(b)! || (a < b ? -1 : 1));
      for (const name of names.slice(rule.spec.headBudget)) spared.add(name);
    }
    return spared;
  }
}
