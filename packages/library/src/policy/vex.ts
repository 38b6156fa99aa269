/**
 * VEX: what a maker says of single vulnerabilities in an image. OpenVEX (openvex/spec OPENVEX-SPEC.md 0.2) and the analysis that CycloneDX
 * (1.4, `vulnerabilities[].analysis`) holds. Only statements of documents that a trusted key signed come here; what is not plainly about this
 * image, or says no reason, takes nothing out.
 */

import { packagesByRef } from './cyclonedx.ts';
import type { Finding, VexStatement } from './facts.ts';
import { type Json, object, text, time } from './json-reading.ts';

const OPENVEX = /^https:\/\/openvex\.dev\/ns(?:$|[/@])/;
const CYCLONEDX: ReadonlySet<string> = new Set(['https://cyclonedx.org/bom', 'https://cyclonedx.org/vex']);
/** More than these of one document are none: half of them could leave out what takes the other half back. */
const MOST_STATEMENTS = 5_000;
const MOST_NAMES = 20;
const MOST_TEXT = 300;
const DAY_MS = 86_400_000;

type Status = VexStatement['status'];

/** The statements in a predicate; `isAnalysed`: it is CycloneDX with an analysis of its own findings. */
export function readVex(
  predicate: unknown,
  predicateType: string,
  subject: string,
): { statements: VexStatement[]; isAnalysed: boolean } {
  const body = object(predicate);
  const nothing = { statements: [], isAnalysed: false };
  if (body === null) return nothing;
  if (OPENVEX.test(predicateType)) {
    const all = list(body.statements);
    return all.length > MOST_STATEMENTS
      ? nothing
      : { statements: all.flatMap((each) => openVex(object(each), body, subject)), isAnalysed: false };
  }
  if (!CYCLONEDX.has(predicateType)) return nothing;
  const analysed = list(body.vulnerabilities).filter((each) => object(object(each)?.analysis) !== null);
  if (analysed.length > MOST_STATEMENTS) return { statements: [], isAnalysed: true };
  const packagesOf = packagesByRef(body);
  const fallback = time(object(body.metadata)?.timestamp);
  const statements = analysed.flatMap((each) => cycloneDx(object(each)!, packagesOf(each), fallback));
  return { statements, isAnalysed: analysed.length > 0 };
}

function openVex(statement: Json | null, document: Json, subject: string): VexStatement[] {
  const status = text(statement?.status) as Status;
  if (statement === null || !['not_affected', 'fixed', 'affected', 'under_investigation'].includes(status)) return [];
  const vulnerability = object(statement.vulnerability);
  const names = [
    text(statement.vulnerability),
    text(vulnerability?.name),
    text(vulnerability?.['@id']),
    ...list(vulnerability?.aliases).slice(0, MOST_NAMES).map(text),
  ].filter(Boolean);
  // Without products a statement inherits the subject of the attestation, which was compared with this image.
  const products = list(statement.products);
  const own = products.filter((each) => isAbout(each, subject));
  const helps = status === 'not_affected' || status === 'fixed';
  if (names.length === 0 || (products.length > 0 && own.length === 0 && helps)) return [];
  const justification = [text(statement.justification), text(statement.impact_statement)].filter(Boolean).join(': ');
  // The specification asks for a reason, and what says none is no statement.
  if (status === 'not_affected' && justification === '') return [];
  const parts = own.map((each) => list(object(each)?.subcomponents).map(purlOf).filter(Boolean));
  const isWhole = products.length === 0 || own.some((each) => list(object(each)?.subcomponents).length === 0);
  const packages = isWhole ? [] : parts.flat();
  // Parts that no package URL names are parts that cannot be found.
  if (!isWhole && packages.length === 0 && helps) return [];
  const at = time(statement.last_updated) ?? time(statement.timestamp) ?? time(document.last_updated);
  return [bounded(names, status, at ?? time(document.timestamp), packages, justification || status)];
}

/** CycloneDX names impacts as states of an analysis. */
const STATES: Readonly<Record<string, Status>> = {
  not_affected: 'not_affected',
  false_positive: 'not_affected',
  resolved: 'fixed',
  resolved_with_pedigree: 'fixed',
  exploitable: 'affected',
  in_triage: 'under_investigation',
};

