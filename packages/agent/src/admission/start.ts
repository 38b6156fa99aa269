/** Admission control on its own, for those who bring a client: its libraries are loaded when it is started, not before. */
import type { Client } from '@pharos/contract';
import { ControlPlane } from '../control-plane.ts';
import type { AdmissionControl, AdmissionOptions } from './control.ts';

/** Starts it. @throws AgentError `admission-listen-failed`, `admission-certificate-unusable` */
export async function startAdmission(
  options: Omit<AdmissionOptions, 'controlPlane'> & { readonly client: Client },
): Promise<AdmissionControl> {
  const control = await import('./control.ts');
  const { client, ...rest } = options;
  return control.startAdmission({ ...rest, controlPlane: new ControlPlane(client, options.log) });
}
