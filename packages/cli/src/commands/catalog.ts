/** `pharos catalog`: image catalogs of approved digests. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { API_PREFIX, type Catalog, Operator } from '@pharos/contract';
import { Command, Option } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, paragraphs, type Shell } from '../command.ts';
import { ago } from '../format.ts';
import type { Cell, Column } from '../output.ts';
import { ask, preview, publish, rollout, tellRollout } from './catalog-change.ts';

export function catalogCommand(shell: Shell): Command {
  return new Command('catalog')
    .summary('image catalogs of approved digests')
    .description(
      paragraphs(`Image catalogs for CloudNativePG and the operator of EDB, drawn from what is approved.

Each stands at a stable address too: ${API_PREFIX}/catalogs/NAME.yaml`),
    )
    .addCommand(list(shell))
    .addCommand(show(shell))
    .addCommand(preview(shell))
    .addCommand(publish(shell, 'publish'))
    .addCommand(publish(shell, 'rollback'))
    .addCommand(ask(shell))
    .addCommand(rollout(shell))
    .addCommand(exportAll(shell));
}

interface Place extends CommonOptions {
  location?: string;
}

const COLUMNS: Column<Catalog>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 60 },
  { head: 'LOCATION', cell: (row) => row.location },
  { head: 'MAJORS', cell: (row) => row.entries.map(({ major }) => major).join(', ') },
  { head: 'EDITION', cell: (row) => String(row.edition), align: 'right' },
  { head: 'SINCE', cell: (row) => ago(row.editionAt) },
  { head: 'CLUSTERS', cell: (row) => String(row.clusters), align: 'right' },
  { head: '', cell: (row) => wordOf(row) },
];

/** What is not as usual. */
function wordOf({ mode, rollout: at, newest, waiting }: Catalog): Cell | null {
  if (at !== null && at.state !== 'out') {
    return {
      text: `edition ${newest}: ${at.state.replaceAll('-', ' ')}`,
      style: at.state === 'stopped' ? 'yellow' : undefined,
    };
  }
  if (waiting > 0) return { text: `${waiting} for a second person`, style: 'yellow' };
  return mode === 'held' ? { text: 'held', style: 'yellow' } : null;
}

const inPlace = (location: string | undefined) => (location === undefined ? {} : { location });

function list(shell: Shell): Command {
  const command = clientCommand('list', 'list catalogs').option('--location <ID>', 'only those of a location');
  return examples(command, 'catalog list').action(
    clientAction<Place>(shell, async ({ client, out }, _args, { location }) => {
      const body = await client('listCatalogs', { query: inPlace(location) });
      out.list(body, (row) => row.name, COLUMNS, 'Nothing is approved that a catalog could hold.');
    }),
  );
}

function show(shell: Shell): Command {
  const command = clientCommand('show', 'show a catalog with its editions')
    .argument('<name>', 'name of the catalog')
    .option('--location <ID>', 'where, when several locations have one of this name');
  return examples(command, 'catalog show postgresql-standard-trixie').action(
    clientAction<Place>(shell, async ({ client, out }, [name], { location }) => {
      const body = await client('getCatalog', { params: { name: name! }, query: inPlace(location) });
      out.one(body, body.name, () => {
        out.table(COLUMNS, [body]);
        for (const { image } of body.entries) out.line(out.style({ text: image }));
        for (const { image, reason } of body.withheld) out.warn(`left out: ${image}. ${reason}`);
        for (const { message, hint } of body.kept) out.warn(`${message} ${hint}`);
        tellRollout(out, body);
        for (const { number, at, by, reason } of body.editions)
          out.note(`edition ${number}, ${ago(at)}, ${by}: ${reason}`);
      });
    }),
  );
}

interface ExportOptions extends Place {
  dir: string;
  operator: Operator;
  namespace?: string;
}

function exportAll(shell: Shell): Command {
  const command = clientCommand('export', 'write every catalog as a file, for GitOps')
    .requiredOption('--dir <DIRECTORY>', 'where to; it is made when it is not there')
    .option('--location <ID>', 'only those of a location')
    .addOption(new Option('--operator <NAME>', 'whose kind of catalog').choices(Operator.options).default('cnpg'))
    .option('--namespace <NAME>', 'write ImageCatalogs of this namespace');
  return examples(command, 'catalog export --dir ./catalogs', 'catalog export --dir ./edb --operator edb').action(
    clientAction<ExportOptions>(shell, async ({ client, out }, _args, options) => {
      const { location, operator, namespace } = options;
      const dir = resolve(shell.io.cwd, options.dir);
      const { items } = await client('listCatalogs', { query: inPlace(location) });
      const served = items.filter(({ entries }) => entries.length > 0);
      const isSeveral = new Set(served.map((each) => each.location)).size > 1;
      mkdirSync(dir, { recursive: true });
      const files: string[] = [];
      for (const catalog of served) {
        // Read one by one and asked for again: what was revoked meanwhile is not written.
        const query = { location: catalog.location, operator, ...(namespace ? { namespace } : {}) };
        const text = (await client('getCatalogYaml', { params: { name: catalog.name }, query })) as unknown as string;
        const file = `${isSeveral ? `${catalog.location}-` : ''}${catalog.name}.yaml`;
        writeFileSync(join(dir, file), text);
        files.push(file);
        if (!catalog.policy?.canaries.length) continue;
        const canary = file.replace(/\.yaml$/, '-canary.yaml');
        const params = { name: catalog.name };
        const staged = await client('getCatalogYaml', { params, query: { ...query, stage: 'canary' } });
        writeFileSync(join(dir, canary), staged as unknown as string);
        files.push(canary);
      }
      if (out.json) return out.body({ dir, files });
      for (const file of files) out.line(out.style({ text: join(options.dir, file) }));
      if (files.length === 0) out.note('Nothing is approved that a catalog could hold.');
    }),
  );
}
