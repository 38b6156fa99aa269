/**
 * The part of an evaluation that looks beyond names: over the tags that names let in it asks for as little as it can, in
 * order and until `keep` is met, and says of everything that nobody has read that it is open.
 */
import type { Decision } from './decision.ts';
import type { MetadataClause } from './metadata-clause.ts';
import type { KnownFacts, TagFacts } from './tag-facts.ts';
import { timeRank } from './tag-order.ts';
import type { Candidate, CompiledTagSet } from './tag-set.ts';

/** Tags whose facts are wanted: whoever can read them does so before asking for the next step. */
export type Wanted = readonly string[] | undefined;

/** A candidate with its place in the list of names. */
export interface Placed extends Candidate {
  readonly index: number;
  readonly tag: string;
}

interface Group {
  readonly members: Placed[];
  taken: number;
  at: number;
}

/** Candidates handled between two steps; tags asked for at once. */
const STEP = 2_000;
/** After so many rounds in which nearly everything was left out, more is asked for than is strictly needed. */
const PATIENT_ROUNDS = 8;
const MOST_AHEAD = 64;

export class Selection {
  readonly #set: CompiledTagSet;
  readonly #clauses: readonly MetadataClause[];
  readonly #facts: KnownFacts;
  readonly #needsTimeOnly: boolean;
  readonly #decided: Decision[];

  /** `decided` is written to, by index. */
  constructor(set: CompiledTagSet, clauses: readonly MetadataClause[], facts: KnownFacts, decided: Decision[]) {
    this.#set = set;
    this.#clauses = clauses;
    this.#facts = facts;
    this.#needsTimeOnly = clauses.every((clause) => clause.needsTimeOnly) && set.timeOrder !== 'created';
    this.#decided = decided;
  }

  *run(candidates: readonly Placed[]): Generator<Wanted, void> {
    const { keep, timeOrder } = this.#set;
    if (keep === null) yield* this.#settleAll(candidates);
    else if (timeOrder !== null) yield* this.#byTime(candidates, keep);
    else {
      yield* this.#settleAll(candidates.filter(({ rank }) => rank === null));
      yield* this.#inOrder(
        candidates.filter(({ rank }) => rank !== null),
        keep,
      );
    }
  }

  /** Every one of them has to be looked at. Answers those that pass. */
  *#settleAll(candidates: readonly Placed[]): Generator<Wanted, Placed[]> {
    const passed: Placed[] = [];
    for (let start = 0; start < candidates.length; start += STEP) {
      const part = candidates.slice(start, start + STEP);
      const open = part.filter((candidate) => this.#factsOf(candidate) === null);
      yield open.length === 0 ? undefined : open.map(({ tag }) => tag);
      for (const candidate of part) if (this.#settle(candidate) === 'passed') passed.push(candidate);
    }
    return passed;
  }

  /** The newest by time are only known when the time of all is. */
  *#byTime(candidates: readonly Placed[], keep: number): Generator<Wanted, void> {
    const passed = yield* this.#settleAll(candidates);
    const { timeOrder } = this.#set;
    const ranked = passed.map((candidate) => {
      const facts = this.#factsOf(candidate) as TagFacts;
      return { ...candidate, rank: timeRank(timeOrder!, candidate.tag, facts) };
    });
    for (const { members } of this.#groups(ranked)) {
      for (const { index } of members.slice(keep)) this.#decided[index] = this.#set.overKeep;
    }
  }

  /**
   * Down from the newest of each group until it has what it keeps. One that nobody has read holds its place, so that an
   * older one never stands in for a newer one that was out of reach.
   */
  *#inOrder(candidates: readonly Placed[], keep: number): Generator<Wanted, void> {
    let open = this.#groups(candidates);
    for (let round = 0; open.length > 0; round += 1) {
      const ahead = round < PATIENT_ROUNDS ? 0 : Math.min(2 ** (round - PATIENT_ROUNDS), MOST_AHEAD);
      const wanted = open.flatMap(({ members, at, taken }) =>
        members.slice(at, at + Math.max(keep - taken, ahead)).filter((candidate) => this.#factsOf(candidate) === null),
      );
      for (let start = 0; start < wanted.length; start += STEP) {
        yield wanted.slice(start, start + STEP).map(({ tag }) => tag);
      }
      if (wanted.length === 0) yield undefined;
      for (const group of open) this.#advance(group, keep, ahead);
      open = open.filter(({ members, at }) => at < members.length);
    }
  }

  #advance(group: Group, keep: number, ahead: number): void {
    const { members } = group;
    const end = Math.min(members.length, group.at + Math.max(keep - group.taken, ahead));
    while (group.at < end && group.taken < keep) {
      if (this.#settle(members[group.at]!) !== 'left') group.taken += 1;
      group.at += 1;
    }
    if (group.taken < keep) return;
    for (; group.at < members.length; group.at += 1) this.#decided[members[group.at]!.index] = this.#set.overKeep;
  }

  #groups(candidates: readonly Placed[]): Group[] {
    const groups = new Map<string, Placed[]>();
    for (const candidate of candidates) {
      const members = groups.get(candidate.group);
      if (members === undefined) groups.set(candidate.group, [candidate]);
      else members.push(candidate);
    }
    const sign = this.#set.direction === 'asc' ? 1 : -1;
    return [...groups.values()].map((members) => {
      members.sort((a, b) => (a.rank! < b.rank! ? -sign : a.rank! > b.rank! ? sign : a.index - b.index));
      return { members, taken: 0, at: 0 };
    });
  }

  #settle({ index, tag, decision, ...rest }: Placed): 'passed' | 'left' | 'unread' {
    const facts = this.#factsOf({ index, tag, decision, ...rest });
    const { unread, unreadable } = this.#clauses[0] ?? this.#set;
    if (facts === null || facts === 'unreadable') {
      this.#decided[index] = facts === null ? unread : unreadable;
      return facts === null ? 'unread' : 'left';
    }
    for (const clause of this.#clauses) {
      const left = clause.decide(facts, this.#facts.now);
      if (left === null) continue;
      this.#decided[index] = left;
      return 'left';
    }
    this.#decided[index] = decision;
    return 'passed';
  }

  #factsOf({ tag }: Placed): TagFacts | 'unreadable' | null {
    const pushedAt = this.#needsTimeOnly ? (this.#facts.pushedAt?.(tag) ?? null) : null;
    return pushedAt === null ? this.#facts.of(tag) : { ...NOTHING, pushedAt };
  }
}

const NOTHING: TagFacts = {
  mediaType: '',
  artifactType: null,
  configMediaType: null,
  platforms: [],
  annotations: {},
  createdAt: null,
  pushedAt: null,
  firstSeenAt: null,
};
