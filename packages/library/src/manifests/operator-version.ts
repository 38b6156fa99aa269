/** What the operators read and take: versions in tags, majors, API groups. */
import type { Operator } from '@pharos/contract';

export interface OperatorFacts {
  readonly name: string;
  readonly group: string;
  readonly apiVersion: string;
  /** Majors that its release takes: CloudNativePG 1.30, docs/src/supported_releases.md; EDB's is built from it. */
  readonly majors: { readonly first: number; readonly last: number };
  /** The namespace-wide command line plug-in. */
  readonly plugin: string;
}

export const OPERATORS: Readonly<Record<Operator, OperatorFacts>> = {
  cnpg: {
    name: 'CloudNativePG 1.30',
    group: 'postgresql.cnpg.io',
    apiVersion: 'postgresql.cnpg.io/v1',
    majors: { first: 14, last: 18 },
    plugin: 'cnpg',
  },
  edb: {
    name: 'EDB Postgres for Kubernetes 1.30',
    group: 'postgresql.k8s.enterprisedb.io',
    apiVersion: 'postgresql.k8s.enterprisedb.io/v1',
    majors: { first: 14, last: 18 },
    plugin: 'cnp',
  },
};

/** The largest number that Go's `Atoi` takes is 2^63 - 1. */
const isInt = (digits: string) => digits !== '' && BigInt(digits) < 2n ** 63n;

/**
 * The version that the operator reads from a tag; null: it refuses the tag. As cloudnative-pg/machinery v0.5.0
 * pkg/postgres/version FromTag does it, mistakes included: it takes 202505 for a major, and 0.8 of an extension's tag.
 */
export function operatorVersion(tag: string): { major: number; minor: number } | null {
  if (tag === 'latest') return null;
  const match = /^(?:\d\.?)+/.exec(tag);
  if (match === null) return null;
  const [major, minor = '0'] = match[0].split('.') as [string, string?];
  return isInt(major) && isInt(minor) ? { major: Number(major), minor: Number(minor) } : null;
}
