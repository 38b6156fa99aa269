import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { type AddressClass, classOf, guardedLookup, literalClass } from './address.ts';

test('every form of an address falls into its class', () => {
  const table: Record<AddressClass, string[]> = {
    forbidden: [
      '169.254.169.254',
      '0.0.0.0',
      '255.255.255.255',
      '224.0.0.1',
      '100.100.100.200',
      '168.63.129.16',
      '192.0.0.192',
      '198.18.0.1',
      '::',
      'fe80::1',
      'fec0::1',
      '[fe80::1]',
      'ff02::1',
      'fd00:ec2::254',
      'fd20:ce::254',
      '::ffff:169.254.169.254',
      '::ffff:a9fe:a9fe',
      '::a9fe:a9fe',
      '::ffff:0:169.254.169.254',
      '64:ff9b::169.254.169.254',
      '64:ff9b:1::10.0.0.1',
      '2002:a9fe:a9fe::1',
      '2001:0:4136:e378::1',
      '4000::1',
      '0177.0.0.1',
      'no address',
      '',
    ],
    private: [
      '127.0.0.1',
      '127.9.9.9',
      '::1',
      '10.1.2.3',
      '172.16.0.1',
      '192.168.1.1',
      '100.64.0.1',
      'fc00::1',
      '::ffff:10.0.0.1',
      '64:ff9b::10.0.0.1',
    ],
    public: ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'],
  };
  for (const [expected, addresses] of Object.entries(table)) {
    for (const address of addresses) assert.equal(classOf(address), expected, address);
  }
});

test('odd spellings of an address are recognised once a URL has read them', () => {
  for (const host of [
    '0xa9fea9fe',
    '2852039166',
    '0251.0376.0251.0376',
    '169.254.43518',
    '169.254.169.254.',
    '１６９.254.169.254',
  ]) {
    assert.equal(literalClass(new URL(`http://${host}/`).hostname), 'forbidden', host);
  }
  assert.equal(literalClass('hooks.example'), null);
});

test('a lookup hands on only addresses that were checked', async () => {
  type Lookup = (host: string, options: object, done: (error: unknown, addresses: unknown) => void) => void;
  const any = promisify(guardedLookup(true) as Lookup);
  assert.ok(((await any('localhost', { all: true })) as unknown[]).length > 0);
  const only = promisify(guardedLookup(false) as Lookup);
  await assert.rejects(only('localhost', { all: true }), { code: 'webhook-address-private' });
});
