/** What the suites about signatures begin with. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { ReportedEvidence } from '@pharos/contract';
import type { Store } from '../store.ts';
import type { NewTrust, NewVerification, StoredEvidence } from '../trust-port.ts';
import { AGENT, digestOf, type Given, hello, hours, registry, scan, T0 } from './given.ts';

export const WHO = { name: 'alice' };
export const KEY = { algorithm: 'Ed25519', fingerprint: 'ab'.repeat(32), subject: null, expiresAt: null };

export function entry(more: Partial<NewTrust> = {}): NewTrust {
  return {
    id: randomUUID(),
    name: 'team key',
    kind: 'key',
    scope: '**',
    enabled: true,
    key: 'PEM',
    roots: null,
    trustedRoot: null,
    identities: [],
    requireReference: false,
    keys: [KEY],
    ...more,
  };
}

export function signature(subject: string, more: Partial<ReportedEvidence> = {}): ReportedEvidence {
  return {
    subject,
    digest: digestOf('signature'),
    position: 0,
    form: 'cosign-simple',
    mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    annotations: { 'dev.cosignproject.cosign/signature': 'c2ln' },
    payloadDigest: digestOf('payload'),
    payload: Buffer.from([0, 1, 255]).toString('base64'),
    subjectManifest: null,
    problem: null,
    ...more,
  };
}

/** A scan that an agent has begun, to report signatures with. */
async function begun(store: Store, registryId: string, repository = 'postgresql'): Promise<string> {
  await hello(store);
  const scanId = randomUUID();
  await store.scans.begin(
    {
      scanId,
      parentId: null,
      agentId: AGENT,
      epoch: 1,
      registryId,
      repository,
      ruleIds: [],
      trigger: 'schedule',
      only: null,
      startedAt: T0.toISOString(),
    },
    T0,
  );
  return scanId;
}

export function result(
  evidence: StoredEvidence,
  trust: NewTrust,
  more: Partial<NewVerification> = {},
): NewVerification {
  return {
    evidenceId: evidence.id,
    trustId: trust.id,
    trustRevision: 1,
    outcome: 'verified',
    reason: 'The key signed the digest of this image.',
    what: 'signature',
    predicateType: null,
    signer: KEY.fingerprint,
    signedAt: null,
    validUntil: null,
    ...more,
  };
}

/** A library with one image, a signature of it, and an entry that verified it. */
export async function verifiedImage(given: () => Promise<Given>) {
  const { store, db } = await given();
  const registryId = await registry(store);
  await scan(store, registryId, { tags: [{ name: '17.4', digest: digestOf('image') }] });
  const subject = digestOf('image');
  const scanId = await begun(store, registryId);
  assert.equal(await store.evidence.put(scanId, [signature(subject)], T0), true);
  const trust = entry();
  await store.trust.create(trust, WHO, T0);
  const { version } = await store.trust.current();
  const [evidence] = await store.evidence.due(version, 10);
  const verify = async (more: Partial<NewVerification> = {}) => {
    const now = await store.trust.current();
    const due = await store.evidence.due(now.version, 10);
    return store.evidence.settle(
      due.map(({ id }) => id),
      now.version,
      due.map((each) => result(each, trust, { trustRevision: now.entries[0]?.revision ?? 0, ...more })),
      hours(1),
    );
  };
  const state = async (now = hours(1)) => (await store.images.get(subject, now))?.verification;
  return { store, db, registryId, scanId, subject, trust, evidence: evidence!, verify, state };
}
