import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { Given } from './given.ts';
import { hours, T0 } from './given.ts';

const [ONE, TWO, THREE] = ['A', 'B', 'C'].map((letter) => letter.repeat(43)) as [string, string, string];

/** Join tokens and the keys of agents. */
export function agentKeysSuite(given: () => Promise<Given>): void {
  const token = async ({ store }: Given, sha256: string) => {
    const id = randomUUID();
    const expiresAt = hours(1);
    await store.agentKeys.createToken({ id, sha256, name: 'new', locationId: 'eu', createdBy: 'ada', expiresAt }, T0);
    return id;
  };

  it('a join token joins one agent once; its answer may be asked for again', async () => {
    const all = await given();
    const { agentKeys } = all.store;
    const [tokenSha256, agentId] = [randomUUID(), randomUUID()];
    const id = await token(all, tokenSha256);
    const key = await agentKeys.join({ tokenSha256, agentId, publicKey: ONE }, T0);
    assert.deepEqual([key?.locationId, key?.generation, key?.publicKey], ['eu', 1, ONE]);
    assert.deepEqual(await agentKeys.join({ tokenSha256, agentId, publicKey: ONE }, hours(3)), key);
    assert.equal(await agentKeys.join({ tokenSha256, agentId, publicKey: TWO }, T0), null, 'another key');
    assert.equal(
      await agentKeys.join({ tokenSha256, agentId: randomUUID(), publicKey: ONE }, T0),
      null,
      'another agent',
    );
    const [shown] = (await agentKeys.tokens({ limit: 10 }, T0)).items.filter((each) => each.id === id);
    assert.deepEqual([shown?.state, shown?.agentId], ['used', agentId]);
    assert.ok(!JSON.stringify(shown).includes(tokenSha256));
  });

  it('two agents that come at once with one token: one joins', async () => {
    const all = await given();
    const tokenSha256 = randomUUID();
    await token(all, tokenSha256);
    const joins = await Promise.all(
      Array.from({ length: 4 }, () =>
        all.store.agentKeys.join({ tokenSha256, agentId: randomUUID(), publicKey: ONE }, T0),
      ),
    );
    assert.equal(joins.filter((key) => key !== null).length, 1);
  });

  it('a token that is too old, or taken back, joins nobody', async () => {
    const all = await given();
    const { agentKeys } = all.store;
    const [old, gone] = [randomUUID(), randomUUID()];
    await token(all, old);
    assert.equal(await agentKeys.removeToken(await token(all, gone)), true);
    const agentId = randomUUID();
    assert.equal(await agentKeys.join({ tokenSha256: old, agentId, publicKey: ONE }, hours(2)), null);
    assert.equal(await agentKeys.join({ tokenSha256: gone, agentId, publicKey: ONE }, T0), null);
    assert.equal(await agentKeys.get(agentId), null);
  });

  it('the next key takes the place of the one of its generation, once; a revoked one never', async () => {
    const all = await given();
    const { agentKeys } = all.store;
    const [tokenSha256, agentId] = [randomUUID(), randomUUID()];
    await token(all, tokenSha256);
    await agentKeys.join({ tokenSha256, agentId, publicKey: ONE }, T0);
    const rotated = await agentKeys.rotate({ agentId, generation: 1, publicKey: TWO });
    assert.deepEqual([rotated?.generation, rotated?.publicKey, rotated?.previousPublicKey], [2, TWO, ONE]);
    assert.deepEqual(await agentKeys.rotate({ agentId, generation: 1, publicKey: TWO }), rotated, 'said twice');
    assert.equal(await agentKeys.rotate({ agentId, generation: 1, publicKey: THREE }), null, 'a copy of the first');
    assert.equal(await agentKeys.revoke(agentId, T0), true);
    assert.equal(await agentKeys.rotate({ agentId, generation: 2, publicKey: THREE }), null);
    assert.equal((await agentKeys.get(agentId))?.isRevoked, true);
  });
}
