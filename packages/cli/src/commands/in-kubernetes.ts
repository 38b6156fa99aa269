/** What an agent saw last of the objects that it applied: drift and failures as warnings, the rest in the operator's words. */
import type { ClusterStatus, InKubernetes } from '@pharos/contract';
import type { Cell, Output } from '../output.ts';

/** One word for a list; what somebody else changed is not as it should be, though it was applied. */
export function stateOf({ state, code }: ClusterStatus): Cell {
  if (state === 'applied' && code === 'drifted') return { text: 'drifted', style: 'yellow' };
  return { text: state, style: state === 'failed' ? 'red' : undefined };
}

export function showInKubernetes(out: Output, seen: InKubernetes | null): void {
  if (seen === null) return;
  for (const { object, outcome, phase, instances, conditions, events } of seen.objects) {
    const name = `${object.kind} ${object.namespace === null ? '' : `${object.namespace}/`}${object.name}`;
    const ready = instances ? `${instances.ready} of ${instances.total} instances ready` : '';
    const how = outcome === 'applied' || outcome === 'unchanged' ? 'as applied' : outcome;
    out.line(out.style({ text: `${name}: ${[how, phase, ready].filter((each) => each !== '').join(', ')}` }));
    for (const { type, status, reason, message } of conditions) {
      const why = [reason, message].filter((each) => each !== '').join(': ');
      out.line(out.style({ text: `  ${type} is ${status}${why === '' ? '' : `  ${why}`}` }));
    }
    for (const { reason, message, count } of events) {
      out.line(out.style({ text: `  ${reason}: ${message}${count > 1 ? ` (${count} times)` : ''}` }));
    }
  }
  if (seen.code !== null) out.warn(`${seen.message} ${seen.hint ?? ''}`.trim());
}
