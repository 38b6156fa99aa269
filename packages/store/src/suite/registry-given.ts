import { randomUUID } from 'node:crypto';
import type { FileRegistry, RegistryReading, RuleSpec } from '@pharos/contract';
import { StoreError } from '../errors.ts';
import { T0 } from './given.ts';

export const code = (expected: string) => (error: unknown) => error instanceof StoreError && error.code === expected;

export const RULE: RuleSpec = {
  name: 'Postgres',
  enabled: true,
  registryId: null,
  kind: 'postgres',
  description: 'Community PostgreSQL',
  repositories: { include: ['postgresql'], exclude: [] },
  tags: [{ include: ['17.*'], exclude: [], order: 'version' }],
};

export const FILE_REGISTRY: FileRegistry = {
  id: randomUUID(),
  name: 'From the file',
  url: 'file.example',
  provider: 'auto',
  apiUrl: null,
  budget: { requestsPerDay: null, concurrency: null },
  authentication: { type: 'basic', username: 'reader' },
  tls: { caCerts: '', skipVerify: true, plainHttp: false },
  intervalSeconds: 60,
  isSample: false,
  isDefault: true,
};

export const READING: RegistryReading = {
  dialect: 'harbor',
  product: 'Harbor',
  detectedBy: null,
  bulk: true,
  quota: null,
  spentToday: 0,
  pausedUntil: null,
  breaker: 'closed',
  concurrency: 8,
  at: T0.toISOString(),
};
