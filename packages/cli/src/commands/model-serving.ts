/** `pharos models deploy|deployments|fit|manifest|services`: models that are served. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Client,
  type ManifestCheck,
  type ModelDeployment,
  type ModelDeploymentDetail,
  type ModelFit,
  type ModelService,
  type ProfileFit,
  type ServingGpu,
  ServingTarget,
} from '@pharos/contract';
import { Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  listCommand,
  noteProblems,
  type Shell,
  wholeNumber,
} from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { shortDigest, state } from '../format.ts';
import type { Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findModel, isId } from '../resolve.ts';
import { readSecret } from '../secret-input.ts';

/** The commands below `pharos models`. */
export function servingCommands(shell: Shell): Command[] {
  return [deploy(shell), manifest(shell), fit(shell), deployments(shell), services(shell)];
}

interface DeployOptions extends CommonOptions {
  image?: string;
  name: string;
  namespace: string;
  location: string;
  target: ServingTarget;
  gpus?: number;
  nodeLabel?: string[];
  min: number;
  max?: number;
  secret?: string;
  pullSecret?: string;
  storage?: string;
  profile?: string;
  runtime?: string;
  arg?: string[];
  apply?: boolean;
  out?: string;
}

function withSpec(command: Command): Command {
  return command
    .argument('<model>', 'name, publisher/name or id')
    .requiredOption('--name <NAME>', 'of the deployment: lower-case letters, digits and "-"')
    .requiredOption('--location <ID>', 'where it runs')
    .option('--image <DIGEST>', 'default: the newest approved image of the model in the location')
    .option('--namespace <NAME>', 'namespace of Kubernetes', 'default')
    .addOption(new Option('--target <TARGET>', 'what serves it').choices(ServingTarget.options).default('kserve'))
    .option(
      '--gpus <N>',
      'GPUs of each replica; default: of the smallest profile that fits there',
      wholeNumber(0, 1024),
    )
    .option('--node-label <LABEL=VALUE>', 'only nodes with this label; may be repeated', collect)
    .option('--min <N>', 'replicas at least', wholeNumber(0, 1000), 1)
    .option('--max <N>', 'replicas at most; default: as --min', wholeNumber(1, 1000))
    .option('--secret <NAME>', 'secret with NGC_API_KEY, in that namespace')
    .option('--pull-secret <NAME>', 'secret to pull images with, in that namespace')
    .option('--storage <SIZE>', 'volume for the profiles of a NIM, e.g. 50Gi')
    .option('--profile <PROFILE>', 'profile of a NIM')
    .option('--runtime <DIGEST>', 'image that reads a modelcar')
    .option('--arg <ARG>', 'argument of the runtime; may be repeated', collect);
}

async function bodyOf(client: Client, out: Output, name: string, options: DeployOptions) {
  const { location, target, min, max = Math.max(min, 1), secret = null, pullSecret = null } = options;
  const image = options.image ?? (await newestApproved(client, name, location));
  const runtime =
    options.runtime === undefined ? null : { image: options.runtime, ...(options.arg ? { args: options.arg } : {}) };
  return {
    name: options.name,
    namespace: options.namespace,
    location,
    image,
    target,
    gpu: await gpuOf(client, out, name, image, options),
    replicas: { min, max },
    secret,
    pullSecret,
    storage: options.storage ?? null,
    profile: options.profile ?? null,
    runtime,
  };
}

/** As asked for; else the smallest profile of the model that fits the nodes, or may, with a word about those that do not. */
async function gpuOf(client: Client, out: Output, name: string, image: string, options: DeployOptions) {
  const nodeSelector = options.nodeLabel === undefined ? {} : { nodeSelector: labelsOf(options.nodeLabel) };
  if (options.gpus !== undefined) return { count: options.gpus, ...nodeSelector };
  const { id } = await findModel(client, name);
  const fit = await client('getModelFit', { params: { id }, query: { location: options.location, image } });
  for (const { profile, fits, message } of fit.profiles)
    if (fits === 'no') out.note(`not ${profile.gpu} × ${profile.count}: ${message}.`);
  if (fit.message !== '') out.note(fit.message);
  return { ...gpuOfFit(fit), ...nodeSelector };
}

