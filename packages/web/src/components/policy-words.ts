import type { PolicyEffect, PolicyException } from '@pharos/contract';

export const EFFECT_WORDS: Readonly<Record<PolicyEffect, string>> = {
  require: 'has to pass before an approval',
  approve: 'approves by itself',
  reject: 'rejects by itself',
  advise: 'is told only',
};

export const EXCEPTION_WORDS: Readonly<Record<PolicyException['state'], string>> = {
  asked: 'Waits for another person',
  holds: 'Holds',
  expired: 'Has ended',
  revoked: 'Revoked',
};
