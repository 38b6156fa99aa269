/**
 * Expressions that search, as Go's `MatchString` runs them for Flux, Kargo, Argo CD Image Updater and the incumbent, in
 * the form of this product's patterns, which match whole names. Both are RE2, so that nothing else has to change.
 */

/** A pattern that takes exactly the names in which the expression is found. `across`: names hold slashes (repositories). */
export function searchPattern(expression: string, across = false): string {
  const plain = plainOf(expression, across);
  if (plain !== null) return plain;
  if (hasAlternatives(expression)) return `re:.*(?:${expression}).*`;
  const startsAt = expression.startsWith('^') ? 1 : 0;
  const isAnchoredAtEnd = /(?:^|[^\\])(?:\\\\)*\$$/.test(expression);
  const inner = expression.slice(startsAt, isAnchoredAtEnd ? -1 : undefined);
  return `re:${startsAt === 1 ? '' : '.*'}${inner}${isAnchoredAtEnd ? '' : '.*'}`;
}

/** `^latest$` is a literal, `^release-.*` a glob: easier to read, and a literal repository needs no catalog. */
function plainOf(expression: string, across: boolean): string | null {
  const match = /^\^((?:[A-Za-z0-9_/-]|\\[.-])+)(\.\*\$?|\$)$/.exec(expression);
  if (match === null) return null;
  const text = match[1]!.replaceAll('\\', '');
  return match[2] === '$' ? text : `${text}${across ? '**' : '*'}`;
}

/** Whether a `|` stands outside of groups and character classes: then anchors belong to one alternative only. */
function hasAlternatives(expression: string): boolean {
  let depth = 0;
  let isInClass = false;
  for (let at = 0; at < expression.length; at += 1) {
    const character = expression[at]!;
    if (character === '\\') at += 1;
    else if (isInClass) isInClass = character !== ']';
    else if (character === '[') {
      isInClass = true;
      // A bracket that stands first in a class is one of its characters.
      if (expression[at + 1] === '^') at += 1;
      if (expression[at + 1] === ']') at += 1;
    } else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (character === '|' && depth === 0) return true;
  }
  return false;
}