function gpuOfFit({ profiles, chosen, gpus }: ModelFit): ServingGpu {
  const profile = chosen === null ? undefined : profiles[chosen]?.profile;
  if (profile === undefined) return { count: gpus };
  const { gpu: product, count, tensorParallelism: tp, pipelineParallelism: pp } = profile;
  const isSplit = (tp ?? 1) * (pp ?? 1) === count && (tp !== null || pp !== null);
  return {
    count,
    ...(product.toLowerCase() === 'any' ? {} : { product }),
    ...(isSplit ? { tensorParallelism: tp ?? 1, pipelineParallelism: pp ?? 1 } : {}),
  };
}

/** @throws CliError `invalid-input` */
function labelsOf(texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text) => {
    const at = text.indexOf('=');
    if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
    throw new CliError('invalid-input', `"${text}" is no label.`, 'Write it like pool=h100.');
  });
  return Object.fromEntries(pairs);
}

const FITS: Column<ProfileFit>[] = [
  { head: 'GPU', cell: (row) => row.profile.gpu, max: 40 },
  { head: 'COUNT', cell: (row) => row.profile.count, align: 'right' },
  {
    head: 'MEMORY',
    cell: (row) => (row.profile.memoryGiB === null ? null : `${row.profile.memoryGiB} GiB`),
    align: 'right',
  },
  { head: 'PRECISION', cell: (row) => row.profile.precision },
  { head: 'FITS', cell: (row) => row.fits },
  { head: 'WHY', cell: (row) => row.message, max: 100 },
];

function fit(shell: Shell): Command {
  const command = clientCommand('fit', 'tell which profiles of a model fit the nodes of a location')
    .argument('<model>', 'name, publisher/name or id')
    .requiredOption('--location <ID>', 'where it shall run')
    .option('--image <DIGEST>', 'its platforms count too');
  return examples(command, 'models fit llama-3.1-8b-instruct --location eu-west').action(
    clientAction<CommonOptions & { location: string; image?: string }>(
      shell,
      async ({ client, out }, [name], options) => {
        const { location, image } = options;
        const { id } = await findModel(client, name!);
        const answer = await client('getModelFit', { params: { id }, query: { location, image } });
        const listed = { items: answer.profiles, next: null, total: answer.profiles.length };
        if (answer.profiles.length === 0) out.one(answer, '', () => out.line(out.style({ text: answer.message })));
        else {
          out.list({ ...answer, ...listed }, (row) => `${row.profile.gpu} ${row.profile.count}`, FITS, '');
          if (answer.message !== '') out.note(answer.message);
        }
      },
    ),
  );
}

/** @throws CliError `image-not-approved` when the location holds none. */
async function newestApproved(client: Client, name: string, location: string): Promise<string> {
  const { id } = await findModel(client, name);
  const { items } = await client('listModelImages', { params: { id }, query: { limit: 1000 } });
  for (const { digest, places } of items) {
    if (!places.some(({ locationId }) => locationId === location)) continue;
    const image = await client('getImage', { params: { digest } });
    if (image.state === 'approved') return digest;
  }
  throw new CliError(
    'image-not-approved',
    `No approved image of ${name} stands in ${location}.`,
    'Ask an approver, or name another location.',
  );
}

function manifest(shell: Shell): Command {
  const command = withSpec(clientCommand('manifest', 'print the manifests of a model, and keep nothing')).option(
    '--out <FILE>',
    'write the YAML there instead of printing it',
  );
  return examples(
    command,
    'models manifest llama-3.1-8b-instruct --name llama --location eu-west --secret ngc-api-secret > llama.yaml',
  ).action(
    clientAction<DeployOptions>(shell, async ({ client, out }, [name], options) => {
      const body = await bodyOf(client, out, name!, options);
      const answer = await client('modelDeploymentManifest', { body });
      const failed = answer.checks.some(({ state: each }) => each === 'fail');
      if (options.out !== undefined && !failed) writeFileSync(resolve(shell.io.cwd, options.out), answer.yaml);
      out.one(answer, answer.yaml, () => {
        showChecks(out, answer.checks, 'note');
        if (failed) return;
        if (options.out === undefined) out.line(out.style({ text: answer.yaml.trimEnd() }));
        else out.line(`Wrote ${options.out}.`);
      });
      if (failed) noteProblems(shell);
    }),
  );
}

