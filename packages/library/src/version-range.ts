/**
 * Ranges of versions, the same small language for every scheme: `>=17 <18`, `17.x`, `^1.2`, `~1.2`, `1.2 - 1.4`,
 * `16 || 17`, `>=2024.04, !=2024.06`. Numbers alone are compared, and a part that is not written covers everything below
 * it: `>17` begins at 18 and `<=17` ends before 18. Pre-releases are no business of a range: `18rc1` has the number 18, so
 * `<18` leaves it out, and whether pre-releases come in is said by `prerelease`. (Peers that order `18rc1` below 18 let
 * it into `<18`.)
 */
import type { Version } from '@pharos/contract';
import { PatternError } from './pattern-error.ts';

/** Whether a version lies in a range; one that could not be read lies in none. */
export type Range = (version: Version) => boolean;

type Numbers = readonly number[];
type Test = (numbers: Numbers) => boolean;

const MAX_PARTS = 4;
const HINT = 'Write for example ">=17 <18", "17.x", "^1.2", "1.2 - 1.4" or "16 || 17".';
const OPERATORS = ['>=', '<=', '!=', '~>', '==', '>', '<', '=', '^', '~'] as const;
type Operator = (typeof OPERATORS)[number] | '';

/** Reads a range. `calver`: two-digit years mean this century, as in tags. Throws PatternError with the position. */
export function compileRange(text: string, calver = false): Range {
  const any = new RangeReader(text, calver).read();
  return (version) => version.major !== null && any(numbersOf(version));
}

/** A number that is not there counts as 0: `17` lies in `17.x` and not in `>=17.2`. */
function numbersOf({ major, minor, patch, build, buildTime }: Version): Numbers {
  return [major ?? 0, minor ?? 0, patch ?? 0, build === null || buildTime !== null ? 0 : Number(build)];
}

class RangeReader {
  readonly #text: string;
  readonly #calver: boolean;
  #at = 0;

  constructor(text: string, calver: boolean) {
    this.#text = text;
    this.#calver = calver;
  }

  read(): Test {
    const alternatives = [this.#all()];
    while (this.#take('||')) alternatives.push(this.#all());
    if (this.#at < this.#text.length) this.#fail(`"${this.#text[this.#at]}" is not expected here.`);
    return anyOf(alternatives);
  }

  /** Comparisons side by side: all of them have to be true. */
  #all(): Test {
    const tests: Test[] = [];
    this.#blanks();
    while (this.#at < this.#text.length && !this.#text.startsWith('||', this.#at)) {
      tests.push(this.#comparison());
      this.#blanks();
      if (this.#take(',')) this.#blanks();
    }
    if (tests.length === 0) this.#fail('A version is missing here.');
    return tests.length === 1 ? tests[0]! : (numbers) => tests.every((test) => test(numbers));
  }

  #comparison(): Test {
    const operator: Operator = OPERATORS.find((each) => this.#take(each)) ?? '';
    this.#blanks();
    const low = this.#partial();
    if (operator === '' && /^\s+-\s+/.test(this.#text.slice(this.#at))) {
      this.#blanks();
      this.#at += 1;
      this.#blanks();
      const high = next(this.#partial());
      return (numbers) => compare(numbers, low) >= 0 && compare(numbers, high) < 0;
    }
    return comparison(operator, low);
  }

  /** `17`, `17.4`, `17.x`, `v1.2.3`, `*`: the parts before the first wildcard. */
  #partial(): Numbers {
    const match = /^v?((?:\d{1,15}|[xX*])(?:\.(?:\d{1,15}|[xX*]))*)/.exec(this.#text.slice(this.#at));
    if (match === null) this.#fail('A version is expected here.');
    const start = this.#at;
    this.#at += match![0].length;
    const rest = this.#text[this.#at];
    if (rest !== undefined && !/[\s,|<>=!~^]/.test(rest)) {
      this.#fail(
        `"${rest}" is no part of a version here: a range compares numbers. Pre-releases are decided by prerelease, builds by order and keep.`,
      );
    }
    const parts = match![1]!.split('.');
    if (parts.length > MAX_PARTS) {
      this.#at = start;
      this.#fail(`A version has at most ${MAX_PARTS} numbers.`);
    }
    const wildcard = parts.findIndex((part) => !/^\d/.test(part));
    const numbers = (wildcard < 0 ? parts : parts.slice(0, wildcard)).map(Number);
    if (this.#calver && numbers.length > 0 && numbers[0]! < 100) numbers[0]! += 2000;
    return numbers;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #blanks(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #fail(message: string): never {
    throw new PatternError(message, HINT, Math.min(this.#at, this.#text.length));
  }
}

function anyOf(tests: readonly Test[]): Test {
  return tests.length === 1 ? tests[0]! : (numbers) => tests.some((test) => test(numbers));
}

function comparison(operator: Operator, low: Numbers): Test {
  // "*" is every version, whatever stands before it.
  if (low.length === 0) return () => operator !== '!=' && operator !== '<' && operator !== '>';
  const end = next(low);
  const isIn: Test = (numbers) => compare(numbers, low) >= 0 && compare(numbers, end) < 0;
  switch (operator) {
    case '>=':
      return (numbers) => compare(numbers, low) >= 0;
    case '>':
      return (numbers) => compare(numbers, end) >= 0;
    case '<':
      return (numbers) => compare(numbers, low) < 0;
    case '<=':
      return (numbers) => compare(numbers, end) < 0;
    case '!=':
      return (numbers) => !isIn(numbers);
    case '^':
      return between(low, caretEnd(low));
    case '~':
    case '~>':
      return between(low, next(low.slice(0, Math.min(low.length, 2))));
    default:
      return isIn;
  }
}

function between(low: Numbers, end: Numbers): Test {
  return (numbers) => compare(numbers, low) >= 0 && compare(numbers, end) < 0;
}

/** `^1.2` ends before 2, `^0.3` before 0.4, `^0.0.3` before 0.0.4: the first number that is not 0 stays. */
function caretEnd(low: Numbers): Numbers {
  const first = low.findIndex((part) => part !== 0);
  return next(first < 0 ? low : low.slice(0, first + 1));
}

/** The first version after everything that begins with these numbers. */
function next(numbers: Numbers): Numbers {
  return numbers.length === 0 ? [Number.POSITIVE_INFINITY] : [...numbers.slice(0, -1), numbers.at(-1)! + 1];
}

function compare(version: Numbers, bound: Numbers): number {
  for (let index = 0; index < MAX_PARTS; index += 1) {
    const difference = version[index]! - (bound[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
