/** What applying would change: pure, from what the files say and what the control plane has. */
import type { Documents } from './document.ts';
import type { Known, PlanOptions } from './noun.ts';
import { NOUNS } from './nouns.ts';
import type { Step } from './step.ts';

/** Steps in the order they are carried out. */
export function plan(documents: Documents, known: Known, options: PlanOptions = {}): Step[] {
  return NOUNS.flatMap((noun) =>
    documents[noun.list].map((document) => noun.plan(document, known, options, documents)),
  );
}
