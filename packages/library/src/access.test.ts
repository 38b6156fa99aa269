import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PERMISSIONS, ROLE_PERMISSIONS, type Role, SCOPED_PERMISSIONS } from '@pharos/contract';
import {
  ALL_PLACES,
  accessOf,
  areaForSql,
  areaOf,
  boundedBy,
  covers,
  type Grant,
  intersect,
  type Place,
  reachOf,
} from './access.ts';
import { PatternError } from './pattern-error.ts';

const place = (locationId: string | null, repository: string | null): Place => ({ locationId, repository });
const areas = (access: ReturnType<typeof accessOf>, permission: (typeof PERMISSIONS)[number]) => {
  const reach = reachOf(access, permission);
  return reach === 'everywhere' ? [{ locationId: null, patterns: [] }] : reach;
};

test('a role everywhere gives exactly its permissions', () => {
  for (const role of Object.keys(ROLE_PERMISSIONS) as Role[]) {
    const access = accessOf([{ role, scope: 'everywhere' }]);
    for (const permission of PERMISSIONS) {
      const expected = permission === 'public' || ROLE_PERMISSIONS[role].includes(permission) ? 'everywhere' : [];
      assert.deepEqual(reachOf(access, permission), expected, `${role} ${permission}`);
    }
  }
});

test('a role with a scope never gives what cannot be held for a part', () => {
  for (const scope of ['location:eu', 'repositories:edb/**']) {
    const access = accessOf([{ role: 'admin', scope }]);
    for (const permission of PERMISSIONS) {
      if (permission === 'public' || permission === 'session') continue;
      const reach = reachOf(access, permission);
      assert.notEqual(reach, 'everywhere', permission);
      if (!SCOPED_PERMISSIONS.has(permission)) assert.deepEqual(reach, [], permission);
      assert.equal(covers(areas(access, permission), ALL_PLACES), false, permission);
    }
    assert.equal(reachOf(access, 'session'), 'everywhere');
  }
});

test('places lie in a location, or match a pattern; a whole location is more than its repositories', () => {
  const location = areas(accessOf([{ role: 'curator', scope: 'location:eu' }]), 'rules:write');
  assert.equal(covers(location, place('eu', null)), true);
  assert.equal(covers(location, place('eu', 'a/b')), true);
  assert.equal(covers(location, place('us', 'a/b')), false);
  const pattern = areas(accessOf([{ role: 'curator', scope: 'repositories:edb/*' }]), 'rules:write');
  assert.equal(covers(pattern, place('eu', 'edb/pg')), true);
  assert.equal(covers(pattern, place('us', 'edb/pg')), true);
  assert.equal(covers(pattern, place('eu', 'edb/pg/extra')), false, 'one star stays within a component');
  assert.equal(covers(pattern, place('eu', 'other')), false);
  assert.equal(covers(pattern, place('eu', null)), false);
});

test('roles add up, and a permission held in one place says nothing of another', () => {
  const access = accessOf([
    { role: 'viewer', scope: 'location:eu' },
    { role: 'curator', scope: 'location:us' },
  ]);
  assert.equal(covers(areas(access, 'library:read'), place('eu', 'a')), true);
  assert.equal(covers(areas(access, 'library:read'), place('us', 'a')), true);
  assert.equal(covers(areas(access, 'rules:write'), place('eu', 'a')), false);
  assert.equal(covers(areas(access, 'rules:write'), place('us', 'a')), true);
});

test('what two accesses have in common is never more than either', () => {
  const scopes = ['everywhere', 'location:eu', 'location:us', 'repositories:edb/**', 'repositories:*/pg'];
  const roles: Role[] = ['viewer', 'curator', 'admin'];
  const lists: Grant[][] = scopes.flatMap((scope) => roles.map((role) => [{ role, scope }]));
  const places = [
    ALL_PLACES,
    place('eu', null),
    ...['eu', 'us'].flatMap((id) => ['edb/pg', 'edb/a/b', 'x/pg', 'y'].map((name) => place(id, name))),
  ];
  for (const one of lists) {
    for (const other of lists) {
      const [a, b] = [accessOf(one), accessOf(other)];
      const both = intersect(a, b);
      for (const permission of PERMISSIONS) {
        if (permission === 'public') continue;
        for (const each of places) {
          const expected: boolean = covers(areas(a, permission), each) && covers(areas(b, permission), each);
          assert.equal(covers(areas(both, permission), each), expected, JSON.stringify([one, other, permission, each]));
        }
      }
    }
  }
});

test('the scopes of a token bound it, and one that cannot be read bounds it to nothing', () => {
  const admin = accessOf([{ role: 'admin', scope: 'everywhere' }]);
  assert.deepEqual(boundedBy(admin, []), admin);
  const placed = boundedBy(admin, ['location:eu', 'repositories:edb/**']);
  assert.equal(covers(areas(placed, 'rules:write'), place('us', 'edb/pg')), true);
  assert.equal(covers(areas(placed, 'rules:write'), place('eu', 'x')), true);
  assert.equal(covers(areas(placed, 'rules:write'), place('us', 'x')), false);
  assert.deepEqual(reachOf(placed, 'users:manage'), []);
  const named = boundedBy(admin, ['permission:library:read']);
  assert.deepEqual([...named.keys()].sort(), ['library:read', 'session']);
  const viewer = accessOf([{ role: 'viewer', scope: 'everywhere' }]);
  assert.deepEqual([...boundedBy(viewer, ['permission:rules:write']).keys()], ['session']);
  assert.deepEqual([...boundedBy(admin, ['repositories:re:.*']).keys()], ['session']);
});

test('scopes that cannot be read are refused on writing, and give nothing on reading', () => {
  assert.equal(areaOf('somewhere'), null);
  assert.equal(areaOf('location:'), null);
  for (const scope of ['repositories:', 'repositories:re:.*', 'repositories:a b', 'repositories:[']) {
    assert.throws(() => areaOf(scope), PatternError, scope);
    assert.deepEqual([...accessOf([{ role: 'admin', scope }]).keys()], ['session'], scope);
  }
  assert.deepEqual(areaForSql({ locationId: null, patterns: ['a.b/*'] }), {
    location: null,
    patterns: ['^(?:a\\.b/[^/]*)$'],
  });
});
