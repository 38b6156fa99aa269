/** `pharos models`: the Model Library. */
import {
  MODEL_FIELD_NAMES,
  MODEL_FIELDS,
  type Model,
  type ModelDetail,
  type ModelFact,
  type ModelField,
  type ModelImage,
  ModelQuery,
  ModelTask,
} from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  listCommand,
  paragraphs,
  type Shell,
  wholeNumber,
} from '../command.ts';
import { CliError } from '../failure.ts';
import { ago, count, minute, shortDigest, size, state } from '../format.ts';
import type { Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findModel, findRegistry } from '../resolve.ts';
import { servingCommands } from './model-serving.ts';

interface Options extends ListOptions {
  search?: string;
  task?: ModelTask;
  publisher?: string;
  licence?: string;
  precision?: string;
  gpus?: number;
  gpuMemory?: number;
  registry?: string;
  location?: string;
  sort?: ModelQuery['sort'];
}

export function modelsCommand(shell: Shell): Command {
  const command = new Command('models')
    .summary('browse models, correct what is known of them, and serve them')
    .description('The Model Library: model images grouped by the model they serve.')
    .addCommand(list(shell))
    .addCommand(get(shell))
    .addCommand(edit(shell));
  for (const each of servingCommands(shell)) command.addCommand(each);
  return command;
}

const COLUMNS: Column<Model>[] = [
  { head: 'MODEL', cell: (row) => row.key, max: 60 },
  { head: 'TASK', cell: (row) => row.task },
  { head: 'PARAMETERS', cell: (row) => row.parameters, align: 'right' },
  { head: 'GPUS', cell: (row) => gpuText(row) },
  { head: 'LICENCE', cell: (row) => row.licence, max: 30 },
  { head: 'VERSIONS', cell: (row) => row.imageCount, align: 'right' },
  { head: 'NEWEST', cell: (row) => row.newestTag, max: 30 },
  { head: 'LOCATIONS', cell: (row) => row.locations.join(', '), max: 30 },
];

function list(shell: Shell): Command {
  const command = listCommand('list', 'list models')
    .option('--search <TEXT>', 'part of the name, publisher or description')
    .addOption(new Option('--task <TASK>', 'what the model is asked for').choices(ModelTask.options))
    .option('--publisher <NAME>', 'by this publisher')
    .option('--licence <LICENCE>', 'under this licence')
    .option('--precision <NAME>', 'offered in this precision, e.g. FP8')
    .option('--gpus <N>', 'known to run on at most this many GPUs', wholeNumber(0, 1024))
    .option('--gpu-memory <GIB>', 'known to run on GPUs of at most this memory each', wholeNumber(1, 100_000))
    .option('--registry <REGISTRY>', 'with images in this registry: name or id')
    .option('--location <ID>', 'available there')
    .addOption(
      new Option('--sort <ORDER>', 'order, "-" for descending').choices(ModelQuery.shape.sort.unwrap().options),
    );
  return examples(command, 'models list', 'models list --task embedding --gpus 1 --gpu-memory 24').action(
    clientAction<Options>(shell, async ({ client, out }, _args, options) => {
      const registryId = options.registry ? (await findRegistry(client, options.registry)).id : undefined;
      const { search: q, task, publisher, licence, precision, sort, location: locationId } = options;
      const filter = { q, task, publisher, licence, precision, sort, locationId, registryId };
      const gpu = { gpuCount: options.gpus, gpuMemoryGiB: options.gpuMemory };
      const body = await readPages(options, (query) =>
        client('listModels', { query: { ...query, ...filter, ...gpu } }),
      );
      out.list(body, (row) => row.id, COLUMNS, 'No models found.');
    }),
  );
}

function get(shell: Shell): Command {
  const command = clientCommand('get', 'show a model').argument('<model>', 'name, publisher/name or id');
  return examples(command, 'models get llama-3.1-8b-instruct', 'models get meta/llama-3.1-8b-instruct --json').action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name], _options) => {
      const { id } = await findModel(client, name!);
      const model = await client('getModel', { params: { id } });
      out.one(model, model.id, (body) => show(out, body));
    }),
  );
}

interface EditOptions extends CommonOptions {
  set?: string[];
  reset?: string[];
}

function edit(shell: Shell): Command {
  const command = clientCommand('edit', 'write catalogue data of a model')
    .argument('<model>', 'name, publisher/name or id')
    .option('--set <FIELD=VALUE>', 'write a field (repeatable)', collect)
    .option('--reset <FIELD>', 'take the edit of a field back (repeatable)', collect)
    .addHelpText(
      'after',
      `\n${paragraphs(`Fields: ${MODEL_FIELD_NAMES.join(', ')}.
precision is a comma list; profiles is JSON, as "models get --json" prints it.`)}`,
    );
  return examples(
    command,
    'models edit llama-3.1-8b-instruct --set gpuMemoryGiB=24 --set "licence=Llama 3.1 Community License"',
    'models edit llama-3.1-8b-instruct --reset licence',
  ).action(
    clientAction<EditOptions>(shell, async ({ client, out }, [name], { set = [], reset = [] }) => {
      const body = Object.fromEntries([...set.map(assignment), ...reset.map((field) => [fieldOf(field), null])]);
      if (Object.keys(body).length === 0) {
        throw new CliError('nothing-to-change', 'No change was given.', 'Give --set FIELD=VALUE or --reset FIELD.');
      }
      const { id } = await findModel(client, name!);
      const model = await client('updateModel', { params: { id }, body });
      out.one(model, model.id, (detail) => show(out, detail));
    }),
  );
}

