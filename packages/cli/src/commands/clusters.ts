/** `pharos clusters`: PostgreSQL clusters from approved images. */
import {
  CLUSTER_CHANGE_WORDS,
  type Cluster,
  type ClusterInput,
  type ClusterUpgrade,
  ClusterVia,
  Engine,
  Operator,
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
import { ago, minute } from '../format.ts';
import { findImage } from '../image-reference.ts';
import type { Column } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { findCluster } from '../resolve.ts';
import { updateCommand } from './cluster-update.ts';
import { approveUpgrade, cancelUpgrade, showUpgrade, upgrade } from './cluster-upgrades.ts';
import { showInKubernetes, stateOf } from './in-kubernetes.ts';
import { showChecks } from './manifest-checks.ts';
import { clusterWindow, showClusterWindows } from './windows.ts';

export function clustersCommand(shell: Shell): Command {
  return new Command('clusters')
    .summary('make PostgreSQL clusters from approved images')
    .description(
      paragraphs(`PostgreSQL clusters from approved images, for CloudNativePG or the operator of EDB.

What the operator would refuse is told before anything is handed out. An image that is not approved is never handed out.`),
    )
    .addCommand(list(shell))
    .addCommand(show(shell))
    .addCommand(make(shell, 'create'))
    .addCommand(make(shell, 'manifest'))
    .addCommand(updateCommand(shell))
    .addCommand(upgrade(shell))
    .addCommand(approveUpgrade(shell))
    .addCommand(cancelUpgrade(shell))
    .addCommand(clusterWindow(shell))
    .addCommand(remove(shell));
}

/** Of upgrades and of changes; --json has more. */
const SHOWN = 5;

const upgradeWord = ({ to, state, opensAt }: ClusterUpgrade) =>
  `to ${to} ${state === 'scheduled' && opensAt !== null ? ago(opensAt) : state}`;

const COLUMNS: Column<Cluster>[] = [
  { head: 'NAME', cell: (row) => row.name, max: 50 },
  { head: 'NAMESPACE', cell: (row) => row.namespace, max: 40 },
  { head: 'LOCATION', cell: (row) => row.location },
  { head: 'ENGINE', cell: (row) => row.image.engine },
  { head: 'TAG', cell: (row) => row.image.tag, max: 50 },
  {
    head: 'IMAGE',
    cell: (row) => ({ text: row.image.state, style: row.image.state === 'approved' ? 'green' : 'yellow' }),
  },
  { head: 'STATE', cell: (row) => stateOf(row.status) },
  { head: 'UPGRADE', cell: (row) => row.upgrade && upgradeWord(row.upgrade), max: 40 },
  { head: 'CHANGED', cell: (row) => ago(row.updatedAt) },
];

interface FilterOptions extends ListOptions {
  location?: string;
  search?: string;
}

function list(shell: Shell): Command {
  const command = listCommand('list', 'list clusters')
    .option('--location <ID>', 'only those of a location')
    .option('--search <TEXT>', 'part of the name or the namespace');
  return examples(command, 'clusters list', 'clusters list --location eu-west --json').action(
    clientAction<FilterOptions>(shell, async ({ client, out }, _args, options) => {
      const { location, search: q } = options;
      const body = await readPages(options, (query) => client('listClusters', { query: { ...query, location, q } }));
      out.list(body, (row) => row.id, COLUMNS, 'There is no cluster yet. Make one: pharos clusters create --help');
    }),
  );
}

function show(shell: Shell): Command {
  const command = clientCommand('show', 'show a cluster with its manifest').argument('<cluster>', 'name or id');
  return examples(command, 'clusters show orders').action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const { id } = await findCluster(client, name!);
      const cluster = await client('getCluster', { params: { id } });
      out.one(cluster, id, () => {
        out.table(COLUMNS, [cluster]);
        if (cluster.status.message !== '' && !cluster.kubernetes?.code) out.note(cluster.status.message);
        showInKubernetes(out, cluster.kubernetes);
        showClusterWindows(out, cluster.maintenance);
        for (const each of cluster.upgrades.slice(0, SHOWN)) showUpgrade(out, each);
        for (const { at, actor, action, detail } of cluster.history.slice(0, SHOWN)) {
          out.line(out.style({ text: `${minute(at)}  ${CLUSTER_CHANGE_WORDS[action]} by ${actor}: ${detail}` }));
        }
        if (cluster.kept !== null) out.warn(`${cluster.kept.message} ${cluster.kept.hint}`);
        if (cluster.withheld !== null) out.warn(cluster.withheld);
        else if (cluster.yaml !== '') out.lines(cluster.yaml);
      });
    }),
  );
}

interface MakeOptions extends CommonOptions {
  location: string;
  image?: string;
  engine?: Engine;
  major?: number;
  namespace: string;
  instances: number;
  storage: string;
  storageClass?: string;
  cpu?: string;
  memory?: string;
  operator?: Operator;
  via: ClusterVia;
  extension?: string[];
  pullSecret?: string;
  apply?: boolean;
}