function deploy(shell: Shell): Command {
  const command = withSpec(clientCommand('deploy', 'serve a model from an approved image')).option(
    '--apply',
    'let an agent of the location apply it; else it is kept as a file',
  );
  return examples(
    command,
    'models deploy llama-3.1-8b-instruct --name llama --location eu-west --secret ngc-api-secret --apply',
  ).action(
    clientAction<DeployOptions>(shell, async ({ client, out }, [name], options) => {
      const body = { ...(await bodyOf(client, out, name!, options)), apply: options.apply === true };
      const made = await client('createModelDeployment', { body });
      out.one(made, made.id, (detail) => show(out, detail));
    }),
  );
}

const DEPLOYMENTS: Column<ModelDeployment>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'NAMESPACE', cell: (row) => row.namespace, max: 30 },
  { head: 'LOCATION', cell: (row) => row.location, max: 30 },
  { head: 'MODEL', cell: (row) => row.model, max: 50 },
  { head: 'IMAGE', cell: (row) => `${row.image.tag} ${shortDigest(row.image.digest)}`, max: 50 },
  { head: 'IMAGE IS', cell: (row) => state(row.image.state) },
  { head: 'BY', cell: (row) => row.target },
  { head: 'REPLICAS', cell: (row) => `${row.replicas.min}–${row.replicas.max} × ${row.gpus} GPU` },
  { head: 'STATE', cell: (row) => row.status.state },
];

function deployments(shell: Shell): Command {
  const list = examples(
    listCommand('list', 'list what is served').option('--location <ID>', 'there only'),
    'models deployments list',
  ).action(
    clientAction<ListOptions & { location?: string }>(shell, async ({ client, out }, _args, options) => {
      const { location } = options;
      const body = await readPages(options, (query) =>
        client('listModelDeployments', { query: { ...query, location } }),
      );
      out.list(body, (row) => row.id, DEPLOYMENTS, 'Nothing is served yet. Begin: pharos models deploy --help');
    }),
  );
  const get = examples(
    clientCommand('get', 'show a deployment').argument('<deployment>', 'name or id'),
    'models deployments get llama',
  ).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const { id } = await findDeployment(client, name!);
      const detail = await client('getModelDeployment', { params: { id } });
      out.one(detail, detail.id, () => show(out, detail));
    }),
  );
  const remove = examples(
    clientCommand('delete', 'forget a deployment; an agent that applied it deletes it there')
      .alias('remove')
      .argument('<deployment>', 'name or id'),
    'models deployments delete llama',
  ).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const { id, name: called } = await findDeployment(client, name!);
      await client('deleteModelDeployment', { params: { id } });
      out.one({ id, deleted: true }, id, () => out.line(`${called} is deleted.`));
    }),
  );
  return new Command('deployments')
    .summary('models that are served')
    .description('Models that are served from approved images.')
    .addCommand(list)
    .addCommand(get)
    .addCommand(remove);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
async function findDeployment(client: Client, name: string): Promise<Pick<ModelDeployment, 'id' | 'name'>> {
  if (isId(name)) return { id: name, name };
  const { items } = await client('listModelDeployments', { query: { q: name.slice(0, 200), limit: 1000 } });
  return single(
    items.filter((each) => each.name === name),
    name,
    'pharos models deployments list',
  );
}

function single<T extends { id: string }>(found: readonly T[], name: string, listing: string): T {
  const [first, second] = found;
  if (first === undefined)
    throw new CliError('not-found', `Nothing is named "${name}".`, `See "${listing}".`, { exitCode: EXIT.notFound });
  if (second === undefined) return first;
  const ids = found.map(({ id }) => id).join(', ');
  throw new CliError('name-ambiguous', `"${name}" names several: ${ids}.`, 'Give the id.');
}

function showChecks(out: Output, checks: readonly ManifestCheck[], how: 'line' | 'note'): void {
  for (const { state: each, message, hint } of checks) {
    if (each === 'ok') continue;
    const text = `${each}: ${message}${hint === '' ? '' : ` ${hint}`}`;
    if (how === 'note') out.note(text);
    else out.line(out.style({ text }));
  }
}

