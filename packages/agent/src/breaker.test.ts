import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RegistryError, type RegistryErrorCode } from '@pharos/oci';
import { Breaker } from './breaker.ts';
import { isNotAsked } from './not-asked.ts';

const error = (code: RegistryErrorCode) => new RegistryError({ code, message: 'It did not answer.' });

function opened(): { breaker: Breaker; advance(ms: number): void } {
  let now = 0;
  const breaker = new Breaker(300_000, () => now);
  for (let count = 0; count < 5; count += 1) {
    breaker.enter();
    breaker.failed(error('timeout'));
  }
  return {
    breaker,
    advance: (ms) => {
      now += ms;
    },
  };
}

test('five failures in a row open it; then nothing is asked, and the reason is told', () => {
  const { breaker } = opened();
  assert.equal(breaker.state, 'open');
  assert.throws(
    () => breaker.enter(),
    (thrown) => isNotAsked(thrown) && (thrown as RegistryError).code === 'timeout',
  );
});

test('an answer in between starts the count anew, whatever it says', () => {
  const breaker = new Breaker();
  for (let count = 0; count < 20; count += 1) {
    breaker.failed(error('connection-refused'));
    if (count % 4 === 3) breaker.failed(error('unauthorized'));
  }
  assert.equal(breaker.state, 'closed');
});

test('half open lets one request out; its answer closes, its failure opens for longer', () => {
  const { breaker, advance } = opened();
  advance(1_001);
  assert.equal(breaker.state, 'half-open');
  breaker.enter();
  assert.throws(() => breaker.enter(), isNotAsked, 'a single probe');
  breaker.failed(error('timeout'));
  assert.equal(breaker.state, 'open');
  advance(999);
  assert.equal(breaker.state, 'open', 'at least a second now');
  advance(1_001);
  breaker.enter();
  breaker.answered();
  assert.equal(breaker.state, 'closed');
  breaker.enter();
  breaker.enter();
});

test('a person may ask at once, and a probe that was cancelled frees its place', () => {
  const { breaker } = opened();
  breaker.allowProbe();
  breaker.enter();
  breaker.failed(error('aborted'));
  breaker.enter();
  breaker.answered();
  assert.equal(breaker.state, 'closed');
});

test('it is never open for longer than the registry’s interval', () => {
  let now = 0;
  const breaker = new Breaker(10_000, () => now);
  for (let round = 0; round < 30; round += 1) {
    for (let count = 0; count < 5; count += 1) breaker.failed(error('timeout'));
    now += 10_000;
    assert.equal(breaker.state, 'half-open');
    breaker.enter();
  }
});
