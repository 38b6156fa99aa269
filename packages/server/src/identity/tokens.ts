/** API tokens: of programs, of robots, of agents. */
import { randomUUID } from 'node:crypto';
import { PERMISSIONS, type Token, type TokenCreated, type TokenInput, type TokenRotation } from '@pharos/contract';
import { accessOf, boundedBy, type Grant, intersect } from '@pharos/library';
import type { Store } from '@pharos/store';
import { found, notFound, ProblemError } from '../problem.ts';
import type { Principal } from './principal.ts';
import { checkScope } from './scope.ts';
import { newToken, sha256, tokenPrefix } from './secret.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 365;

/** Who a token is; null: nobody. */
export async function tokenPrincipal(store: Store, token: string, now: Date): Promise<Principal | null> {
  const row = await store.tokens.use(sha256(token), now);
  if (row === null) return null;
  const { owner } = row;
  const own: Grant[] | null = row.role === null ? null : [{ role: row.role, scope: 'everywhere' }];
  // Never more than the owner may at this moment; a token without a role is its robot.
  const given = own === null ? accessOf(owner?.grants ?? []) : accessOf(own);
  const access = own !== null && owner !== null ? intersect(given, accessOf(owner.grants)) : given;
  return {
    name: owner?.kind === 'robot' ? `${owner.name}/${row.name}` : row.name,
    kind: 'token',
    access: boundedBy(access, row.scopes),
    grants: own ?? owner?.grants ?? [],
    userId: owner?.id ?? null,
    hasPassword: false,
    expiresAt: null,
  };
}

/** Makes a token, shown this once. Throws `invalid-input`, `not-found` for a robot that is none. */
export async function createToken(store: Store, input: TokenInput, by: Principal, now: Date): Promise<TokenCreated> {
  const { name, role = null, robotId, scopes = [] } = input;
  const expiresAt = expiryOf(input, role === 'agent', now);
  scopes.forEach((scope, index) => {
    checkTokenScope(scope, `scopes.${index}`);
  });
  if (role === 'agent' && (robotId !== undefined || scopes.length > 0)) {
    throw invalid(
      robotId === undefined ? 'scopes' : 'robotId',
      'must be left out: a token of an agent belongs to no robot and has no scopes',
    );
  }
  if (robotId !== undefined && found(await store.users.get(robotId), 'The robot').kind !== 'robot') {
    throw invalid('robotId', 'must be a robot: a token for a person is made by that person');
  }
  const ownerId = role === 'agent' ? null : (robotId ?? by.userId);
  const token = newToken();
  const id = randomUUID();
  const kept = { id, name, role, scopes, ownerId, prefix: tokenPrefix(token), sha256: sha256(token) };
  await store.tokens.create({ ...kept, createdBy: by.name, expiresAt }, now);
  return { id, token, expiresAt: expiresAt?.toISOString() ?? null };
}

/** Gives a token a new secret; the old one works for `graceSeconds` more. */
export async function rotateToken(store: Store, id: string, input: TokenRotation, now: Date): Promise<TokenCreated> {
  const before: Token = found(await store.tokens.get(id, now), 'The token');
  const expiresAt = expiryOf(input, before.role === 'agent', now);
  const token = newToken();
  const next = { sha256: sha256(token), prefix: tokenPrefix(token), expiresAt };
  const oldUntil = new Date(now.getTime() + input.graceSeconds * 1000);
  if (!(await store.tokens.rotate(id, { ...next, oldUntil }))) throw notFound('The token');
  return { id, token, expiresAt: expiresAt?.toISOString() ?? null };
}

function checkTokenScope(scope: string, path: string): void {
  if (!scope.startsWith('permission:')) {
    checkScope(scope, path);
    return;
  }
  const name = scope.slice('permission:'.length);
  if (!(PERMISSIONS as readonly string[]).includes(name) || name === 'public') {
    throw invalid(path, `must be one of ${PERMISSIONS.filter((each) => each !== 'public').join(', ')}`);
  }
}

/** 30 days unless said otherwise, at most 365; agents' tokens may live for ever, for nobody renews them. */
function expiryOf(input: { expiresAt?: string | null | undefined }, isAgent: boolean, now: Date): Date | null {
  const given = input.expiresAt;
  if (given === undefined) return isAgent ? null : daysFrom(now, DEFAULT_DAYS);
  if (given === null) {
    if (isAgent) return null;
    throw invalid('expiresAt', 'must be given: only tokens of agents may live for ever');
  }
  const at = new Date(given);
  if (at <= now) throw invalid('expiresAt', 'must be in the future');
  if (at > daysFrom(now, MAX_DAYS)) throw invalid('expiresAt', `must be within ${MAX_DAYS} days`);
  return at;
}

function daysFrom(now: Date, days: number): Date {
  return new Date(now.getTime() + days * DAY_MS);
}

function invalid(path: string, message: string): ProblemError {
  return new ProblemError('invalid-input', `${path} ${message}.`, { errors: [{ path, message }] });
}
