/** The hash chain of the audit log: an entry that is edited, missing, moved or cut off no longer fits its neighbours. */

/** What is hashed of an entry, in this order. `detail` is the JSON text as stored; times are RFC 3339 with milliseconds. */
export interface AuditContent {
  readonly seq: number;
  readonly at: string;
  readonly actor: string;
  readonly actorKind: string;
  readonly action: string;
  readonly outcome: string;
  readonly subjectKind: string;
  readonly subject: string;
  readonly locationId: string | null;
  readonly reason: string;
  readonly requestId: string | null;
  readonly detail: string;
}

/** The text whose SHA-256, in hexadecimal, is the hash of an entry: the hash before it (empty for the first), then the entry. */
export function auditText(previousHash: string, entry: AuditContent): string {
  const { seq, at, actor, actorKind, action, outcome, subjectKind, subject } = entry;
  const { locationId, reason, requestId, detail } = entry;
  const about = [subjectKind, subject, locationId, reason, requestId, detail];
  return JSON.stringify([previousHash, seq, at, actor, actorKind, action, outcome, ...about]);
}

/** The text that a signed head is the Ed25519 signature of. */
export function auditHeadText(head: { serverEpoch: string; seq: number; hash: string; at: string }): string {
  return `pharos/audit-head/v1\n${head.serverEpoch}\n${head.seq}\n${head.hash}\n${head.at}`;
}

/** An entry with its links, as it stands in the log and in exports. */
export interface ChainEntry extends AuditContent {
  readonly previousHash: string;
  readonly hash: string;
}

export type ChainFindingKind = 'edited' | 'relinked' | 'missing' | 'reordered' | 'truncated' | 'unreadable';

/** What is wrong, and at which entry. */
export interface ChainFinding {
  readonly kind: ChainFindingKind;
  readonly seq: number;
  readonly message: string;
}

/** Where a check stands; taken up again from here by the next one. */
export interface ChainPosition {
  readonly seq: number;
  readonly hash: string;
}

const START: ChainPosition = { seq: 0, hash: '' };
const MOST_FINDINGS = 100;

/** Checks a log entry by entry, in constant memory. */
export interface ChainCheck {
  /** Entries in the order in which they are claimed to stand. */
  take(entry: ChainEntry): void;
  /** A head that the log must reach: of the database, or a signed one that was kept. A head within the log is held against it as well. */
  end(head?: ChainPosition | null): void;
  readonly position: ChainPosition;
  /** The first 100. */
  readonly findings: readonly ChainFinding[];
}

/**
 * `sha256` answers hexadecimal. `heads` are positions that were known before (signed heads): an entry there must have that
 * hash, which a log written anew from some entry on does not.
 */
export function checkChain(
  sha256: (text: string) => string,
  from: ChainPosition = START,
  heads: readonly ChainPosition[] = [],
): ChainCheck {
  const findings: ChainFinding[] = [];
  const known = new Map(heads.map((head) => [head.seq, head.hash]));
  let position = from;
  const find = (kind: ChainFindingKind, seq: number, message: string) => {
    if (findings.length < MOST_FINDINGS) findings.push({ kind, seq, message });
  };
  return {
    take(entry) {
      const { seq, previousHash, hash } = entry;
      const expected = position.seq + 1;
      if (!Number.isSafeInteger(seq) || seq < 1) {
        find('unreadable', expected, `Entry ${expected} has no number of its own.`);
        return;
      }
      if (seq < expected) {
        find(
          'reordered',
          seq,
          `Entry ${seq} stands behind entry ${position.seq}: it was moved, repeated or renumbered.`,
        );
        return;
      }
      if (seq > expected) {
        const which = seq - 1 === expected ? `Entry ${expected} is` : `Entries ${expected} to ${seq - 1} are`;
        find('missing', expected, `${which} missing.`);
      }
      const own = sha256(auditText(previousHash, entry));
      if (own !== hash) find('edited', seq, `Entry ${seq} was changed: its hash is not that of what it says.`);
      else if (seq === expected && previousHash !== position.hash) {
        const before =
          position.seq === 0 ? 'It is the first, but names one before it' : `Entry ${position.seq} was changed`;
        find('relinked', seq, `${before}: entry ${seq} was written behind another one.`);
      }
      if (known.has(seq) && known.get(seq) !== hash) {
        find('relinked', seq, `Entry ${seq} is not the one that was signed: the log was written anew up to there.`);
      }
      position = { seq, hash };
    },
    end(head) {
      for (const { seq, hash } of [...heads, ...(head ? [head] : [])]) {
        if (seq > position.seq) {
          find(
            'truncated',
            position.seq + 1,
            `The log ends with entry ${position.seq}, but had ${seq} entries: it was cut short.`,
          );
        } else if (seq === position.seq && hash !== position.hash && !known.has(seq)) {
          find('relinked', seq, `Entry ${seq} is not the newest entry that the head names.`);
        }
      }
    },
    get position() {
      return position;
    },
    findings,
  };
}
