/** Flux's `filterTags.extract`: the part of a tag that its policies compare, as a named group of a version pattern. */
import { searchPattern } from './search-pattern.ts';

/** Where the extracted group stands in the pattern. */
export interface ExtractedPart {
  /** Of its opening parenthesis. */
  readonly start: number;
  /** After its closing one. */
  readonly end: number;
  /** What it matches. */
  readonly body: string;
}

/** What the group becomes: another name for it, or another expression in its place. */
export type Replacement = { readonly name: string } | { readonly expression: string };

/** A semantic version by the names that a version pattern has (semver.org, without its build metadata). */
export const SEMVER_PART: Replacement = {
  expression: '(?P<major>\\d+)\\.(?P<minor>\\d+)\\.(?P<patch>\\d+)(?:-(?P<prerelease>[0-9A-Za-z.-]+))?',
};

/** Finds the one group that `extract` names: `$name`, `${name}` or `$1`. */
export function extractedPart(pattern: string, extract: string): ExtractedPart | { readonly reason: string } {
  const wanted = /^\$(?:\{(\w+)\}|(\w+))$/.exec(extract);
  const name = wanted?.[1] ?? wanted?.[2];
  if (name === undefined) return { reason: `it puts a version together from several parts (extract: ${extract}).` };
  let count = 0;
  for (const group of groupsOf(pattern)) {
    count += 1;
    if (group.name === name || String(count) === name) return group.part;
  }
  return { reason: `its pattern has no group ${extract}.` };
}

/** The pattern with that group replaced, as a full-match expression. */
export function nameExtracted(pattern: string, { start, end, body }: ExtractedPart, replacement: Replacement): string {
  const group = 'name' in replacement ? `(?P<${replacement.name}>${body})` : replacement.expression;
  const whole = `${pattern.slice(0, start)}${group}${pattern.slice(end)}`;
  return searchPattern(whole).replace(/^re:/, '');
}

/** The capturing groups of an expression, in the order of their parentheses. */
function groupsOf(pattern: string): { name: string | null; part: ExtractedPart }[] {
  const open: { start: number; bodyAt: number; name: string | null; isCapturing: boolean }[] = [];
  const found: { name: string | null; part: ExtractedPart }[] = [];
  let isInClass = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at]!;
    if (character === '\\') at += 1;
    else if (isInClass) isInClass = character !== ']';
    else if (character === '[') isInClass = true;
    else if (character === '(') {
      const head = /^\((?:\?P?<(\w+)>|(\?[^)]*?:))?/.exec(pattern.slice(at))!;
      open.push({ start: at, bodyAt: at + head[0].length, name: head[1] ?? null, isCapturing: head[2] === undefined });
    } else if (character === ')') {
      const group = open.pop();
      if (group?.isCapturing) {
        const part = { start: group.start, end: at + 1, body: pattern.slice(group.bodyAt, at) };
        found.push({ name: group.name, part });
      }
    }
  }
  return found.sort((a, b) => a.part.start - b.part.start);
}
