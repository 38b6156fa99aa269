/** People, clocks and an agent that does all it is told, for tests of what governs clusters. Not exported. */
import assert from 'node:assert/strict';
import type { DispatchTask, Weekday } from '@pharos/contract';
import type { Context } from '../context.ts';
import type { CallOptions, makeAgent, TestServer } from '../testing.ts';
import { testContext } from '../testing-context.ts';

const HOUR = 3_600_000;

/** A person who may change clusters everywhere, signed in. */
export async function joinAs(it: TestServer, name: string, role = 'consumer'): Promise<CallOptions> {
  const grants = [{ role, scope: 'everywhere' }];
  const made = await it.call('createUser', { body: { name, grants, kind: 'person' } });
  assert.equal(made.status, 201, made.text);
  const token = made.body.link.url.split('?token=')[1];
  const answer = await it.call('signInByLink', { body: { token, password: 'correct horse battery' } }, { token: null });
  const cookie = (answer.headers.getSetCookie()[0] ?? '').split(';')[0] as string;
  return { token: null, headers: { cookie, 'sec-fetch-site': 'same-origin' } };
}

/** Another server over the same database, whose clock is some hours ahead. */
export function serverIn({ store }: TestServer, hours: number): Context {
  return { ...testContext(store), now: () => new Date(Date.now() + hours * HOUR) };
}

/** Opens in three hours, for one. */
export function windowSoon() {
  const opens = new Date(Date.now() + 3 * HOUR);
  const days: Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
  return { days, from: opens.toISOString().slice(11, 16), minutes: 60, timeZone: 'UTC' };
}

/** A generator with a seed (mulberry32): a failure names it. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

const DONE = { code: null, message: '', hint: null } as const;

/** The agent applies all that it is handed, or says why it cannot; answers that. */
export async function applyAll(
  agent: ReturnType<typeof makeAgent>,
  failure: { code: string; message: string; hint: string } | null = null,
): Promise<DispatchTask[]> {
  const { body } = await agent.call('agentDispatches', { query: { agentId: agent.agentId, epoch: 1 } });
  for (const task of body.tasks) {
    const said = { agentId: agent.agentId, fence: task.fence, generation: task.generation, status: [] };
    const state = failure !== null ? 'failed' : task.task === 'delete' ? 'deleted' : 'applied';
    const report = { ...said, state, ...(failure ?? DONE) };
    const answer = await agent.call('agentDispatchReport', { params: { id: task.id }, body: report });
    // What the server's own watch replaced meanwhile comes again, newer.
    assert.ok(answer.status === 204 || answer.body.code === 'conflict', answer.text);
  }
  return body.tasks;
}
