import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MOST_PACKAGES } from '@pharos/contract';
import { readSbom } from './sbom.ts';

const SUBJECT = `sha256:${'a'.repeat(64)}`;
const VECTOR = { name: 'postgresql-17-pgvector', version: '0.8.0-1.pgdg12+1', type: 'deb' };
const SPDX = {
  spdxVersion: 'SPDX-2.3',
  packages: [
    {
      name: 'postgresql-17-pgvector',
      versionInfo: '0.8.0-1.pgdg12+1',
      externalRefs: [
        { referenceType: 'cpe23Type', referenceLocator: 'cpe:2.3:…' },
        {
          referenceType: 'purl',
          referenceLocator: 'pkg:deb/debian/postgresql-17-pgvector@0.8.0-1.pgdg12+1?arch=amd64',
        },
      ],
    },
    { name: 'base', versionInfo: 'NOASSERTION' },
    {
      name: 'postgresql-17-pgvector',
      versionInfo: '0.8.0-1.pgdg12+1',
      externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:deb/debian/postgresql-17-pgvector@0.8.0' }],
    },
  ],
};
const PACKAGES = [{ name: 'base', version: null, type: null }, VECTOR];

function statement(predicate: object, hex = 'a'.repeat(64)) {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://spdx.dev/Document',
    subject: [{ name: 'x', digest: { sha256: hex } }],
    predicate,
  };
}

function envelope(body: object, payloadType = 'application/vnd.in-toto+json') {
  return { payloadType, payload: Buffer.from(JSON.stringify(body)).toString('base64'), signatures: [{ sig: '' }] };
}

test('SPDX 2.3: names, versions and types, each package once', () => {
  assert.deepEqual(readSbom(SPDX, SUBJECT), {
    ok: true,
    format: 'spdx',
    attested: false,
    packages: PACKAGES,
    truncated: false,
  });
});

test('SPDX 3.0', () => {
  const graph = [
    {
      type: 'software_Package',
      name: 'pgaudit_17',
      software_packageVersion: '17.1-1PGDG.rhel9',
      software_packageUrl: 'pkg:rpm/redhat/pgaudit_17@17.1',
    },
    { type: 'software_File', name: '/bin/sh' },
  ];
  const reading = readSbom({ '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': graph }, SUBJECT);
  assert.deepEqual(reading.ok && reading.packages, [{ name: 'pgaudit_17', version: '17.1-1PGDG.rhel9', type: 'rpm' }]);
});

test('CycloneDX, with components in components and without files', () => {
  const document = {
    bomFormat: 'CycloneDX',
    components: [
      {
        type: 'library',
        name: 'a',
        version: '1',
        purl: 'pkg:deb/debian/a@1',
        components: [{ type: 'library', group: '@scope', name: 'b', version: '2', purl: 'pkg:npm/%40scope/b@2' }],
      },
      { type: 'file', name: '/etc/passwd' },
    ],
  };
  const reading = readSbom(document, SUBJECT);
  assert.deepEqual(reading.ok && [reading.format, ...reading.packages.map(({ name, type }) => `${name} ${type}`)], [
    'cyclonedx',
    '@scope/b npm',
    'a deb',
  ]);
});

for (const [name, document] of [
  ['a statement of BuildKit', statement(SPDX)],
  ['a DSSE envelope', envelope(statement(SPDX))],
  [
    'a sigstore bundle',
    { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', dsseEnvelope: envelope(statement(SPDX)) },
  ],
  ["cosign's custom predicate", envelope(statement({ Data: JSON.stringify(SPDX), Timestamp: '' }))],
] as const) {
  test(`SPDX inside ${name}`, () => {
    assert.deepEqual(readSbom(document, SUBJECT), {
      ok: true,
      format: 'spdx',
      attested: true,
      packages: PACKAGES,
      truncated: false,
    });
  });
}

for (const [name, document, problem] of [
  ['about another image', statement(SPDX, 'b'.repeat(64)), /another image/],
  ['about nothing', { ...statement(SPDX), subject: undefined }, /another image/],
  ['with a payload of another sort', envelope(statement(SPDX), 'text/plain'), /no in-toto/],
  ['with a payload that is not JSON', { ...envelope({}), payload: 'AA!' }, /not JSON/],
  ['of an unknown format', { hello: 'world' }, /neither SPDX nor CycloneDX/],
  ['that is no object', [1, 2], /neither/],
] as const) {
  test(`refused: a document ${name}`, () => {
    const reading = readSbom(document, SUBJECT);
    assert.ok(!reading.ok);
    assert.match(reading.problem, problem);
  });
}

test('bounded: a huge list is cut and says so', () => {
  const packages = Array.from({ length: MOST_PACKAGES + 5 }, (_, n) => ({ name: `p${n}`, versionInfo: '1' }));
  const reading = readSbom({ spdxVersion: 'SPDX-2.3', packages }, SUBJECT);
  assert.deepEqual(reading.ok && [reading.packages.length, reading.truncated], [MOST_PACKAGES, true]);
});
