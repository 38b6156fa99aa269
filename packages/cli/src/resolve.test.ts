import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, createClient } from '@pharos/contract';
import * as resolve from './resolve.ts';

type Finder = (client: Client, name: string) => Promise<{ id: string }>;
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

/** Everything that something of any kind is called by. */
const thing = (n: number, name: string) => ({
  ...{ id: id(n), name, key: name, pattern: name, registry: name, registryId: id(900 + n), url: `https://${name}` },
  ...{
    namespace: 'team',
    location: 'here',
    host: 'registry.example.com',
    source: 'ui',
    prefix: 'pharos_',
    baseUrl: 'b',
  },
  locationId: 'here',
});

/** A control plane whose every list holds these, two to a page, and that knows each by its id. */
function clientOf(things: ReturnType<typeof thing>[]): Client {
  const answer = (status: number, body: unknown) =>
    Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } }));
  const fetch = (input: string | URL | Request) => {
    const { pathname, searchParams } = new URL(String(input));
    const found = things.find((one) => one.id === pathname.split('/').at(-1));
    if (found) return answer(200, found);
    if (/[0-9a-f]{8}-/.test(pathname)) {
      return answer(404, { type: 'about:blank', status: 404, code: 'not-found', title: 'No', detail: 'No.', hint: '' });
    }
    const from = Number(searchParams.get('cursor') ?? 0);
    const next = from + 2 < things.length ? String(from + 2) : null;
    return answer(200, { items: things.slice(from, from + 2), next, total: things.length });
  };
  return createClient({ baseUrl: 'http://here', token: null, fetch } as unknown as Parameters<typeof createClient>[0]);
}

const finders = Object.entries(resolve).filter(([name]) => /^find(?!TagOf)/.test(name)) as [string, Finder][];

test('whatever the kind: by id, by name on whatever page, unknown with the list to look at, ambiguous with the choices', async () => {
  assert.equal(finders.length, 17);
  const client = clientOf([thing(1, 'a'), thing(2, 'b'), thing(3, 'c'), thing(4, 'twice'), thing(5, 'twice')]);
  for (const [name, find] of finders) {
    assert.equal((await find(client, id(2))).id, id(2), `${name} by id`);
    assert.equal((await find(client, 'c')).id, id(3), `${name} by name, on the second page`);
    for (const lost of ['nowhere', id(77)]) {
      await assert.rejects(find(client, lost), (error: { code: string; hint: string; exitCode: number }) => {
        assert.deepEqual([error.code, error.exitCode], ['not-found', 3], name);
        assert.match(error.hint, /^See "pharos [a-z -]+"\.$/, name);
        return true;
      });
    }
    await assert.rejects(find(client, 'twice'), (error: { code: string; hint: string; exitCode: number }) => {
      assert.deepEqual([error.code, error.exitCode], ['name-ambiguous', 2], name);
      assert.match(error.hint, /^Use one of: .+, .+\.$/, name);
      return true;
    });
  }
});

test('names as people write them: case, addresses, where it is', async () => {
  const client = clientOf([thing(1, 'granite'), thing(2, 'other')]);
  for (const [find, name] of [
    [resolve.findHcpTag, ' Granite'],
    [resolve.findUser, 'GRANITE'],
    [resolve.findTeam, 'Granite'],
    [resolve.findModel, 'Granite'],
    [resolve.findRegistry, 'https://granite'],
    [resolve.findCluster, 'team/granite'],
    [resolve.findModelDeployment, 'team/granite'],
    [resolve.findRepository, 'registry.example.com/granite'],
  ] as [Finder, string][]) {
    assert.equal((await find(client, name)).id, id(1), name);
  }
  await assert.rejects(resolve.findPolicy(client, 'Granite'), /There is no policy "Granite"/);
});
