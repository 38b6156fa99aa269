/** One challenge of a WWW-Authenticate header: the scheme and the names of parameters in lower case. */
export interface Challenge {
  scheme: string;
  params: ReadonlyMap<string, string>;
}

const LIMIT = 8192;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+/;
const PARAMETER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~0-9A-Za-z:/?-]+))/;
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/;

/**
 * Reads WWW-Authenticate values (RFC 7235 §4.1): several challenges in one header or in several, quoted commas,
 * any case. A challenge that names a parameter twice is dropped (which one counts would be the attacker's choice),
 * and so is everything after the first thing that is no challenge.
 */
export function parseChallenges(header: string | readonly string[] | undefined): Challenge[] {
  if (header === undefined) return [];
  const values = typeof header === 'string' ? [header] : header;
  if (values.reduce((length, value) => length + value.length, 0) > LIMIT) return [];
  return values.flatMap(parseValue);
}

function parseValue(value: string): Challenge[] {
  const challenges: Challenge[] = [];
  let rest = skipCommas(value);
  while (rest !== '') {
    const scheme = TOKEN.exec(rest)?.[0];
    if (scheme === undefined) break;
    rest = rest.slice(scheme.length);
    if (rest !== '' && !/^[ \t,]/.test(rest)) break;
    const { params, duplicate, after } = parseParameters(rest.replace(/^[ \t]+/, ''));
    if (!duplicate) challenges.push({ scheme: scheme.toLowerCase(), params });
    const next = skipCommas(after);
    if (next === after && next !== '') break;
    rest = next;
  }
  return challenges;
}

function parseParameters(text: string): { params: Map<string, string>; duplicate: boolean; after: string } {
  const params = new Map<string, string>();
  let duplicate = false;
  const token68 = PARAMETER.test(text) ? null : TOKEN68.exec(text);
  if (token68 !== null) return { params, duplicate, after: text.slice(token68[0].length) };
  let rest = text;
  let after = text;
  for (;;) {
    const parameter = PARAMETER.exec(rest);
    if (parameter === null) break;
    const name = parameter[1]!.toLowerCase();
    if (params.has(name)) duplicate = true;
    params.set(name, parameter[2]?.replace(/\\(.)/g, '$1') ?? parameter[3] ?? '');
    after = rest.slice(parameter[0].length);
    rest = skipCommas(after);
    if (rest === after) break;
  }
  return { params, duplicate, after };
}

function skipCommas(text: string): string {
  return text.replace(/^[ \t]*(?:,[ \t]*)*/, '');
}
