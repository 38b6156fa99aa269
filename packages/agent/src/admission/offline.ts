/** Admission control without a running agent: what its cluster needs, and what it would decide. */
import { readFile } from 'node:fs/promises';
import type { AdmissionAnswer } from '@pharos/contract';
import { admissionManifest, checkObject } from '@pharos/library';
import { AgentError } from '../agent-error.ts';
import type { AgentFile } from '../config.ts';
import { SnapshotKeeper } from './snapshot-keeper.ts';

export interface AdmissionObjectOptions {
  readonly stateDir: string;
  /** PEM of the authority, when it is not the agent's own. */
  readonly caFile?: string | undefined;
  readonly selector: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
}

/**
 * The objects that make a cluster ask this agent.
 * @throws AgentError `admission-off`, `admission-certificate-unusable`
 */
export async function admissionObjects(
  config: AgentFile,
  { stateDir, caFile, selector, timeoutSeconds }: AdmissionObjectOptions,
): Promise<Record<string, unknown>[]> {
  const { admission } = config;
  if (admission === null) throw off();
  const { service, port, exemptNamespaces, failurePolicy, pinTags } = admission;
  return admissionManifest({
    ...service,
    port,
    caBundle: await authority(admission, stateDir, caFile),
    selector,
    exemptNamespaces,
    failurePolicy,
    pinTags,
    timeoutSeconds,
  });
}

async function authority(
  admission: NonNullable<AgentFile['admission']>,
  stateDir: string,
  caFile: string | undefined,
): Promise<string> {
  if (caFile !== undefined) return readFile(caFile, 'utf8');
  const { servingCertificate } = await import('./certificate.ts');
  const { ca } = await servingCertificate(admission, stateDir, new Date());
  if (ca !== null) return ca;
  throw new AgentError('admission-certificate-unusable', 'Nothing says which authority signed the certificate.');
}

/**
 * What would be decided of objects by the snapshot in an agent's state folder.
 * @throws AgentError `admission-snapshot-missing`
 */
export async function checkOffline(
  config: AgentFile,
  stateDir: string,
  objects: readonly Readonly<Record<string, unknown>>[],
): Promise<{ generation: number; issuedAt: string; items: AdmissionAnswer[] }> {
  const keeper = new SnapshotKeeper(stateDir, config.locationId, config.admission?.publicKey ?? null);
  await keeper.load();
  const { held } = keeper;
  if (held === null) {
    const message = keeper.problem || `There is no snapshot of ${config.locationId} in ${stateDir}.`;
    throw new AgentError('admission-snapshot-missing', message);
  }
  const { generation, issuedAt } = held.header;
  const contact = config.admission?.contact ?? '';
  const ground = { facts: held.index, why: '', now: new Date(), contact };
  return { generation, issuedAt, items: objects.map((object) => checkObject(object, ground)) };
}

function off(): AgentError {
  return new AgentError('admission-off', 'The agent file does not switch admission control on.');
}