function cycloneDx(entry: Json, packages: readonly string[], fallback: string | null): VexStatement[] {
  const analysis = object(entry.analysis)!;
  const state = text(analysis.state);
  const status = Object.hasOwn(STATES, state) ? STATES[state]! : null;
  const id = text(entry.id);
  if (status === null || id === '') return [];
  const reason = [text(analysis.justification), text(analysis.detail)].filter(Boolean).join(': ');
  if (state === 'not_affected' && reason === '') return [];
  const at = time(analysis.lastUpdated) ?? time(analysis.firstIssued) ?? time(entry.updated) ?? fallback;
  return [bounded([id], status, at, packages, reason || state)];
}

function bounded(
  names: readonly string[],
  status: Status,
  at: string | null,
  packages: readonly string[],
  justification: string,
): VexStatement {
  const cut = (all: readonly string[]) => all.slice(0, 1000).map((each) => each.slice(0, MOST_TEXT));
  return { names: cut(names), status, at, packages: cut(packages), justification: justification.slice(0, MOST_TEXT) };
}

/** Only what names the digest is about this image: a package URL without one is about every version there ever was. */
function isAbout(product: unknown, subject: string): boolean {
  const body = object(product);
  const hashes = object(body?.hashes);
  const hex = subject.slice(subject.indexOf(':') + 1);
  if (text(hashes?.['sha-256']).toLowerCase() === hex || text(hashes?.['sha-512']).toLowerCase() === hex) return true;
  return [text(product), text(body?.['@id']), text(object(body?.identifiers)?.purl)].some((name) => {
    const version = /@([^?#]*)/.exec(name)?.[1] ?? '';
    return version === subject || version.toLowerCase() === subject.replace(':', '%3a');
  });
}

function purlOf(component: unknown): string {
  const body = object(component);
  const purl = [text(component), text(object(body?.identifiers)?.purl), text(body?.['@id'])].find((each) =>
    each.startsWith('pkg:'),
  );
  return purl ?? '';
}

/** What was taken out of a report, and by which statement. */
export interface TakenOut {
  readonly finding: Finding;
  readonly statement: VexStatement;
}

/**
 * Takes out what the newest statement about it calls not affected or fixed. Of two that are as new, and where one says no time, the one that
 * helps less counts; what is of a time to come counts for nothing.
 */
export function withoutVex(
  findings: readonly Finding[],
  statements: readonly VexStatement[],
  now: Date,
): { left: Finding[]; taken: TakenOut[] } {
  const byName = new Map<string, VexStatement[]>();
  for (const statement of statements) {
    for (const name of new Set(statement.names.map(nameOf))) {
      const before = byName.get(name);
      if (before === undefined) byName.set(name, [statement]);
      else before.push(statement);
    }
  }
  const left: Finding[] = [];
  const taken: TakenOut[] = [];
  for (const finding of findings) {
    const statement = finding.id === '' ? null : decisive(finding, byName.get(nameOf(finding.id)) ?? [], now);
    if (statement === null) left.push(finding);
    else taken.push({ finding, statement });
  }
  return { left, taken };
}

function decisive(finding: Finding, statements: readonly VexStatement[], now: Date): VexStatement | null {
  const latest = now.getTime() + DAY_MS;
  let best: { at: number; statement: VexStatement } | null = null;
  let worst = Number.NEGATIVE_INFINITY;
  for (const statement of statements) {
    const at = statement.at === null ? null : Date.parse(statement.at);
    if (statement.status === 'affected' || statement.status === 'under_investigation') {
      if (mayConcern(statement, finding)) worst = Math.max(worst, at ?? Number.POSITIVE_INFINITY);
    } else if (at !== null && at <= latest && concerns(statement, finding) && at > (best?.at ?? -1)) {
      best = { at, statement };
    }
  }
  return best !== null && best.at > worst ? best.statement : null;
}

function concerns({ packages }: VexStatement, finding: Finding): boolean {
  if (packages.length === 0) return true;
  return finding.packages.length > 0 && finding.packages.every((one) => packages.some((each) => isSame(each, one)));
}

function mayConcern({ packages }: VexStatement, finding: Finding): boolean {
  if (packages.length === 0 || finding.packages.length === 0) return true;
  return finding.packages.some((one) => packages.some((each) => isSame(each, one)));
}

/** Without qualifiers, which scanners write each in their own way; a statement that names no version is about all of them. */
function isSame(stated: string, found: string): boolean {
  const bare = (purl: string) => purl.split(/[?#]/)[0]!;
  const [a, b] = [bare(stated), bare(found)];
  const nameless = (purl: string) => purl.slice(0, purl.lastIndexOf('@') > 4 ? purl.lastIndexOf('@') : undefined);
  return a === b || (nameless(a) === a && a === nameless(b));
}

function nameOf(name: string): string {
  return name.toUpperCase();
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
