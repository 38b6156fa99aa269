/** `pharos tags facets`: what a query of tags can be narrowed by. */
import type { Command } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, type Shell } from '../command.ts';
import type { Column } from '../output.ts';
import { asking } from '../query.ts';

interface Row {
  readonly facet: string;
  readonly value: string;
  readonly count: string;
  readonly query: string;
}

const COLUMNS: Column<Row>[] = [
  { head: 'FILTER', cell: (row) => row.facet },
  { head: 'VALUE', cell: (row) => row.value, max: 50 },
  { head: 'TAGS', cell: (row) => row.count, align: 'right' },
  { head: 'QUERY', cell: (row) => row.query, max: 80 },
];

/** `pharos tags facets [query]`. */
export function facetsCommand(shell: Shell): Command {
  const command = clientCommand('facets', 'show what a query of tags can be narrowed by, with counts').argument(
    '[query]',
    'a query (docs/search.md; default: every tag)',
  );
  return examples(command, 'tags facets', "tags facets 'engine:epas major:>=16'").action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [q], _options) => {
      const body = await asking(q, () => client('tagFacets', { query: { q } }));
      const rows = body.facets.flatMap(({ field, values }) =>
        values.map(({ label, count, atLeast, q: query }) => ({
          facet: field,
          value: label,
          count: `${count}${atLeast ? '+' : ''}`,
          query,
        })),
      );
      if (out.json) out.body(body);
      else out.list({ items: rows, next: null, total: rows.length }, (row) => row.query, COLUMNS, 'No tags found.');
    }),
  );
}