function make(shell: Shell, verb: 'create' | 'manifest'): Command {
  const isCreate = verb === 'create';
  const summary = isCreate ? 'make a cluster and keep it' : 'print the manifest of a cluster, without keeping it';
  const command = clientCommand(verb, summary)
    .argument('<name>', 'name of the cluster')
    .requiredOption('--location <ID>', 'where it runs')
    .option('--image <IMAGE>', 'an approved image: REPOSITORY:TAG as it is now, or a digest')
    .addOption(new Option('--engine <ENGINE>', 'instead of --image: the newest approved image').choices(Engine.options))
    .option('--major <N>', 'with --engine: of this major version', wholeNumber(1, 1000))
    .option('--namespace <NAME>', 'Kubernetes namespace', 'default')
    .option('--instances <N>', 'primary and replicas', wholeNumber(1, 1000), 3)
    .option('--storage <SIZE>', 'for each instance', '20Gi')
    .option('--storage-class <NAME>', 'default: that of the Kubernetes cluster')
    .option('--cpu <AMOUNT>', 'e.g. 1 or 500m')
    .option('--memory <AMOUNT>', 'e.g. 2Gi')
    .addOption(new Option('--operator <NAME>', 'default: edb for EPAS and PGE, else cnpg').choices(Operator.options))
    .addOption(
      new Option('--via <WAY>', 'pin the image, or follow the catalog').choices(ClusterVia.options).default('image'),
    )
    .option('--extension <NAME>', 'an extension that the database shall have (repeatable)', collect)
    .option('--pull-secret <NAME>', 'secret in the namespace of the cluster');
  if (isCreate) command.option('--apply', 'let an agent of the location apply it');
  return examples(
    command,
    `clusters ${verb} orders --location eu-west --engine epas --major 17 --extension vector`,
    `clusters ${verb} orders --location eu-west --image postgresql:17.6 --namespace team-a`,
  ).action(
    clientAction<MakeOptions>(shell, async ({ client, out }, [name], options) => {
      const body = await inputOf(client, name!, options);
      if (isCreate) {
        const cluster = await client('createCluster', { body });
        return out.one(cluster, cluster.id, () => {
          showChecks(out, cluster.checks);
          out.line(out.style({ text: `Cluster "${cluster.name}" from ${cluster.image.reference}.` }));
          out.note(
            cluster.apply ? 'An agent of the location applies it.' : `See: pharos clusters show ${cluster.name}`,
          );
        });
      }
      const answer = await client('clusterManifest', { body });
      if (out.json) out.body(answer);
      else {
        showChecks(out, answer.checks);
        if (answer.yaml !== '') out.lines(answer.yaml);
      }
      if (answer.manifests.length > 0) return;
      const failed = answer.checks.find(({ state }) => state === 'fail');
      throw new CliError(
        'cluster-not-admissible',
        failed?.message ?? 'The operator would refuse it.',
        failed?.hint ?? '',
      );
    }),
  );
}

type Client = Parameters<typeof findCluster>[0];

async function inputOf(client: Client, name: string, options: MakeOptions): Promise<ClusterInput> {
  const { location, namespace, storageClass, cpu, memory, via, extension = [], pullSecret, apply = false } = options;
  const image = await (options.image === undefined
    ? newestApproved(client, options)
    : findImage(client, options.image));
  return {
    ...{ name, namespace, location, via, apply, pullSecret: pullSecret || null },
    image,
    instances: options.instances,
    storage: { size: options.storage, ...(storageClass ? { storageClass } : {}) },
    resources: { ...(cpu ? { cpu } : {}), ...(memory ? { memory } : {}) },
    operator: options.operator ?? (await operatorOf(client, image, options.engine)),
    extensions: extension.map((each) => ({ name: each })),
  };
}

/** CloudNativePG runs community PostgreSQL only. @param engine undefined: that of the image */
async function operatorOf(client: Client, digest: string, engine: Engine | undefined): Promise<Operator> {
  const runs = engine ?? (await client('getImage', { params: { digest } })).facts.engine;
  return runs === 'epas' || runs === 'pge' ? 'edb' : 'cnpg';
}

/** The newest selectable image; with extensions, the newest that brings them, where one is known to. */
async function newestApproved(client: Client, options: MakeOptions): Promise<string> {
  const { location, engine, major, extension = [] } = options;
  if (engine === undefined) {
    throw new CliError('image-unclear', 'Which image is not said.', 'Give --image, or --engine and --major.');
  }
  const query = { location, engine, ...(major ? { major } : {}) };
  const { images } = await client('clusterChoices', { query });
  const selectable = images.filter(({ selectable: isOne }) => isOne);
  const names = extension.map((each) => (each === 'pgvector' ? 'vector' : each));
  const best = selectable.find((image) => names.every((each) => image.extensions.includes(each))) ?? selectable[0];
  if (best !== undefined) return best.digest;
  const what = major === undefined ? engine : `${engine} ${major}`;
  const [first] = images;
  throw first === undefined
    ? new CliError(
        'image-not-available',
        `No image of ${what} stands in ${location}.`,
        `What there is: pharos tags list --location ${location}`,
      )
    : new CliError(
        'image-not-approved',
        `No image of ${what} can be selected. ${first.tag}: ${first.reason}`,
        'What waits for a decision: pharos approvals list',
      );
}

function remove(shell: Shell): Command {
  const command = clientCommand('delete', 'forget a cluster; an agent that applied it deletes it there, data included')
    .argument('<cluster>', 'name or id')
    .option('--yes', 'also where an agent deletes the database with its data');
  return examples(command, 'clusters delete orders --yes').action(
    clientAction<CommonOptions & { yes?: boolean }>(shell, async ({ client, out }, [name], { yes }) => {
      const { id, apply } = await findCluster(client, name!);
      if (apply && !yes) {
        throw new CliError(
          'not-confirmed',
          'The agent deletes the cluster with its data.',
          'Say --yes when that is meant.',
        );
      }
      await client('deleteCluster', { params: { id } });
      out.one({ id, deleted: true }, id, () => out.line(out.style({ text: `The cluster "${name}" is forgotten.` })));
    }),
  );
}
