import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, duration, shortDigest, size } from './format.ts';
import { type Io, Output, printable } from './output.ts';

function capture(isTTY: boolean, env: Io['env'] = {}) {
  const parts = { out: [] as string[], err: [] as string[] };
  const sink = (name: 'out' | 'err') => ({ isTTY, columns: 80, write: (part: string) => void parts[name].push(part) });
  const io: Io = { env, cwd: '/', stdin: (async function* () {})(), stdout: sink('out'), stderr: sink('err') };
  const text = {
    get out() {
      return parts.out.join('');
    },
    get err() {
      return parts.err.join('');
    },
  };
  return { io, text };
}

const COLUMNS = [
  { head: 'NAME', cell: (row: { name: string; tags: number }) => row.name, max: 8 },
  { head: 'TAGS', cell: (row: { name: string; tags: number }) => row.tags, align: 'right' as const },
];
const page = (next: string | null) => ({
  items: [
    { name: 'postgresql', tags: 7 },
    { name: 'pge', tags: 12 },
  ],
  next,
  total: 5,
});

test('columns line up, without colour, cuts and blanks at the end where stdout is no terminal', () => {
  const { io, text } = capture(false);
  new Output(io).list(page(null), (row) => row.name, COLUMNS, 'none');
  assert.equal(text.out, 'NAME        TAGS\npostgresql     7\npge           12\n');
  assert.equal(text.err, '');
});

test('a terminal gets colour and cut texts, NO_COLOR takes the colour away', () => {
  const colored = capture(true);
  new Output(colored.io).list(page('x'), (row) => row.name, COLUMNS, 'none');
  assert.ok(colored.text.out.startsWith('\u001b[1mNAME'));
  assert.match(colored.text.out, /postgre… /);
  assert.match(colored.text.err, /2 of 5 shown/);
  const plain = capture(true, { NO_COLOR: '1' });
  new Output(plain.io).list(page('x'), (row) => row.name, COLUMNS, 'none');
  assert.ok(!(plain.text.out + plain.text.err).includes('\u001b'));
});

test('--json is the exact body, -q one id per line, and neither says anything else', () => {
  const json = capture(false);
  new Output(json.io, { json: true }).list(page('cursor'), (row) => row.name, COLUMNS, 'none');
  assert.deepEqual(JSON.parse(json.text.out), page('cursor'));
  const quiet = capture(false);
  new Output(quiet.io, { quiet: true }).list(page('cursor'), (row) => row.name, COLUMNS, 'none');
  assert.equal(quiet.text.out, 'postgresql\npge\n');
  assert.equal(json.text.err + quiet.text.err, '');
});

test('texts of registries cannot steer the terminal', () => {
  assert.equal(printable('a\u001b]0;title\u0007b'), 'a\uFFFD]0;title\uFFFDb');
  assert.equal(printable('a\u009b31mb'), 'a\uFFFD31mb');
  assert.equal(printable('one\ntwo'), 'one two');
  assert.equal(printable('abc\u202egnp.exe'), 'abc\uFFFDgnp.exe');
  assert.equal(printable('größe 漢字 …'), 'größe 漢字 …');
  const { io, text } = capture(true, { NO_COLOR: '1' });
  new Output(io).list(
    { items: [{ name: '\u001b[2J', tags: 1 }], next: null, total: 1 },
    (row) => row.name,
    COLUMNS,
    '',
  );
  new Output(io).failure(Object.assign(new Error('\u001b[2Jgone'), { code: 'some-code', hint: '\u001b[1A' }));
  assert.ok(!(text.out + text.err).includes('\u001b'));
});

test('an error is a sentence, a code and a hint; with --json a document', () => {
  const error = Object.assign(new Error('The port is taken.'), { code: 'port-in-use', hint: 'Choose another.' });
  const people = capture(false);
  assert.equal(new Output(people.io).failure(error).exitCode, 1);
  assert.equal(people.text.err, 'error: The port is taken. (port-in-use)\nhint: Choose another.\n');
  const programs = capture(false);
  new Output(programs.io, { json: true }).failure(error);
  assert.deepEqual(JSON.parse(programs.text.err), {
    code: 'port-in-use',
    hint: 'Choose another.',
    detail: 'The port is taken.',
  });
});

test('values read as people write them', () => {
  assert.equal(size(null), null);
  assert.equal(size(999), '999 B');
  assert.equal(size(999_999), '1.0 MB');
  assert.equal(size(123_456_789), '123 MB');
  assert.equal(duration(89_000), '89 s');
  assert.equal(duration(3 * 3_600_000), '3 h');
  const now = new Date('2026-01-02T00:00:00Z');
  assert.equal(ago('2026-01-01T23:55:00Z', now), '5 min ago');
  assert.equal(ago('2026-01-05T00:00:00Z', now), 'in 3 d');
  assert.equal(shortDigest(`sha256:${'ab'.repeat(32)}`), 'sha256:abababababab');
});
