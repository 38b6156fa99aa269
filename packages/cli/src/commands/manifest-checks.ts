/** What the operator would say of a manifest, as warnings beside what is printed. */
import type { ManifestCheck } from '@pharos/contract';
import type { Output } from '../output.ts';

export function showChecks(out: Output, checks: readonly ManifestCheck[]): void {
  for (const { state, message, hint } of checks) {
    if (state !== 'ok') out.warn(`${state === 'fail' ? 'refused: ' : ''}${message} ${hint}`.trim());
  }
}
