/** Everything the command prints: tables for people, JSON for programs, ids for pipes. */
import Table from 'cli-table3';
import pc from 'picocolors';
import { describeFailure, type Failure, type Pointer } from './failure.ts';

/** A stream to print to; `process.stdout` is one. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean | undefined;
  columns?: number | undefined;
}

/** The world as a command sees it; tests give another one. */
export interface Io {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  stdin: AsyncIterable<string | Uint8Array> & { isTTY?: boolean | undefined };
  stdout: Sink;
  stderr: Sink;
  fetch?: typeof fetch | undefined;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** A piece of text and how it looks where colour is on. */
export interface Cell {
  text: string;
  style?: Style | undefined;
}

export interface Column<T> {
  head: string;
  cell: (row: T) => string | number | Cell | null;
  /** On a terminal, longer texts are cut to this many characters. */
  max?: number;
  align?: 'right';
}

export interface OutputMode {
  json?: boolean | undefined;
  quiet?: boolean | undefined;
  /** `--no-color` makes this false. */
  color?: boolean | undefined;
}

/** A list as the API answers it. */
export interface ListBody<T> {
  items: T[];
  next: string | null;
  total: number;
  totalIsEstimate?: boolean | undefined;
}

/**
 * Makes text from registries, files and people safe for a terminal: no control characters (escape sequences, C1), no
 * characters that turn the writing direction and so make text read as something else.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, (found) =>
    /^[\t\n\r]+$/.test(found) ? ' ' : '\uFFFD',
  );
}

/** The text, and below it a caret under the character. Every character takes one column: what would not is replaced. */
function pointing({ text, position }: Pointer): string[] {
  const shown = [...text].map((character) => (/^[\x20-\x7e\u00a0-\u024f]$/.test(character) ? character : '\uFFFD'));
  const column = [...text.slice(0, position)].length;
  return [shown.join(''), `${' '.repeat(column)}^`];
}

export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly isTerminal: boolean;
  readonly #io: Io;
  readonly #colors: Record<'stdout' | 'stderr', ReturnType<typeof pc.createColors>>;

