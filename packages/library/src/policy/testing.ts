/** Facts for the tests of policies. */
import { statedBy } from './attestation.ts';
import type { PolicyEvidence, PolicyFacts } from './facts.ts';

export const NOW = new Date('2026-11-26T12:00:00.000Z');
export const TRUST = '00000000-0000-4000-8000-0000000000aa';
export const REGISTRY = '00000000-0000-4000-8000-0000000000bb';
export const RULE = '00000000-0000-4000-8000-0000000000cc';

export function facts(more: Partial<PolicyFacts> = {}): PolicyFacts {
  return {
    digest: `sha256:${'a'.repeat(64)}`,
    state: 'pending',
    kind: 'postgres',
    declaredKind: 'postgres',
    engine: 'postgresql',
    version: null,
    os: null,
    platforms: ['linux/amd64'],
    extensions: ['vector'],
    baseImage: 'docker.io/library/debian:trixie-slim',
    licence: 'PostgreSQL',
    places: [
      { repository: 'edb/postgresql', registryId: REGISTRY, registry: 'team', locationId: 'eu', ruleIds: [RULE] },
    ],
    firstSeenAt: '2026-11-01T00:00:00.000Z',
    hasPackages: true,
    evidence: [],
    reports: [],
    platformFacts: [],
    isBeingVerified: false,
    ...more,
  };
}

export const signature = (more: Partial<PolicyEvidence> = {}): PolicyEvidence => ({
  trustId: TRUST,
  trust: 'team key',
  what: 'signature',
  predicateType: null,
  validUntil: null,
  stated: null,
  ...more,
});

export const attestation = (predicateType: string, predicate: unknown, more: Partial<PolicyEvidence> = {}) =>
  signature({
    what: 'attestation',
    predicateType,
    stated: statedBy(predicate, predicateType, facts().digest),
    ...more,
  });