function show(out: Output, detail: ModelDeploymentDetail): void {
  out.fields([
    ['deployment', detail.name],
    ['id', detail.id],
    ['namespace', detail.namespace],
    ['location', detail.location],
    ['model', detail.model],
    ['image', detail.image.reference],
    ['image is', detail.image.state],
    ['served by', detail.target],
    ['state', `${detail.status.state}: ${detail.status.message}`],
    ['endpoint', detail.endpoint],
  ]);
  showChecks(out, detail.checks, 'line');
  if (detail.withheld !== null) out.line(out.style({ text: `No manifest is handed out: ${detail.withheld}` }));
  out.heading('Reach it');
  for (const { command } of detail.commands) out.line(out.style({ text: command }));
}

const SERVICES: Column<ModelService>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 40 },
  { head: 'ADDRESS', cell: (row) => row.baseUrl, max: 60 },
  { head: 'MODEL', cell: (row) => row.model, max: 50 },
  { head: 'STATE', cell: (row) => row.probe.state },
  { head: 'KEY', cell: (row) => (row.hasKey ? 'yes' : 'none') },
];

interface AddServiceOptions extends CommonOptions {
  address: string;
  model: string;
  keyStdin?: boolean;
  keyEnv?: string;
  allowHttp?: boolean;
  allowPrivate?: boolean;
}

function services(shell: Shell): Command {
  const list = examples(listCommand('list', 'list external services'), 'models services list').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listModelServices', { query }));
      out.list(body, (row) => row.id, SERVICES, 'No external service is registered.');
    }),
  );
  const add = examples(
    clientCommand('add', 'register an external service once it has answered')
      .argument('<name>', 'what people call it')
      .requiredOption('--address <URL>', 'address without /v1')
      .requiredOption('--model <MODEL>', 'as the service names it')
      .option('--key-stdin', 'read the key from stdin')
      .option('--key-env <NAME>', 'read the key from this variable')
      .option('--allow-http', 'allow plain http')
      .option('--allow-private', 'allow addresses of private networks and of this machine'),
    'models services add "Granite at Lyon" --address https://models.example.com --model granite --key-stdin < key',
  ).action(
    clientAction<AddServiceOptions>(shell, async ({ client, out }, [name], options) => {
      const apiKey = await readSecret(shell.io, { stdin: options.keyStdin, env: options.keyEnv }, 'key');
      const { address: baseUrl, model, allowHttp = false, allowPrivate = false } = options;
      const body = { name: name!, baseUrl, model, apiKey, allowHttp, allowPrivate };
      const service = await client('createModelService', { body });
      out.one(service, service.id, () =>
        out.line(out.style({ text: `"${service.name}" answers, and is registered.` })),
      );
    }),
  );
  const probe = examples(
    clientCommand('probe', 'ask a service which models it has, now').argument('<service>', 'name or id'),
    'models services probe "Granite at Lyon"',
  ).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const { id } = await findService(client, name!);
      const result = await client('probeModelService', { params: { id } });
      out.one(result, result.state, () => {
        out.line(out.style({ text: `${result.state}: ${result.message} ${result.hint}`.trimEnd() }));
        for (const model of result.models) out.line(out.style({ text: `  ${model}` }));
      });
      if (result.state !== 'ready') noteProblems(shell);
    }),
  );
  const remove = examples(
    clientCommand('delete', 'forget a service and its key').alias('remove').argument('<service>', 'name or id'),
    'models services delete "Granite at Lyon"',
  ).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const { id } = await findService(client, name!);
      await client('deleteModelService', { params: { id } });
      out.one({ id, deleted: true }, id, () => out.line('Deleted.'));
    }),
  );
  return new Command('services')
    .summary('services that run elsewhere')
    .description('OpenAI-compatible services that run elsewhere.')
    .addCommand(list)
    .addCommand(add)
    .addCommand(probe)
    .addCommand(remove);
}

/** @throws CliError `not-found`, `name-ambiguous`. */
async function findService(client: Client, name: string): Promise<Pick<ModelService, 'id'>> {
  if (isId(name)) return { id: name };
  const { items } = await client('listModelServices', { query: { q: name.slice(0, 200), limit: 1000 } });
  return single(
    items.filter((each) => each.name === name),
    name,
    'pharos models services list',
  );
}
