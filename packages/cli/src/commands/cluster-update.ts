/** `pharos clusters update`: what of a cluster can change without another image. */
import {
  type ClusterExtension,
  type ClusterPatch,
  type ClusterSpec,
  Digest,
  type UpgradeTiming,
} from '@pharos/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  paragraphs,
  type Shell,
  wholeNumber,
} from '../command.ts';
import { CliError } from '../failure.ts';
import { findCluster } from '../resolve.ts';
import { showUpgrade, whenOption } from './cluster-upgrades.ts';
import { showChecks } from './manifest-checks.ts';

interface Options extends CommonOptions {
  instances?: number;
  storage?: string;
  walStorage?: string;
  cpu?: string;
  memory?: string;
  extension?: ClusterExtension[];
  addExtension?: ClusterExtension[];
  removeExtension?: string[];
  pullSecret?: string;
  apply?: boolean;
  when: UpgradeTiming;
}

/** Fields of the change itself. */
type Change = Omit<ClusterPatch, 'when'>;

export function updateCommand(shell: Shell): Command {
  const command = clientCommand('update', 'change a cluster; what is not named stays')
    .alias('edit')
    .description(
      paragraphs(`Changes a cluster; what is not named stays.

Storage only grows. The image changes with "pharos clusters upgrade", maintenance windows with "pharos clusters window";
location, name, operator and storage class are fixed. What restarts instances goes the way of an upgrade: with its window
and its second person.`),
    )
    .argument('<cluster>', 'name, namespace/name or id')
    .option('--instances <N>', 'primary and replicas', wholeNumber(1, 1000))
    .option('--storage <SIZE>', 'for each instance, e.g. 50Gi; not less than it has')
    .option('--wal-storage <SIZE>', 'volume of the write-ahead log; not less than it has')
    .option('--cpu <AMOUNT>', 'e.g. 1 or 500m; "" takes the limit away')
    .option('--memory <AMOUNT>', 'e.g. 2Gi; "" takes the limit away')
    .addOption(
      new Option('--extension <NAME[=DIGEST]>', 'these extensions and no others (repeatable)')
        .argParser(extensionOption)
        .conflicts(['addExtension', 'removeExtension']),
    )
    .option('--add-extension <NAME[=DIGEST]>', 'one more, with its approved image where it needs one', extensionOption)
    .option('--remove-extension <NAME>', 'not this one any more (repeatable)', collect)
    .option('--pull-secret <NAME>', 'secret in the namespace of the cluster; "" takes it away')
    .option('--apply', 'let an agent of the location apply it from now on')
    .addOption(whenOption('what restarts instances: at once, or in the next maintenance window'));
  return examples(
    command,
    'clusters update orders --instances 5 --storage 50Gi',
    'clusters update team-a/orders --memory 4Gi --add-extension vector',
  ).action(
    clientAction<Options>(shell, async ({ client, out }, [name], options) => {
      const { id } = await findCluster(client, name!);
      const { spec } = await client('getCluster', { params: { id } });
      const cluster = await client('updateCluster', {
        params: { id },
        body: { ...patchOf(options, spec), when: options.when },
      });
      out.one(cluster, id, () => {
        showChecks(out, cluster.checks);
        if (cluster.upgrade !== null) return showUpgrade(out, cluster.upgrade);
        out.line(out.style({ text: `Cluster "${cluster.name}" is changed.` }));
        out.note(cluster.apply ? 'An agent of the location applies it.' : `See: pharos clusters show ${cluster.name}`);
      });
    }),
  );
}

function extensionOption(text: string, before: ClusterExtension[] | undefined): ClusterExtension[] {
  const [name = '', image, ...rest] = text.split('=');
  const isFit = name !== '' && rest.length === 0 && (image === undefined || Digest.safeParse(image).success);
  if (!isFit) throw new InvalidArgumentError('It must be a name, or name=sha256:… for an extension with an image.');
  return [...(before ?? []), image === undefined ? { name } : { name, image }];
}

/** Only what was named. @throws CliError `nothing-to-change`, `not-found` for an extension that it does not have */
function patchOf(options: Options, { storage, resources, extensions }: ClusterSpec): Change {
  const { instances, storage: size, walStorage: walSize, cpu, memory, pullSecret, apply } = options;
  const isGrown = size !== undefined || walSize !== undefined;
  const limits = Object.entries({ ...resources, ...given({ cpu, memory }) }).filter(([, amount]) => amount !== '');
  const patch: Change = {
    ...given({ instances, apply }),
    ...(isGrown ? { storage: { ...storage, ...given({ size, walSize }) } } : {}),
    ...(cpu === undefined && memory === undefined ? {} : { resources: Object.fromEntries(limits) }),
    ...given({ extensions: extensionsOf(options, extensions) }),
    ...(pullSecret === undefined ? {} : { pullSecret: pullSecret === '' ? null : pullSecret }),
  };
  if (Object.keys(patch).length > 0) return patch;
  throw new CliError('nothing-to-change', 'No change was given.', 'See: pharos clusters update --help');
}

/** undefined: they stay. */
function extensionsOf(
  { extension, addExtension: added = [], removeExtension: removed = [] }: Options,
  present: readonly ClusterExtension[],
): ClusterExtension[] | undefined {
  if (extension !== undefined) return extension;
  if (added.length === 0 && removed.length === 0) return undefined;
  const lost = removed.find((name) => !present.some((one) => one.name === name));
  if (lost !== undefined) {
    const names = present.map(({ name }) => name).join(', ') || 'none';
    throw new CliError('not-found', `The cluster has no extension "${lost}".`, `It has: ${names}.`);
  }
  const isOut = ({ name }: ClusterExtension) => removed.includes(name) || added.some((one) => one.name === name);
  return [...present.filter((one) => !isOut(one)), ...added];
}

/** Without what is undefined. */
function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
