import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { AgentError } from './agent-error.ts';
import { writeWhole } from './write-file.ts';

/** PKCS #8, base64url. */
const StoredKey = z.string().min(1);

const Signing = z.object({
  /** 0: not joined yet, the server does not know the key. */
  generation: z.number().int().min(0),
  key: StoredKey,
  /** The key that was offered as the next one; whether the server took it is not known. */
  next: StoredKey.nullable(),
  /** SHA-256 of the join token, so that another one in the file makes the agent join again. */
  joinedWith: z.string(),
});

/** The Ed25519 key that the agent signs its calls with. */
export type Signing = z.infer<typeof Signing>;

const IdentityFile = z.object({
  id: z.uuid(),
  epoch: z.number().int().min(0),
  privateKey: z.string().min(1),
  signing: Signing.nullable().default(null),
});

/** Who this agent is. `epoch` has risen by one since the last start; the control plane refuses lower ones. */
export interface Identity {
  id: string;
  epoch: number;
  privateKey: KeyObject;
  /** Raw 32 bytes as base64url: credentials are sealed to it. */
  publicKey: string;
  /** null: it has never joined, and calls with an access token. */
  readonly signing: Signing | null;
  saveSigning(signing: Signing): Promise<void>;
  /** Lets another agent use the state folder. */
  release(): Promise<void>;
}

/**
 * Takes the state folder for this process and reads the identity from `agent.json` (mode 0600), making it at the first
 * start. A damaged file is no reason to make a new one by itself: it would leave the old agent's rows behind.
 * @throws AgentError `state-directory-in-use`, `state-directory-unusable`
 */
export async function openIdentity(stateDir: string): Promise<Identity> {
  const folder = await makeFolder(stateDir);
  const release = await holdFolder(folder);
  try {
    const path = join(folder, 'agent.json');
    const stored = await readIdentity(path);
    const next = { ...stored, epoch: stored.epoch + 1 };
    await writeWhole(path, [`${JSON.stringify(next, null, 2)}\n`]);
    const privateKey = createPrivateKey({
      key: Buffer.from(next.privateKey, 'base64url'),
      format: 'der',
      type: 'pkcs8',
    });
    const { x } = privateKey.export({ format: 'jwk' });
    let { signing } = next;
    return {
      id: next.id,
      epoch: next.epoch,
      privateKey,
      publicKey: x!,
      get signing() {
        return signing;
      },
      saveSigning: async (changed) => {
        await writeWhole(path, [`${JSON.stringify({ ...next, signing: changed }, null, 2)}\n`]);
        signing = changed;
      },
      release,
    };
  } catch (error) {
    await release();
    if (error instanceof AgentError) throw error;
    throw unusable(stateDir, error);
  }
}

async function makeFolder(stateDir: string): Promise<string> {
  try {
    await mkdir(stateDir, { recursive: true, mode: 0o700 });
    await chmod(stateDir, 0o700).catch(() => {});
    return await realpath(stateDir);
  } catch (error) {
    throw unusable(stateDir, error);
  }
}

function unusable(stateDir: string, cause: unknown): AgentError {
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'unreadable agent.json';
  return new AgentError('state-directory-unusable', `The state folder ${stateDir} cannot be used (${reason}).`, {
    cause,
  });
}

async function readIdentity(path: string): Promise<z.infer<typeof IdentityFile>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const { privateKey } = generateKeyPairSync('x25519');
    const der = privateKey.export({ format: 'der', type: 'pkcs8' });
    return { id: randomUUID(), epoch: 0, privateKey: der.toString('base64url'), signing: null };
  }
  return IdentityFile.parse(JSON.parse(text));
}

/**
 * Holds an abstract socket (Linux: a name without a file) derived from the folder. The kernel frees it when the process
 * ends in whatever way, so that there is no stale lock after kill -9 and no process id to compare.
 */
async function holdFolder(folder: string): Promise<() => Promise<void>> {
  const name = `\0pharos-agent-${createHash('sha256').update(folder).digest('hex').slice(0, 40)}`;
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(new AgentError('state-directory-in-use', `Another agent uses the state folder ${folder}.`));
    });
    server.listen(name, resolve);
  });
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}
