/** Rules of other products, found in whatever files are given. */
import { translateArgoCd } from './argo-cd.ts';
import { translateFlux } from './flux.ts';
import { translateIncumbent } from './incumbent.ts';
import { translateKargo } from './kargo.ts';
import type { Translations, Translator } from './translation.ts';
import { isRecord, recordsAt, type Values } from './values.ts';

export type { Translation, Translations, Untranslated } from './translation.ts';

/** By the name that `--from` takes. */
export const TRANSLATORS: Readonly<Record<string, Translator>> = {
  incumbent: translateIncumbent,
  flux: translateFlux,
  kargo: translateKargo,
  'argo-cd': translateArgoCd,
};

/** Translates everything that one of the products would know as its own; names are made unique. */
export function translate(documents: readonly unknown[], from?: string): Translations {
  const values = documents.flatMap(members);
  const translators = from === undefined ? Object.values(TRANSLATORS) : [TRANSLATORS[from]!];
  const all = translators.map((each) => each(values));
  const taken = new Set<string>();
  return {
    translated: all
      .flatMap(({ translated }) => translated)
      .map((each) => ({ ...each, rule: { ...each.rule, name: unused(each.rule.name, taken) } })),
    untranslated: all.flatMap(({ untranslated }) => untranslated),
  };
}

/** `kubectl get -o yaml` gives a List. */
function members(document: unknown): Values[] {
  if (!isRecord(document)) return [];
  return document.kind === 'List' ? recordsAt(document, 'items') : [document];
}

function unused(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count += 1) free = `${name.slice(0, 95)}-${count}`;
  taken.add(free);
  return free;
}