  constructor(io: Io, mode: OutputMode = {}) {
    this.#io = io;
    this.json = mode.json ?? false;
    this.quiet = mode.quiet ?? false;
    this.isTerminal = io.stdout.isTTY === true;
    const wanted = mode.color !== false && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
    this.#colors = {
      stdout: pc.createColors(wanted && io.stdout.isTTY === true),
      stderr: pc.createColors(wanted && io.stderr.isTTY === true),
    };
  }

  /** The exact body, and nothing else on stdout. */
  body(value: unknown): void {
    this.#io.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** A line on stdout. The caller vouches for the text; `printable` is for texts of others. */
  line(text = ''): void {
    this.#io.stdout.write(`${text}\n`);
  }

  /** A text of several lines, such as YAML: each made safe by itself, so that the text stays what it is. */
  lines(text: string): void {
    for (const line of text.trimEnd().split('\n')) this.line(printable(line));
  }

  /** A remark for people, on stderr, so that it never gets into a pipe. Silent with --json and -q. */
  note(text: string): void {
    if (!this.json && !this.quiet) this.#io.stderr.write(`${this.#colors.stderr.dim(printable(text))}\n`);
  }

  /** A warning, on stderr, also with --json and -q. */
  warn(text: string): void {
    this.#io.stderr.write(`${this.#colors.stderr.yellow('warning:')} ${printable(text)}\n`);
  }

  style(cell: Cell): string {
    const paint = cell.style ? this.#colors.stdout[cell.style] : String;
    return paint(printable(cell.text));
  }

  /** A list: the body with --json, one id per line with -q, else a table and how many there are beyond it. */
  list<T>(body: ListBody<T>, id: (row: T) => string, columns: readonly Column<T>[], empty: string): void {
    if (this.json) this.body(body);
    else if (this.quiet) for (const row of body.items) this.line(printable(id(row)));
    else if (body.items.length === 0) this.note(empty);
    else {
      this.table(columns, body.items);
      if (body.next !== null) this.note(moreText(body));
    }
  }

  /** One thing: the body with --json, its id with -q, else `show`. */
  one<T>(body: T, id: string, show: (body: T) => void): void {
    if (this.json) this.body(body);
    else if (this.quiet) this.line(printable(id));
    else show(body);
  }

  table<T>(columns: readonly Column<T>[], rows: readonly T[]): void {
    const table = new Table({
      head: columns.map((column) => column.head),
      colAligns: columns.map((column) => column.align ?? 'left'),
      chars: NO_LINES,
      style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': 2 },
    });
    for (const row of rows) table.push(columns.map((column) => this.#cell(column, row)));
    const lines = table.toString().split('\n');
    for (const [index, text] of lines.entries()) {
      this.line(index === 0 ? this.#colors.stdout.bold(text.trimEnd()) : text.trimEnd());
    }
  }

  /** `name  value` lines; null values are left out. */
  fields(pairs: readonly (readonly [name: string, value: string | number | Cell | null])[]): void {
    const shown = pairs.filter(([, value]) => value !== null && value !== '');
    const width = Math.max(...shown.map(([name]) => name.length));
    for (const [name, value] of shown) {
      const cell = asCell(value);
      this.line(`${this.#colors.stdout.dim(name.padEnd(width))}  ${this.style(cell)}`);
    }
  }

  heading(text: string): void {
    this.line();
    this.line(this.#colors.stdout.bold(text));
  }

  /** Draws over the last progress line; does nothing where stderr is no terminal. */
  progress(text: string | null): void {
    if (this.#io.stderr.isTTY !== true || this.json || this.quiet) return;
    const width = (this.#io.stderr.columns || 80) - 1;
    this.#io.stderr.write(`\r\u001b[2K${text === null ? '' : printable(text).slice(0, width)}`);
  }

  /** Tells of an error on stderr and answers it, for its exit code. */
  failure(error: unknown): Failure {
    const failure = describeFailure(error);
    if (this.json) {
      const { exitCode: _, message: detail, ...rest } = failure;
      this.#io.stderr.write(`${JSON.stringify({ ...rest, detail }, null, 2)}\n`);
      return failure;
    }
    const color = this.#colors.stderr;
    const lines = [`${color.red('error:')} ${printable(failure.message)} ${color.dim(`(${failure.code})`)}`];
    for (const { path, message } of failure.errors ?? []) {
      // A single field's message often is the whole sentence.
      if (failure.message.endsWith(message)) continue;
      lines.push(`  ${printable([path, message].filter(Boolean).join(': '))}`);
    }
    if (failure.pointer) lines.push(...pointing(failure.pointer).map((line) => `  ${line}`));
    if (failure.hint) lines.push(`${color.cyan('hint:')} ${printable(failure.hint)}`);
    // A fault of ours: the place in the code helps whoever mends it.
    const isDebug = ['debug', 'trace'].includes(this.#io.env.PHAROS_LOG_LEVEL ?? '');
    if (failure.code === 'internal' && isDebug && error instanceof Error) lines.push(color.dim(error.stack ?? ''));
    if (failure.requestId) lines.push(color.dim(`request id: ${printable(failure.requestId)}`));
    this.#io.stderr.write(`${lines.join('\n')}\n`);
    return failure;
  }

  #cell<T>(column: Column<T>, row: T): string {
    const cell = asCell(column.cell(row));
    const cut = column.max && this.isTerminal && cell.text.length > column.max;
    return this.style(cut ? { ...cell, text: `${cell.text.slice(0, (column.max ?? 0) - 1)}…` } : cell);
  }
}

function moreText({ items, total, totalIsEstimate }: ListBody<unknown>): string {
  return `${items.length} of ${totalIsEstimate ? 'about ' : ''}${total} shown; --limit N or --all shows more.`;
}

function asCell(value: string | number | Cell | null): Cell {
  if (value === null || value === '') return { text: '–', style: 'dim' };
  return typeof value === 'object' ? value : { text: String(value) };
}

const NO_LINES = Object.fromEntries(
  ['top', 'bottom', 'mid'].flatMap((row) =>
    ['', '-mid', '-left', '-right'].map((part) => [`${row}${part}`, ''] as const),
  ),
);
Object.assign(NO_LINES, { 'left-mid': '', 'mid-mid': '', 'right-mid': '', left: '', right: '', middle: '' });
