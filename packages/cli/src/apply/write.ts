/** The other direction: what the control plane has, as files that `pharos apply` takes. */
import { Document, isMap } from 'yaml';
import type { Known, Noun, Written } from './noun.ts';

export type Lists = Partial<Record<Noun['list'], Written[]>>;

/** In the order in which it is applied; a list that holds nothing is left out. */
export function listsOf(nouns: readonly Noun[], known: Known): Lists {
  const written = nouns.map((noun) => [noun.list, noun.write(known)] as const);
  return Object.fromEntries(written.filter(([, entries]) => entries.length > 0));
}

/** As JSON has them, without the notes. */
export function plainLists(lists: Lists): Record<string, object[]> {
  return Object.fromEntries(Object.entries(lists).map(([list, entries]) => [list, entries.map(fieldsOf)]));
}

/** One document of lists; notes are comments above the first key of what they are about. */
export function yamlOf(lists: Lists): string {
  const document = new Document(plainLists(lists));
  for (const [list, entries] of Object.entries(lists)) {
    for (const [index, { note }] of entries.entries()) {
      const node = document.getIn([list, index]);
      if (note !== undefined && isMap(node)) node.commentBefore = ` ${note}`;
    }
  }
  return document.toString({ lineWidth: 0 });
}

function fieldsOf({ fields }: Written): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
