import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { MAX_EVIDENCE_BYTES } from '@pharos/contract';
import type { NewVerification, StoredEvidence, StoredTrust } from '@pharos/store';
import { bundle, dsseBundle, KEYS, NOW, type Pair, pemOf, SUBJECT, statement, trustInput } from './testing.ts';
import type { EvidenceBytes } from './verdict.ts';
import { Verifications } from './verifications.ts';
import { Verifier } from './verifier.ts';

const script = (text: string) => new URL(`data:text/javascript,${encodeURIComponent(text)}`);
const LISTEN = "import { parentPort } from 'node:worker_threads'; parentPort.on('message', ";
/** Threads that do what a hostile attestation might make one do. */
const BROKEN = {
  'throws outside of its work': script(`${LISTEN} () => { throw new Error('broken'); });`),
  exits: script(`${LISTEN} () => process.exit(0));`),
  'runs out of memory': script(`${LISTEN} () => { const all = []; for (;;) all.push(new Array(100_000).fill({})); });`),
  'never answers': script(`${LISTEN} () => { for (;;); });`),
};

const pair = KEYS['ECDSA P-256']();
const SPDX = 'https://spdx.dev/Document';

function large(key: Pair = pair): EvidenceBytes {
  const predicate = { name: 'x'.repeat(MAX_EVIDENCE_BYTES) };
  return bundle(dsseBundle(key, { payload: statement({ predicateType: SPDX, predicate }) }));
}

function trusted(key: Pair = pair): StoredTrust {
  const { name: _, enabled: __, ...text } = trustInput('key', { key: pemOf(key.publicKey) });
  return { ...text, id: 'one', revision: 3 };
}

describe('verifying large attestations', () => {
  let close: () => unknown = () => {};
  afterEach(() => close());
  const start = (...values: ConstructorParameters<typeof Verifier>) => {
    const verifier = new Verifier(...values);
    close = () => verifier.close();
    return verifier;
  };

  it('is done in a thread, which says what was verified and by which entry', async (context) => {
    const threads: Worker[] = [];
    const count = (worker: Worker) => threads.push(worker);
    process.on('worker', count);
    context.after(() => process.off('worker', count));
    const verifier = start();
    const [good] = (await verifier.judge([trusted()], large(), NOW))!;
    assert.deepEqual([good!.trustId, good!.verdict.outcome, good!.verdict.what], ['one', 'verified', 'attestation']);
    assert.equal(good!.verdict.predicateType, SPDX);
    assert.notEqual(good!.stated, null);
    const [foreign] = (await verifier.judge([trusted(KEYS['ECDSA P-256']())], large(), NOW))!;
    assert.deepEqual([foreign!.verdict.outcome, foreign!.stated], ['failed', null]);
    assert.equal(threads.length, 1);
  });

  for (const [what, url] of Object.entries(BROKEN)) {
    it(`says nothing, and goes on, where the thread ${what}`, async () => {
      const verifier = start(url, 3_000);
      assert.equal(await verifier.judge([trusted()], large(), NOW), null);
      assert.equal(await verifier.judge([trusted()], large(), NOW), null);
    });
  }

  it('large ones go through the thread; one that it cannot judge is kept as not verified, and the others follow', async () => {
    const small = bundle(dsseBundle(pair, { payload: statement({ predicateType: SPDX }) }));
    const whole = await settled(start(), [large(), small]);
    assert.deepEqual(
      whole.map(({ evidenceId, outcome, trustRevision }) => [evidenceId, outcome, trustRevision]),
      [
        [1, 'verified', 3],
        [2, 'verified', 3],
      ],
    );
    const broken = await settled(start(BROKEN.exits), [large(), small]);
    assert.deepEqual(
      broken.map(({ evidenceId, outcome, stated }) => [evidenceId, outcome, stated === null]),
      [
        [1, 'unsupported', true],
        [2, 'verified', false],
      ],
    );
    assert.match(broken[0]!.reason, /counts as not verified/);
  });

  it('a server that stops keeps nothing of what was under way', async () => {
    const stopping = new AbortController();
    setTimeout(() => stopping.abort(), 300);
    assert.deepEqual(await settled(start(BROKEN['never answers']), [large()], stopping.signal), []);
  });
});

/** What is kept after a run over these. */
async function settled(verifier: Verifier, all: readonly EvidenceBytes[], stopping = new AbortController().signal) {
  const kept: NewVerification[] = [];
  let due: StoredEvidence[] = all.map((each, index) => ({
    ...each,
    id: index + 1,
    host: 'registry',
    repository: 'pg',
  }));
  const evidence = {
    due: async () => due,
    settle: async (_: unknown, __: unknown, results: readonly NewVerification[]) => {
      kept.push(...results);
      due = [];
      return [SUBJECT];
    },
    markVerified: async () => ({ changed: [], more: false }),
  };
  const store = { evidence, trust: { current: async () => ({ version: 1, entries: [trusted()] }) } };
  const verifications = new Verifications({
    store: store as unknown as ConstructorParameters<typeof Verifications>[0]['store'],
    now: () => NOW,
    stopping,
    track: (work) => work,
    onError: assert.ifError,
    verifier,
  });
  await verifications.run();
  return kept;
}
