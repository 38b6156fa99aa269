import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextPage, parseLinks } from './link.ts';

const PAGE = 'https://r.example/v2/a/b/tags/list?n=2';

test('the next page, in every spelling', () => {
  const cases: [string | string[] | undefined, string | null][] = [
    [undefined, null],
    ['', null],
    ['</v2/a/b/tags/list?last=x&n=2>; rel="next"', '/v2/a/b/tags/list?last=x&n=2'],
    ['</v2/x?last=pg%2Fa03&orderby=>; rel=next', '/v2/x?last=pg%2Fa03&orderby='],
    ['<list?last=x>;REL="Next"', '/v2/a/b/tags/list?last=x'],
    ['<https://r.example/v2/x>; title="a, <b>; rel=prev"; rel="prev next"', '/v2/x'],
    ['</v2/p>; rel="previous", </v2/n>; rel="next"', '/v2/n'],
    [['</v2/p>; rel=prev', '</v2/n>; rel=next'], '/v2/n'],
    ['</v2/n>; rel="prev"; rel="next"', null],
    ['</v2/n>', null],
    ['nonsense', null],
  ];
  for (const [header, expected] of cases) assert.equal(nextPage(header, PAGE), expected, String(header));
});

test('a link that leads away is refused', () => {
  const bad = [
    'https://evil.example/v2/x',
    '//evil.example/v2/x',
    'http://r.example/v2/x',
    'https://r.example:444/v2/x',
    'https://u:p@r.example/v2/x',
    'http://169.254.169.254/v2/x',
    '/v1/x',
    '/v2/../admin',
    '/v2/%2e%2e/admin',
    '/v2',
    'javascript:alert(1)',
    'https://[bad',
  ];
  for (const target of bad)
    assert.throws(() => nextPage(`<${target}>; rel="next"`, PAGE), { code: 'link-refused' }, target);
});

test('garbage ends the reading without a hang', () => {
  assert.deepEqual(parseLinks('<a>; rel="x", b'), [{ target: 'a', rel: ['x'] }]);
  assert.deepEqual(parseLinks(`<a>; rel="${'\\'.repeat(8000)}`), [{ target: 'a', rel: [''] }]);
});
