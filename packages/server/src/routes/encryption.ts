import type { Encryption } from '@pharos/contract';
import type { Context } from '../context.ts';
import type { KeyChange } from '../keyring.ts';
import { ProblemError } from '../problem.ts';
import { resealAll } from '../resealing.ts';
import type { Handlers } from '../route.ts';

type Names = 'getEncryption' | 'rotateEncryptionKey' | 'forgetEncryptionKeys';

/** The keys that secrets rest under. */
export function encryptionHandlers(context: Context): Pick<Handlers, Names> {
  const { store, key, log } = context;
  return {
    getEncryption: () => encryptionOf(context),
    rotateEncryptionKey: async () => {
      await changeOf(key).rotate();
      const done = await resealAll(context);
      log.info({ ...done, key: key.current().id }, 'secrets rest under a new key');
      return encryptionOf(context);
    },
    forgetEncryptionKeys: async () => {
      const counts = await store.sealedSecrets.counts();
      // A text of the first form may need any of them.
      const isOpen = counts.every((each) => each.key !== null);
      const change = changeOf(key);
      if (isOpen) await change.keepOnly(new Set(counts.map((each) => each.key!)));
      return encryptionOf(context);
    },
  };
}

function changeOf({ change, source }: Context['key']): KeyChange {
  if (change !== null) return change;
  const place = source === 'command' ? 'the program that prints them' : 'PHAROS_ENCRYPTION_KEY';
  throw new ProblemError('conflict', `The keys come from ${place}, where Pharos cannot change them.`, {
    hint: 'Put the new key after the old one and restart every replica; then put it first and restart them again.',
  });
}

async function encryptionOf({ store, key }: Context): Promise<Encryption> {
  const counts = new Map((await store.sealedSecrets.counts()).map((each) => [each.key, each.n]));
  const current = key.current().id;
  const keys = key.all().map(({ id }) => ({ id, isCurrent: id === current, sealed: counts.get(id) ?? 0 }));
  const known = keys.reduce((sum, each) => sum + each.sealed, 0);
  const all = [...counts.values()].reduce((sum, n) => sum + n, 0);
  return { source: key.source, keys, unknown: all - known };
}
