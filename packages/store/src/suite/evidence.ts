import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { ReportedEvidence } from '@pharos/contract';
import { StoreError } from '../errors.ts';
import { storeOn } from '../open.ts';
import { begun, entry, KEY, result, signature, verifiedImage as verifiedImageOf, WHO } from './evidence-given.ts';
import { digestOf, everything, type Given, hours, openOn, registry, scan, T0 } from './given.ts';

/** Signatures, what is trusted, and what was verified. */
export function evidenceSuite(given: () => Promise<Given>): void {
  const verifiedImage = () => verifiedImageOf(given);

  it('keeps a signature byte for byte with where it was found, and the same again is the same', async () => {
    const { store, evidence, subject, scanId, state } = await verifiedImage();
    assert.deepEqual(Buffer.from(evidence.payload!), Buffer.from([0, 1, 255]));
    assert.deepEqual(
      [evidence.subject, evidence.host, evidence.repository, evidence.form, evidence.annotations],
      [
        subject,
        'registry.example:5000',
        'postgresql',
        'cosign-simple',
        { 'dev.cosignproject.cosign/signature': 'c2ln' },
      ],
    );
    await store.evidence.put(scanId, [signature(subject), signature(subject)], hours(1));
    assert.equal((await store.evidence.newest(null, 10)).length, 1);
    assert.equal((await state())?.state, 'checking');
    assert.equal(await store.evidence.put(randomUUID(), [signature(subject)], T0), false);
  });

  it('takes bytes that could not be fetched before, and never loses those that were', async () => {
    const { store, subject, scanId } = await verifiedImage();
    const digest = digestOf('another');
    await store.evidence.put(scanId, [signature(subject, { digest, payload: null, problem: 'unreadable' })], T0);
    await store.evidence.put(scanId, [signature(subject, { digest })], T0);
    await store.evidence.put(scanId, [signature(subject, { digest, payload: null, problem: 'too-large' })], T0);
    const kept = (await store.evidence.newest(null, 10)).map(({ problem, payload }) => [problem, payload?.length]);
    assert.deepEqual(kept, [
      [null, 3],
      [null, 3],
    ]);
  });

  it('keeps a hundred signatures of a digest and no more', async () => {
    const { store, subject, scanId } = await verifiedImage();
    for (let batch = 0; batch < 3; batch += 1) {
      const more = Array.from({ length: 60 }, (_, n) => signature(subject, { digest: digestOf(`${batch} ${n}`) }));
      await store.evidence.put(scanId, more, T0);
    }
    const shown = await store.evidence.ofSubjects([subject]);
    assert.ok(shown.length >= 100 && shown.length < 165, String(shown.length));
  });

  it('shows what was verified by which entry when, and verifies nothing twice', async () => {
    const { store, subject, trust, verify, state } = await verifiedImage();
    assert.deepEqual(await verify(), [subject]);
    const summary = (await state())!;
    assert.equal(summary.state, 'verified');
    assert.deepEqual(summary.verifiedBy, [
      {
        trustId: trust.id,
        trust: 'team key',
        signer: KEY.fingerprint,
        evidence: digestOf('signature'),
        repository: 'postgresql',
        verifiedAt: hours(1).toISOString(),
      },
    ]);
    const { version } = await store.trust.current();
    assert.deepEqual(await store.evidence.due(version, 10), []);
    assert.equal((await store.trust.get(trust.id, hours(1)))?.images, 1);
  });

  it('a changed, switched off or deleted entry counts no more at once, and everything is due again', async () => {
    const { store, trust, verify, state } = await verifiedImage();
    await verify();
    await store.trust.update(trust.id, { scope: 'elsewhere/**' }, WHO, hours(2));
    assert.equal((await state())?.state, 'checking');
    const changed = await store.trust.current();
    assert.equal((await store.evidence.due(changed.version, 10)).length, 1);
    await verify();
    assert.equal((await state())?.state, 'verified');
    await store.trust.update(trust.id, { enabled: false }, WHO, hours(2));
    assert.equal((await state())?.state, 'checking');
    assert.deepEqual((await store.trust.current()).entries, []);
    await store.trust.update(trust.id, { enabled: true }, WHO, hours(3));
    await verify();
    await store.trust.remove(trust.id, WHO, hours(4));
    assert.notEqual((await state())?.state, 'verified');
    const gone = await store.trust.current();
    assert.equal((await store.evidence.due(gone.version, 10)).length, 1);
  });

  it('results of an entry that changed while they were computed are not kept as of now', async () => {
    const { store, evidence, trust, state } = await verifiedImage();
    const { version } = await store.trust.current();
    await store.trust.update(trust.id, { scope: 'elsewhere/**' }, WHO, hours(2));
    await store.evidence.settle([evidence.id], version, [result(evidence, trust)], hours(2));
    assert.equal((await state())?.state, 'checking');
    const now = await store.trust.current();
    assert.equal((await store.evidence.due(now.version, 10)).length, 1);
  });

  it('what has expired is no pass any more', async () => {
    const { store, trust, verify, state } = await verifiedImage();
    await verify({ validUntil: hours(5) });
    assert.equal((await state(hours(4)))?.state, 'verified');
    assert.equal((await state(hours(5)))?.state, 'failed');
    assert.equal((await store.trust.get(trust.id, hours(5)))?.images, 0);
  });

  it('an attestation is no signature; a failed or unsupported result is no pass', async () => {
    for (const [more, expected] of [
      [{ what: 'attestation' }, 'none'],
      [{ outcome: 'failed', reason: 'Another key.' }, 'failed'],
      [{ outcome: 'unsupported', reason: 'COSE.' }, 'unsupported'],
    ] as const) {
      const { verify, state } = await verifiedImage();
      await verify(more);
      assert.equal((await state())?.state, expected);
    }
  });

  it('a signature counts where it was found: another repository with the same image shows its own', async () => {
    const { store, subject, verify } = await verifiedImage();
    await verify();
    const [shown] = await store.evidence.ofSubjects([subject]);
    assert.equal((await store.evidence.ofSubjects([subject], shown!.repositoryId)).length, 1);
    assert.deepEqual(await store.evidence.ofSubjects([subject], randomUUID()), []);
    assert.deepEqual(await store.evidence.ofSubjects([digestOf('unknown')]), []);
  });

  it('goes with its repository', async () => {
    const { store, registryId, verify } = await verifiedImage();
    await verify();
    await store.registries.remove(registryId);
    assert.deepEqual(await store.evidence.newest(null, 10), []);
  });

  it('writes down who changed what is trusted, also of entries that are gone', async () => {
    const { store } = await given();
    const one = entry();
    await store.trust.create(one, WHO, T0);
    await store.trust.update(one.id, { name: 'release key', enabled: false }, { name: 'bob' }, hours(1));
    await store.trust.remove(one.id, { name: 'carol' }, hours(2));
    const changes = await everything((cursor) => store.trust.changes({ limit: 1, cursor }));
    assert.deepEqual(
      changes.map(({ actor, action, name }) => [actor, action, name]),
      [
        ['carol', 'delete', 'release key'],
        ['bob', 'update', 'release key'],
        ['alice', 'create', 'team key'],
      ],
    );
    assert.match(changes[1]!.detail, /name: team key → release key; enabled: true → false/);
    assert.match(changes[2]!.detail, /key abab.*scope \*\*/);
    assert.equal((await store.trust.changes({ limit: 10, trustId: randomUUID() })).total, 0);
    assert.equal(await store.trust.update(one.id, {}, WHO, T0), null);
    assert.equal(await store.trust.remove(one.id, WHO, T0), false);
  });

  it('refuses a name twice, and lists entries page by page without their trusted root', async () => {
    const { store } = await given();
    await store.trust.create(entry(), WHO, T0);
    const taken = (error: StoreError) => error instanceof StoreError && error.code === 'name-taken';
    await assert.rejects(store.trust.create(entry(), WHO, T0), taken);
    const root = '{"certificateAuthorities":[]}';
    const second = entry({ name: 'another', kind: 'keyless', key: null, trustedRoot: root });
    await store.trust.create(second, WHO, T0);
    await assert.rejects(store.trust.update(second.id, { name: 'team key' }, WHO, T0), taken);
    const listed = await everything((cursor) => store.trust.list({ limit: 1, cursor }, T0));
    assert.deepEqual(
      listed.map(({ name }) => name),
      ['another', 'team key'],
    );
    assert.equal(`sha256:${listed[0]?.trustedRootSha256}`, digestOf(root));
    assert.ok(!JSON.stringify(listed).includes('certificateAuthorities'));
    assert.equal((await store.trust.stored(second.id))?.trustedRoot, root);
  });

  it('a large one is due when all of its parts are there, in their order, whatever the order in which they came', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const subject = digestOf('image');
    await scan(store, registryId, { tags: [{ name: '17.4', digest: subject }] });
    const scanId = await begun(store, registryId);
    const size = 1024 * 1024 + 3;
    const of = (part: number, bytes: Buffer, more: Partial<ReportedEvidence> = {}) => ({
      evidence: { ...signature(subject), payload: null, subjectManifest: null, problem: null, ...more } as never,
      ...{ size, part, bytes: bytes.toString('base64') },
    });
    const [first, second] = [Buffer.alloc(1024 * 1024, 'a'), Buffer.from('end')];
    const due = async () => (await store.evidence.due(99, 10)).map(({ payload }) => Buffer.from(payload ?? []));
    // It was told before as too large by an agent that fetched less.
    await store.evidence.put(scanId, [signature(subject, { payload: null, problem: 'too-large' })], T0);
    assert.equal((await due()).length, 1);
    assert.equal(await store.evidence.putPart(scanId, of(1, second), T0), true);
    assert.deepEqual(await due(), [], 'a part is missing');
    await store.evidence.putPart(scanId, of(1, second), T0);
    await store.evidence.putPart(scanId, of(7, second), T0);
    await store.evidence.putPart(scanId, of(0, first, { payloadDigest: digestOf('other') }), T0);
    assert.deepEqual(await due(), [], 'none of these is the missing one');
    await store.evidence.putPart(scanId, of(0, first), T0);
    assert.deepEqual(await due(), [Buffer.concat([first, second])]);
    await store.evidence.put(scanId, [signature(subject, { payload: null, problem: 'too-large' })], T0);
    const [shown] = await store.evidence.ofSubjects([subject]);
    assert.deepEqual([shown?.size, shown?.problem], [size, null], 'what was fetched stays');
    assert.equal(await store.evidence.putPart(randomUUID(), of(0, first), T0), false);
  });

  it('of one image no more than 48 MiB are kept: what comes above it is too large, and never half of it', async () => {
    const { store } = await given();
    const registryId = await registry(store);
    const subject = digestOf('image');
    await scan(store, registryId, { tags: [{ name: '17.4', digest: subject }] });
    const scanId = await begun(store, registryId);
    for (let n = 0; n < 4; n += 1) {
      const head = { ...signature(subject, { digest: digestOf(`large ${n}`) }), payload: null, subjectManifest: null };
      const part = { evidence: { ...head, problem: null }, size: 16 * 1024 * 1024, part: 0, bytes: 'AAAA' };
      await store.evidence.putPart(scanId, part, T0);
    }
    const kept = await store.evidence.ofSubjects([subject]);
    assert.deepEqual(kept.map(({ problem }) => problem).toSorted(), [null, null, null, 'too-large'].toSorted());
    assert.deepEqual(
      (await store.evidence.due(99, 10)).map(({ problem }) => problem),
      ['too-large'],
    );
  });

  it('of one registry no more is kept than there is space for, what comes above it is told and never passes, and no other registry pays for it', async () => {
    const { store: usual, db } = await given();
    const store = await storeOn(openOn(db), usual.engine, { attestationSpace: 40 * 1024 * 1024 });
    const [full, other] = [await registry(store), await registry(store, { name: 'other' })];
    const problems: (string | null | undefined)[] = [];
    for (const [at, registryId] of [full, full, full, other].entries()) {
      const subject = digestOf(`image ${at}`);
      await scan(store, registryId, { repository: `r${at}`, tags: [{ name: '17.4', digest: subject }] });
      const scanId = await begun(store, registryId, `r${at}`);
      const head = { ...signature(subject), payload: null, subjectManifest: null, problem: null };
      await store.evidence.putPart(scanId, { evidence: head, size: 16 * 1024 * 1024, part: 0, bytes: 'AAAA' }, T0);
      problems.push((await store.evidence.ofSubjects([subject]))[0]?.problem);
    }
    assert.deepEqual(problems, [null, null, 'no-room', null]);
    assert.deepEqual(
      (await store.evidence.due(99, 10)).map(({ problem }) => problem),
      ['no-room'],
      'it is settled as what it is',
    );
  });
}
