import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesPath, isFiles, placesByRegistry } from './places.ts';

test('places are grouped by registry, whatever order they come in', () => {
  const place = (registryId: string, name: string) => ({
    registryId,
    registry: registryId.toUpperCase(),
    host: `${registryId}.example`,
    locationId: 'here',
    repositoryId: 'x',
    repository: 'postgresql',
    name,
  });
  const groups = placesByRegistry([place('a', '17'), place('b', '17'), place('a', '17.5')]);
  assert.deepEqual(
    groups.map(({ registry, tags }) => [registry, tags.map(({ name }) => name)]),
    [
      ['A', ['17', '17.5']],
      ['B', ['17']],
    ],
  );
});

test('an address of files is told from a host', () => {
  assert.ok(isFiles('oci-layout:/mnt/images'));
  assert.ok(!isFiles('oci-layout.example'));
  assert.equal(filesPath('oci-layout:/mnt/images'), '/mnt/images');
});
