/** What the identities of all clouds have in common: their SDKs are optional, and their tokens go to the cloud's own hosts only. */
import { RegistryError } from '../errors.ts';

/** Where an identity is used and who wrote that down. */
export interface IdentityPlace {
  /** Host without port. */
  hostname: string;
  /** The registry was described by whoever runs this agent, in its own file, and not by the control plane. */
  fromOwnFile: boolean;
}

/**
 * Loads an SDK when it is first used, so that whoever signs in otherwise pays nothing for it.
 * @throws RegistryError `sdk-missing`
 */
export async function loadSdk<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new RegistryError({
      code: 'sdk-missing',
      message: `This sign-in needs the package ${name}, which is not installed here.`,
    });
  }
}

/**
 * Refuses to use what the agent's machine is trusted with at a host that is not the cloud's: its tokens open everything
 * that this identity may read, and a registry of a stranger would keep them.
 * @throws RegistryError `identity-host-refused`
 */
export function checkIdentityHost(place: IdentityPlace, hosts: RegExp, cloud: string): void {
  if (place.fromOwnFile || hosts.test(place.hostname)) return;
  throw new RegistryError({
    code: 'identity-host-refused',
    message: `${place.hostname} is not a registry of ${cloud}, so the identity is not shown to it.`,
  });
}

const MAX_WAIT_MS = 60_000;

/** The SDKs have time-outs and retries of their own, some of them long; a scan waits so long and no longer. @throws RegistryError `identity-failed` */
export async function inTime<T>(cloud: string, work: Promise<T>, ms = MAX_WAIT_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(identityError({ cloud, kind: 'failed', detail: 'Timeout' })), ms);
  });
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
  }
}

/** A sign-in that lacks a part or has one too many. */
export function incomplete(message: string, hint: string): RegistryError {
  return new RegistryError({ code: 'authentication-invalid', message, hint });
}

/** How an identity service failed. `detail` is a short technical word of the SDK; never its message, which may quote a secret. */
export function identityError(what: {
  cloud: string;
  kind: 'missing' | 'refused' | 'failed';
  detail?: string | undefined;
}): RegistryError {
  const detail = what.detail !== undefined && /^[A-Za-z][\w.-]{0,63}$/.test(what.detail) ? what.detail : undefined;
  const told = detail === undefined ? '' : ` (${detail})`;
  if (what.kind === 'missing') {
    return new RegistryError({
      code: 'identity-missing',
      message: `No identity of ${what.cloud} was found where the agent runs${told}.`,
      evidence: detail,
    });
  }
  return new RegistryError({
    code: 'identity-failed',
    message:
      what.kind === 'refused'
        ? `${what.cloud} does not accept this identity${told}.`
        : `The identity service of ${what.cloud} gave no token${told}.`,
    transient: what.kind === 'failed',
    evidence: detail,
  });
}

/** The life that a JSON Web Token states of itself, in milliseconds, without trusting either clock; null when it states none. */
export function jwtLifeMs(token: string): number | null {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
      exp?: unknown;
      iat?: unknown;
    };
    const life = Number(claims.exp) - Number(claims.iat);
    return Number.isFinite(life) && life > 0 ? life * 1000 : null;
  } catch {
    return null;
  }
}
