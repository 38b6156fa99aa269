/** `pharos models deploy|deployments|fit|manifest|services`: models that are served. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Client,
  type ManifestCheck,
  type ModelDeployment,
  type ModelDeploymentDetail,
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
import { CliError } from '../failure.ts';
import { shortDigest, state } from '../format.ts';
import { findImage } from '../image-reference.ts';
import type { Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findModel, findModelDeployment } from '../resolve.ts';
import { showInKubernetes } from './in-kubernetes.ts';
import { externalServicesCommand } from './model-external.ts';
import { fitCommand, gpuOf } from './model-fit.ts';
import { type EditOptions, patchOf } from './model-patch.ts';
import { STORAGE_HELP, STORAGE_SECRET_HELP, storageOf } from './model-storage.ts';

/** The commands below `pharos models`. */
export function servingCommands(shell: Shell): Command[] {
  return [deploy(shell), manifest(shell), fitCommand(shell), deployments(shell), externalServicesCommand(shell)];
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
  storageSecret?: string;
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
    .option(
      '--image <IMAGE>',
      'REPOSITORY:TAG or a digest; default: the newest approved image of the model in the location',
    )
    .option('--namespace <NAME>', 'namespace of Kubernetes', 'default')
    .addOption(new Option('--target <TARGET>', 'what serves it').choices(ServingTarget.options).default('kserve'))
    .option(
      '--gpus <N>',
      'GPUs of each replica; default: of the smallest profile that fits there',
      wholeNumber(0, 1024),
    )
    .option('--node-label <LABEL=VALUE>', 'only nodes with this label (repeatable)', collect)
    .option('--min <N>', 'replicas at least', wholeNumber(0, 1000), 1)
    .option('--max <N>', 'replicas at most; default: as --min', wholeNumber(1, 1000))
    .option('--secret <NAME>', 'secret with NGC_API_KEY, in that namespace')
    .option('--pull-secret <NAME>', 'secret to pull images with, in that namespace')
    .option('--storage <WHERE>', STORAGE_HELP)
    .option('--storage-secret <NAME>', STORAGE_SECRET_HELP)
    .option('--profile <PROFILE>', 'profile of a NIM')
    .option('--runtime <IMAGE>', 'image that reads a modelcar: REPOSITORY:TAG or a digest')
    .option('--arg <ARG>', 'argument of the runtime (repeatable)', collect);
}

async function bodyOf(client: Client, out: Output, name: string, options: DeployOptions) {
  const { location, target, min, max = Math.max(min, 1), secret = null, pullSecret = null } = options;
  const image = await (options.image === undefined
    ? newestApproved(client, name, location)
    : findImage(client, options.image));
  const runtime =
    options.runtime === undefined
      ? null
      : { image: await findImage(client, options.runtime), ...(options.arg ? { args: options.arg } : {}) };
  return {
    name: options.name,
    namespace: options.namespace,
    location,
    image,
    target,
    gpu: await gpuOf(client, out, name, image, options),
    replicas: { min, max },
    secret,
    pullSecret: pullSecret || null,
    storage: storageOf(options),
    profile: options.profile ?? null,
    runtime,
  };
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
    'What waits for a decision: pharos approvals list. Or name another location.',
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
      if (out.json) out.body(answer);
      else {
        showChecks(out, answer.checks, 'note');
        if (options.out === undefined && !failed) out.lines(answer.yaml);
        else if (!failed) out.line(`Wrote ${options.out}.`);
      }
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

interface FilterOptions extends ListOptions {
  location?: string;
  search?: string;
}

function deployments(shell: Shell): Command {
  const list = examples(
    listCommand('list', 'list what is served')
      .option('--location <ID>', 'there only')
      .option('--search <TEXT>', 'part of the name, the namespace or the model'),
    'models deployments list',
  ).action(
    clientAction<FilterOptions>(shell, async ({ client, out }, _args, options) => {
      const { location, search: q } = options;
      const body = await readPages(options, (query) =>
        client('listModelDeployments', { query: { ...query, location, q } }),
      );
      out.list(body, (row) => row.id, DEPLOYMENTS, 'Nothing is served yet. Begin: pharos models deploy --help');
    }),
  );
  const get = examples(
    clientCommand('get', 'show a deployment').argument('<deployment>', 'name or id'),
    'models deployments get llama',
  ).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const { id } = await findModelDeployment(client, name!);
      const detail = await client('getModelDeployment', { params: { id } });
      out.one(detail, detail.id, () => show(out, detail));
    }),
  );
  const edit = examples(
    clientCommand('edit', 'change a deployment; what is not named stays')
      .argument('<deployment>', 'name or id')
      .option('--image <IMAGE>', 'another approved version: REPOSITORY:TAG or a digest')
      .option('--gpus <N>', 'GPUs of each replica', wholeNumber(0, 1024))
      .option('--min <N>', 'replicas at least', wholeNumber(0, 1000))
      .option('--max <N>', 'replicas at most', wholeNumber(1, 1000))
      .option('--cpu <QUANTITY>', 'of each replica, e.g. 12')
      .option('--memory <QUANTITY>', 'of each replica, e.g. 64Gi')
      .option('--profile <PROFILE>', 'profile of a NIM; "" takes it away')
      .option('--secret <NAME>', 'secret with NGC_API_KEY; "" takes it away')
      .option('--pull-secret <NAME>', 'secret to pull images with; "" takes it away')
      .option('--storage <WHERE>', `${STORAGE_HELP}; "" takes it away`)
      .option('--storage-secret <NAME>', `${STORAGE_SECRET_HELP}; "" takes it away`)
      .option('--apply', 'let an agent of the location apply it from now on')
      .option('--dry-run', 'make the checks and keep nothing'),
    'models deployments edit llama --max 4 --dry-run',
    'models deployments edit llama --image sha256:…',
  ).action(
    clientAction<EditOptions>(shell, async ({ client, out }, [name], options) => {
      const { id } = await findModelDeployment(client, name!);
      const image = options.image === undefined ? undefined : await findImage(client, options.image);
      const body = patchOf({ ...options, image }, (await client('getModelDeployment', { params: { id } })).spec);
      if (options.dryRun === true) {
        const answer = await client('modelDeploymentChangeManifest', { params: { id }, body });
        if (out.json) out.body(answer);
        else {
          showChecks(out, answer.checks, 'note');
          if (answer.yaml !== '') out.lines(answer.yaml);
        }
        if (answer.manifests.length === 0) noteProblems(shell);
        return;
      }
      const changed = await client('updateModelDeployment', { params: { id }, body });
      out.one(changed, changed.id, (detail) => show(out, detail));
    }),
  );
  const remove = examples(
    clientCommand('delete', 'forget a deployment; an agent that applied it deletes it there')
      .alias('remove')
      .argument('<deployment>', 'name or id'),
    'models deployments delete llama',
  ).action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const { id, name: called } = await findModelDeployment(client, name!);
      await client('deleteModelDeployment', { params: { id } });
      out.one({ id, deleted: true }, id, () => out.line(`${called} is deleted.`));
    }),
  );
  return new Command('deployments')
    .summary('models that are served')
    .description('Models that are served from approved images.')
    .addCommand(list)
    .addCommand(get)
    .addCommand(edit)
    .addCommand(remove);
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
  showInKubernetes(out, detail.kubernetes);
  showChecks(out, detail.checks, 'line');
  if (detail.withheld !== null) out.line(out.style({ text: `No manifest is handed out: ${detail.withheld}` }));
  out.heading('Reach it');
  for (const { command } of detail.commands) out.line(out.style({ text: command }));
}