function assignment(text: string): [ModelField, unknown] {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new CliError(
      'model-value-invalid',
      `"${text}" is not FIELD=VALUE.`,
      'Write --set parameters=8B, for example.',
    );
  }
  const field = fieldOf(text.slice(0, at));
  const checked = MODEL_FIELDS[field].safeParse(valueFrom(field, text.slice(at + 1)));
  if (!checked.success) {
    const why = checked.error.issues[0]?.message ?? 'it does not fit';
    throw new CliError('model-value-invalid', `${field} cannot be that: ${why}.`, 'See "pharos models edit --help".');
  }
  return [field, checked.data];
}

function fieldOf(text: string): ModelField {
  const field = MODEL_FIELD_NAMES.find((name) => name.toLowerCase() === text.toLowerCase());
  if (field) return field;
  throw new CliError(
    'model-field-unknown',
    `A model has no field "${text}".`,
    `Fields: ${MODEL_FIELD_NAMES.join(', ')}.`,
  );
}

const NUMBERS: readonly ModelField[] = ['contextLength', 'gpuCount', 'gpuMemoryGiB'];

function valueFrom(field: ModelField, text: string): unknown {
  if (NUMBERS.includes(field)) return text.trim() === '' ? text : Number(text);
  if (field === 'precision') return text.split(',').map((part) => part.trim());
  if (field !== 'profiles') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function gpuText({ gpu }: Pick<Model, 'gpu'>): string | null {
  if (gpu === null) return null;
  if (gpu.count === 0) return 'none needed';
  const memory = gpu.memoryGiB === null ? '' : ` × ${gpu.memoryGiB} GiB`;
  return `${gpu.count ?? '?'}${memory}`;
}

const LABELS: Record<Exclude<ModelField, 'profiles'>, string> = {
  task: 'task',
  publisher: 'publisher',
  description: 'description',
  parameters: 'parameters',
  precision: 'precision',
  licence: 'licence',
  contextLength: 'context length',
  gpuCount: 'GPUs',
  gpuMemoryGiB: 'GPU memory',
  link: 'link',
};

function factText({ value, source, from, at }: ModelFact): string {
  if (value === null) return 'not known';
  const words = { edit: `edited by ${from}`, image: from, catalogue: from, name: 'from the name' };
  const when = source === 'edit' ? minute(at) : at && `read ${at}`;
  const where = [source && words[source], when].filter(Boolean).join(', ');
  return `${Array.isArray(value) ? value.join(', ') : value}${where ? ` (${where})` : ''}`;
}

const IMAGES: Column<ModelImage>[] = [
  { head: 'TAGS', cell: (row) => [...new Set(row.places.map(({ name }) => name))].join(', '), max: 40 },
  { head: 'DIGEST', cell: (row) => shortDigest(row.digest) },
  { head: 'CREATED', cell: (row) => ago(row.createdAt) },
  { head: 'SIZE', cell: (row) => size(row.size), align: 'right' },
  { head: 'PLATFORMS', cell: (row) => row.platforms.join(', '), max: 40 },
  { head: 'IN', cell: (row) => [...new Set(row.places.map(placeText))].join(', '), max: 60 },
  { head: 'STATE', cell: (row) => state(row.state) },
];

const placeText = ({ registry, locationId }: ModelImage['places'][number]) => `${registry} (${locationId})`;

function show(out: Output, model: ModelDetail): void {
  const facts = Object.entries(LABELS).map(
    ([field, label]) => [label, factText(model.facts[field as ModelField])] as [string, string],
  );
  out.fields([
    ['model', model.key],
    ['id', model.id],
    ['packed as', model.format],
    ['versions', `${count(model.imageCount, 'image')}, ${count(model.tagCount, 'tag')}`],
    ...facts,
  ]);
  const profiles = model.facts.profiles.value;
  if (profiles) {
    out.heading('Profiles');
    out.table(
      [
        { head: 'GPU', cell: (row) => row.gpu },
        { head: 'COUNT', cell: (row) => row.count, align: 'right' },
        { head: 'MEMORY EACH', cell: (row) => row.memoryGiB && `${row.memoryGiB} GiB`, align: 'right' },
        { head: 'PRECISION', cell: (row) => row.precision },
        { head: 'FOR', cell: (row) => row.goal },
      ],
      profiles,
    );
    const { source, from, at } = model.facts.profiles;
    out.line(
      out.style({ text: `${source === 'edit' ? 'edited by ' : ''}${from ?? ''}${at ? `, ${at.slice(0, 10)}` : ''}` }),
    );
  }
  if (model.images.length > 0) {
    out.heading('Versions');
    out.table(IMAGES, model.images);
  }
  if (model.pull.length > 0) {
    out.heading('Pull');
    for (const { command } of model.pull) out.line(out.style({ text: command }));
  }
}
