/** The guides keep up with the program: every code stands in docs/errors.md, and no link leads nowhere. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AgentError, type AgentErrorCode } from '@pharos/agent';
import { PROBLEMS, SERVICE_FAILURES, WEBHOOK_FAILURES } from '@pharos/contract';
import { REGISTRY_ERROR_HINTS } from '@pharos/oci';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const sources = (pattern: string) =>
  globSync(pattern, { cwd: ROOT })
    .filter((path) => !/\.test\.ts$|\/testing/.test(path))
    .map(read);

/** First group of every match, once. Fails when there is none: then the source is written in another way by now. */
function codesIn(texts: readonly string[], ...patterns: readonly RegExp[]): string[] {
  const codes = texts.flatMap((text) =>
    patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]!)),
  );
  assert.ok(codes.length > 0, `${patterns.join(' ')} finds nothing; adapt this test to the source`);
  return [...new Set(codes)];
}

/** Kebab-case words of imports and of the default repositories are no codes. */
const withoutNames = (text: string) => text.replace(/ from '[^']+'|name: '[^']+'/g, '');

describe('docs/errors.md', () => {
  const errors = read('docs/errors.md');
  /** Rows by section, so that a code that two parts share stands with each of them. */
  const rows = new Map(
    errors
      .split(/^## /m)
      .map((part) => [part.split('\n', 1)[0]!, part.split('\n').filter((line) => /^\| `/.test(line))]),
  );
  const plain = (text: string) => text.replace(/[`\\]/g, '');

  function assertRows(section: string, codes: Iterable<readonly [code: string, hint: string | null]>) {
    const found = rows.get(section);
    assert.ok(found, `there is a section "${section}"`);
    for (const [code, hint] of codes) {
      const row = found.find((line) => line.startsWith(`| \`${code}\` |`));
      assert.ok(row, `"${code}" has a row in the section "${section}"`);
      if (hint !== null) assert.ok(plain(row).includes(plain(hint)), `the next step of "${code}" is: ${hint}`);
    }
  }
  const bare = (codes: readonly string[]) => codes.map((code) => [code, null] as const);

  test('answers of the API, with their status', () => {
    assertRows(
      'Answers of the API',
      Object.entries(PROBLEMS).map(([code, [, , hint]]) => [code, hint]),
    );
    for (const [code, [status]] of Object.entries(PROBLEMS)) assert.ok(errors.includes(`| \`${code}\` | ${status} |`));
  });

  test('model services', () => {
    assertRows(
      'Model services',
      Object.entries(SERVICE_FAILURES).map(([code, [, hint]]) => [code, hint]),
    );
  });

  test('reading a registry', () => {
    assertRows('Reading a registry', Object.entries(REGISTRY_ERROR_HINTS));
  });

  test('the agent', () => {
    const codes = codesIn([read('packages/agent/src/agent-error.ts')], /^ {2}'([a-z-]+)': /gm);
    assertRows(
      'The agent',
      codes.map((code) => [code, new AgentError(code as AgentErrorCode, '').hint]),
    );
  });

  test("the agent's file", () => {
    const texts = sources('packages/agent/src/config*.ts').map(withoutNames);
    assertRows("The agent's file", bare(codesIn(texts, /'([a-z]+(?:-[a-z]+)+)'/g)));
  });

  test('the database and the server', () => {
    const union = (path: string) => bare(codesIn([read(path)], /^ {2}\| '([a-z-]+)'/gm));
    assertRows('The database', union('packages/store/src/errors.ts'));
    assertRows('The server', union('packages/server/src/errors.ts'));
  });

  test('the command line', () => {
    const texts = sources('packages/cli/src/**/*.ts');
    const codes = codesIn(
      texts,
      /new CliError\(\s*'([a-z-]+)'/g,
      /^ {2}E[A-Z]+: \['([a-z-]+)'/gm,
      /code: '([a-z-]+)'/g,
    );
    assertRows('The command line', bare(codes));
  });

  test('between the parts', () => {
    const texts = [read('packages/contract/src/client.ts'), read('packages/store/src/scans.ts')];
    assertRows('Between the parts', bare(codesIn(texts, /code(?::| =) '([a-z-]+)'/g)));
  });

  test('in Kubernetes', () => {
    const texts = sources('packages/agent/src/kubernetes/*.ts');
    const codes = codesIn(
      texts,
      /cause\(\s*'([a-z-]+)'/g,
      /new DispatchError\('([a-z-]+)'/g,
      /code: '([a-z-]+)', message/g,
    );
    assertRows('In Kubernetes', bare([...codes, 'image-not-approved']));
  });

  test('deliveries of webhooks', () => {
    assertRows(
      'Deliveries of webhooks',
      Object.entries(WEBHOOK_FAILURES).map(([code, [, hint]]) => [code, hint]),
    );
  });

  test('findings', () => {
    const texts = [...sources('packages/library/src/*.ts'), read('packages/store/src/tag-facts.ts')].filter((text) =>
      text.includes('severity:'),
    );
    // A code may be chosen: `code: isMajor ? 'major-conflict' : 'version-conflict'`.
    const chosen = [/code: '([a-z-]+)'/g, /code: [^\n]*\? '([a-z-]+)'/g, /code: [^\n]*: '([a-z-]+)'/g];
    assertRows('Findings', bare(codesIn(texts, ...chosen)));
  });
});

describe('the guides', () => {
  const guides = [
    'README.md',
    'ARCHITECTURE.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...globSync('docs/**/*.md', { cwd: ROOT }),
  ];

  /** GitHub's anchor of a heading. */
  const anchorOf = (heading: string) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');

  for (const guide of guides) {
    test(`${guide}: every relative link leads somewhere`, () => {
      const text = read(guide).replace(/^```.*?^```/gms, '');
      for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/i.test(target!)) continue;
        const [path, anchor] = target!.split('#', 2) as [string, string?];
        const file = path === '' ? join(ROOT, guide) : resolve(ROOT, dirname(guide), path);
        assert.ok(existsSync(file), `${target} does not exist`);
        if (anchor === undefined) continue;
        const headings = [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map((match) => anchorOf(match[1]!));
        assert.ok(headings.includes(anchor), `${target} names no heading`);
      }
    });
  }
});
