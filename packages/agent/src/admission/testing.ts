/** What tests of admission control share: a control plane's signature made by hand, and settings. Not exported. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type AdmissionSnapshot, type SnapshotHeader, signedSnapshotText } from '@pharos/contract';
import { type SnapshotImage, type SnapshotRepository, snapshotLines } from '@pharos/library';
import type { AdmissionSettings } from './settings.ts';

export const GOOD = `sha256:${'a'.repeat(64)}`;
export const OLD = `sha256:${'b'.repeat(64)}`;
export const BAD = `sha256:${'c'.repeat(64)}`;
export const REPOSITORY = 'registry.example/pg';

export const SETTINGS: AdmissionSettings = {
  host: '127.0.0.1',
  port: 0,
  mode: 'enforce',
  pinTags: true,
  failurePolicy: 'Fail',
  exemptNamespaces: ['kube-system'],
  maxAgeSeconds: 3600,
  refreshSeconds: 1,
  contact: 'the platform team',
  service: { name: 'pharos-admission', namespace: 'pharos-system' },
  certificate: null,
  caFile: null,
  publicKey: null,
};

const image = (digest: string, state: SnapshotImage['state']): SnapshotImage => ({
  digest,
  state,
  expiresAt: null,
  platforms: [],
  successor: null,
});

export const IMAGES = [image(GOOD, 'approved'), image(OLD, 'deprecated'), image(BAD, 'revoked')];
export const REPOSITORIES: SnapshotRepository[] = [{ repository: REPOSITORY, tags: [['17', GOOD]] }];

/** A control plane that signs. */
export function makeSigner(pair = generateKeyPairSync('ed25519')) {
  const publicKey = pair.publicKey.export({ format: 'jwk' }).x as string;
  return {
    publicKey,
    snapshot(more: Partial<SnapshotHeader> = {}, images = IMAGES, repositories = REPOSITORIES): AdmissionSnapshot {
      const content = `${[...snapshotLines(images, repositories)].join('\n')}\n`;
      const header = {
        version: 1,
        serverEpoch: 'epoch',
        locationId: 'here',
        generation: 1,
        issuedAt: new Date().toISOString(),
        contentSha256: createHash('sha256').update(content).digest('hex'),
        ...more,
      };
      return signed(pair.privateKey, publicKey, JSON.stringify(header), gzipSync(content).toString('base64'));
    },
  };
}

export function signed(
  privateKey: KeyObject,
  publicKey: string,
  header: string,
  content: string | null,
): AdmissionSnapshot {
  const signature = sign(null, Buffer.from(signedSnapshotText(header)), privateKey).toString('base64url');
  return { publicKey, header, signature, content };
}

/** An AdmissionReview as kube-apiserver sends it. */
export function reviewOf(object: unknown, more: Record<string, unknown> = {}) {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      requestKind: { group: '', version: 'v1', kind: 'Pod' },
      requestResource: { group: '', version: 'v1', resource: 'pods' },
      name: 'one',
      namespace: 'team',
      operation: 'CREATE',
      userInfo: { username: 'alice', uid: '1', groups: ['system:authenticated'] },
      object,
      oldObject: null,
      dryRun: false,
      options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' },
      ...more,
    },
  };
}

export const podOf = (...images: string[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'one', namespace: 'team' },
  spec: { containers: images.map((text, at) => ({ name: `c${at}`, image: text })) },
});
