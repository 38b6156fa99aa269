import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { auditText, type ChainEntry, type ChainFinding, type ChainPosition, checkChain } from './audit-chain.ts';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const COUNT = 100_000;

function sealed(content: Omit<ChainEntry, 'hash'>): ChainEntry {
  return { ...content, hash: sha256(auditText(content.previousHash, content)) };
}

function generate(count: number): ChainEntry[] {
  const entries: ChainEntry[] = [];
  let previousHash = '';
  for (let seq = 1; seq <= count; seq += 1) {
    const entry = sealed({
      seq,
      at: new Date(Date.UTC(2026, 0, 1) + seq * 1000).toISOString(),
      actor: `user-${seq % 97}`,
      actorKind: seq % 3 === 0 ? 'token' : 'session',
      action: ['rule.update', 'registry.create', 'user.delete'][seq % 3] as string,
      outcome: seq % 11 === 0 ? 'denied' : 'done',
      subjectKind: 'rule',
      subject: `subject-${seq}`,
      locationId: seq % 5 === 0 ? 'here' : null,
      reason: seq % 7 === 0 ? 'because' : '',
      requestId: `request-${seq}`,
      detail: JSON.stringify({ asked: { name: `n${seq}` } }),
      previousHash,
    });
    entries.push(entry);
    previousHash = entry.hash;
  }
  return entries;
}

const log = generate(COUNT);
const HEAD: ChainPosition = { seq: COUNT, hash: log[COUNT - 1]!.hash };
/** The whole log is gone through once; an edit is tried on the part of it that can differ, from what stands before. */
const AROUND = 3;

/** Findings of the log in which `edited` stands in place of the entries from index `at` to before `until`. */
function findingsOf(
  at: number,
  until: number,
  edited: readonly ChainEntry[],
  head: ChainPosition = HEAD,
): readonly ChainFinding[] {
  const start = Math.max(0, at - AROUND);
  const before = log[start - 1];
  const check = checkChain(sha256, before === undefined ? undefined : { seq: before.seq, hash: before.hash });
  const rest = log.slice(until, until + AROUND);
  for (const entry of [...log.slice(start, at), ...edited, ...rest]) check.take(entry);
  // What follows is as it was: it is taken as read, unless the log ends here.
  const isEnd = until + AROUND >= COUNT;
  check.end(isEnd ? head : null);
  return check.findings;
}

/** Places all over the log, with both ends. */
const PLACES = [
  0,
  1,
  2,
  3,
  ...Array.from({ length: 200 }, (_, n) => (n * 499 + 17) % COUNT),
  COUNT - 4,
  COUNT - 3,
  COUNT - 2,
  COUNT - 1,
];

const FIELDS: Record<keyof ChainEntry, (value: never) => unknown> = {
  seq: (value: number) => value + 1_000_000,
  at: (value: string) => value.replace('2026', '2025'),
  actor: () => 'eve',
  actorKind: () => 'system',
  action: () => 'nothing',
  outcome: () => 'failed',
  subjectKind: () => 'user',
  subject: (value: string) => `${value} `,
  locationId: (value: string | null) => (value === null ? '' : null),
  reason: (value: string) => `${value}.`,
  requestId: () => null,
  detail: (value: string) => value.replace(':', ': '),
  previousHash: () => sha256('another'),
  hash: () => sha256('another'),
};

test('a log as it was written has nothing wrong with it', () => {
  const check = checkChain(sha256);
  for (const entry of log) check.take(entry);
  check.end(HEAD);
  assert.deepEqual(check.findings, []);
  assert.deepEqual(check.position, HEAD);
});

test('an edit of any field of an entry is found and named', () => {
  for (const at of PLACES) {
    const entry = log[at]!;
    for (const [field, change] of Object.entries(FIELDS)) {
      const edited = { ...entry, [field]: change(entry[field as keyof ChainEntry] as never) } as ChainEntry;
      const findings = findingsOf(at, at + 1, [edited]);
      assert.ok(findings.length > 0, `${field} of ${entry.seq}`);
      assert.equal(findings[0]?.seq, entry.seq, `${field} of ${entry.seq}: ${findings[0]?.message}`);
    }
  }
});

test('an edit with a hash made anew is found at the entry behind it, and of the newest at the head', () => {
  for (const at of PLACES) {
    const entry = log[at]!;
    const findings = findingsOf(at, at + 1, [sealed({ ...entry, actor: 'eve' })]);
    assert.equal(findings.length, 1, `${entry.seq}`);
    assert.equal(findings[0]?.kind, 'relinked');
    assert.match(findings[0]!.message, new RegExp(`Entry ${entry.seq} (was changed|is not the newest)`));
  }
});

test('an entry that is missing, twice, moved, made up or cut off is found and named', () => {
  for (const at of PLACES) {
    const entry = log[at]!;
    const { seq } = entry;
    const missing = findingsOf(at, at + 1, []);
    assert.equal(missing[0]?.seq, seq);
    assert.equal(missing[0]?.kind, at === COUNT - 1 ? 'truncated' : 'missing', `${seq}`);
    const twice = findingsOf(at, at + 1, [entry, entry]);
    assert.deepEqual([twice[0]?.kind, twice[0]?.seq], ['reordered', seq]);
    const next = log[at + 1];
    if (next !== undefined) {
      const swapped = findingsOf(at, at + 2, [next, entry]);
      assert.ok(
        swapped.some(({ kind, seq: named }) => kind === 'reordered' && named === seq),
        `${seq} swapped`,
      );
    }
    const madeUp = sealed({ ...entry, subject: 'made up', previousHash: entry.hash });
    assert.ok(findingsOf(at, at + 1, [entry, madeUp]).some(({ kind }) => kind === 'reordered'));
  }
});

test('a log that was written anew, or cut short, is held against a head that was kept', () => {
  const kept = { seq: 50_000, hash: log[49_999]!.hash };
  const take = (entries: readonly ChainEntry[]) => {
    const check = checkChain(sha256, undefined, [kept]);
    for (const entry of entries) check.take(entry);
    check.end();
    return check.findings;
  };
  assert.deepEqual(take(log), []);
  const cut = take(log.slice(0, 49_000));
  assert.deepEqual([cut[0]?.kind, cut[0]?.seq], ['truncated', 49_001]);
  // Somebody who can write everything: one entry is left out and all behind it get new numbers and hashes.
  let previousHash = '';
  const anew = log.toSpliced(1_000, 1).map((entry, index) => {
    const made = sealed({ ...entry, seq: index + 1, previousHash });
    previousHash = made.hash;
    return made;
  });
  const check = checkChain(sha256);
  for (const entry of anew) check.take(entry);
  assert.deepEqual(check.findings, [], 'the chain alone does not tell');
  const found = take(anew);
  assert.deepEqual([found[0]?.kind, found[0]?.seq], ['relinked', 50_000]);
});
