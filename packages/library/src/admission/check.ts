/** What would be decided of a manifest, for people who ask before they apply it. */
import type { AdmissionAnswer } from '@pharos/contract';
import { type AdmissionGround, decideAdmission, pinTags } from './decide.ts';
import { imagesOfObject, kindOfObject } from './references.ts';

/** Decides of an object as if it were made anew. */
export function checkObject(object: Readonly<Record<string, unknown>>, ground: AdmissionGround): AdmissionAnswer {
  const kind = kindOfObject(object);
  const { metadata } = object;
  const named = (typeof metadata === 'object' && metadata !== null ? metadata : {}) as Record<string, unknown>;
  const about = {
    apiVersion: textOf(object.apiVersion),
    kind: textOf(object.kind),
    namespace: textOf(named.namespace),
    name: textOf(named.name) || textOf(named.generateName),
  };
  if (kind === null || !imagesOfObject(kind, object).isKnown) {
    return { ...about, outcome: 'not-looked-at', message: '', verdicts: [], pins: [] };
  }
  const { isFit, verdicts, message, warnings } = decideAdmission({ kind, object }, ground);
  const outcome = !isFit ? 'refused' : warnings.length > 0 ? 'warned' : 'admitted';
  const pins = pinTags({ kind, object }, ground).map(({ path, value }) => ({ path, value }));
  return { ...about, outcome, message: message || warnings.join(' '), verdicts: [...verdicts], pins };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 253) : '';
}
