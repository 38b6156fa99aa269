/**
 * The statement inside of a sigstore bundle, or of the bare envelope that cosign 2 attaches. Whether its signature is good is not asked
 * here: only what was verified is read.
 */

import type { Stated } from './facts.ts';
import { readVex } from './vex.ts';
import { readFindings, VULNERABILITY_PREDICATES } from './vulnerability-report.ts';

/** Findings of one report that are kept one by one: more are counted, and nothing is taken out of them. */
export const MOST_FINDINGS = 2_000;
const SLSA = /^https:\/\/slsa\.dev\/provenance\//;

/**
 * What is kept of an attestation for policies. `document` is the bundle or envelope, whole, as it was verified; `subject` the digest that
 * it was verified for.
 */
export function statedIn(document: string, predicateType: string, subject: string): Stated {
  return statedBy(predicateOf(document), predicateType, subject);
}

/** The same of a predicate that was read. */
export function statedBy(predicate: unknown, predicateType: string, subject: string): Stated {
  const read = VULNERABILITY_PREDICATES.has(predicateType) ? readFindings(predicate) : null;
  const { statements, isAnalysed } = readVex(predicate, predicateType, subject);
  const findings = read === null || read.findings.length > MOST_FINDINGS ? null : read.findings;
  return {
    builder: SLSA.test(predicateType) ? builderOf(predicate) : null,
    report: read === null ? null : { ...read, findings, isAnalysed },
    vex: statements,
  };
}

/** SLSA v1: runDetails.builder.id; v0.2: builder.id. */
function builderOf(predicate: unknown): string | null {
  const body = predicate as { builder?: { id?: unknown }; runDetails?: { builder?: { id?: unknown } } } | null;
  const id = body?.runDetails?.builder?.id ?? body?.builder?.id;
  return typeof id === 'string' ? id.slice(0, 500) : null;
}

/** What the in-toto statement of a bundle or DSSE envelope states; null: there is none, or it cannot be read. */
function predicateOf(document: string): unknown {
  try {
    const read = JSON.parse(document) as Envelope & { dsseEnvelope?: Envelope };
    const { payload } = read.dsseEnvelope ?? read;
    if (typeof payload !== 'string') return null;
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    const statement = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as { predicate?: unknown };
    return statement.predicate ?? null;
  } catch {
    return null;
  }
}

interface Envelope {
  readonly payload?: unknown;
}
