/** `pharos admission`: what a cluster needs so that nothing runs that was not approved, and what would be decided. */
import { resolve } from 'node:path';
import type { AgentFile } from '@pharos/agent';
import type { AdmissionAnswer, AdmissionRefusal, AdmissionStatus } from '@pharos/contract';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseAllDocuments, stringify } from 'yaml';
import {
  action,
  type CommonOptions,
  type Context,
  clientAction,
  collect,
  examples,
  listCommand,
  noteProblems,
  paragraphs,
  printingCommand,
  type Shell,
  settingOptions,
  wholeNumber,
} from '../command.ts';
import { connect } from '../connection.ts';
import { CliError } from '../failure.ts';
import { ago } from '../format.ts';
import type { Column, Output } from '../output.ts';
import { type ListOptions, readPages } from '../paging.ts';
import { readTexts } from '../read-files.ts';
import { agentEnvironment } from '../serve.ts';

export function admissionCommand(shell: Shell): Command {
  return new Command('admission')
    .summary('keep what was not approved out of clusters')
    .description(
      paragraphs(`Admission control: the Beacon Agent answers the API server of its cluster, which asks before anything is made or
changed. Every image must be a digest that is approved for the location.`),
    )
    .addCommand(manifest(shell))
    .addCommand(check(shell))
    .addCommand(status(shell))
    .addCommand(refusals(shell));
}

interface FileOptions extends CommonOptions {
  file?: string;
}

interface ManifestOptions extends FileOptions {
  ca?: string;
  selector?: string[];
  timeout: number;
}

const fileOption = () =>
  new Option('-f, --file <FILE>', 'the agent file (default: beacon_agent.yaml in ., $HOME/.beacon, /etc/beacon)');

function manifest(shell: Shell): Command {
  const command = settingOptions(new Command('manifest'), ['dataDir', 'stateDir'])
    .summary('write the webhook configurations for the cluster of an agent')
    .description(
      paragraphs(`Write the objects that make a cluster ask the agent, as YAML for "kubectl apply -f -": the two webhook
configurations, the service in front of the agent, and a service account without any permission. The certificate
authority is the agent's own, from its state folder, unless --ca names another.`),
    )
    .addOption(fileOption())
    .option('--ca <FILE>', 'PEM of the authority that signed the certificate of dispatcher.capabilities.admission.tls')
    .option(
      '--selector <LABEL=VALUE>',
      "label of the agent's pods (repeatable; default app.kubernetes.io/name=pharos-agent)",
      collect,
    )
    .option('--timeout <SECONDS>', 'how long the API server waits (1–30)', wholeNumber(1, 30), 5)
    .option('--json', 'print a JSON list instead of YAML');
  return examples(command, 'admission manifest -f beacon_agent.yaml | kubectl apply -f -').action(
    action<ManifestOptions>(shell, async (context, _args, options) => {
      const { admissionObjects } = await import('@pharos/agent');
      const { io } = shell;
      const objects = await admissionObjects(await readAgentFile(context, options.file), {
        stateDir: context.settings.values.stateDir,
        caFile: options.ca === undefined ? undefined : resolve(io.cwd, options.ca),
        selector: selectorOf(options.selector ?? ['app.kubernetes.io/name=pharos-agent']),
        timeoutSeconds: options.timeout,
      });
      if (context.out.json) return context.out.body({ apiVersion: 'v1', kind: 'List', items: objects });
      context.out.line(
        objects
          .map((object) => stringify(object))
          .join('---\n')
          .trimEnd(),
      );
    }),
  );
}

function selectorOf(labels: readonly string[]): Record<string, string> {
  const pairs = labels.map((label) => {
    const at = label.indexOf('=');
    if (at < 1) throw new InvalidArgumentError(`"${label}" is not LABEL=VALUE.`);
    return [label.slice(0, at), label.slice(at + 1)];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}

async function readAgentFile({ settings, shell }: Context, file: string | undefined): Promise<AgentFile> {
  const { loadAgentConfig } = await import('@pharos/agent');
  const { values } = settings;
  const named = file === undefined ? values.agentConfig : resolve(shell.io.cwd, file);
  return loadAgentConfig(named, agentEnvironment(values, shell.io.env));
}

interface CheckOptions extends FileOptions {
  location?: string;
  offline?: boolean;
}

function check(shell: Shell): Command {
  const command = settingOptions(printingCommand('check', 'say what would be decided of manifests'), [
    'url',
    'dataDir',
    'stateDir',
  ])
    .argument('<file...>', 'YAML or JSON files, directories of them, or - for stdin')
    .option('--location <LOCATION>', 'the location they would be applied in (default: that of the agent file)')
    .option('--offline', 'decide by the snapshot in the state folder of an agent, without asking the control plane')
    .addOption(fileOption())
    .description(
      paragraphs(`Say what admission control would decide of manifests, as if each were made anew. Exit code 6 when one would be
refused.`),
    );
  return examples(
    command,
    'admission check cluster.yaml --location eu-west',
    '$ helm template ./chart | pharos admission check - --location eu-west',
    'admission check manifests/ --offline -f beacon_agent.yaml',
  ).action(
    action<CheckOptions>(shell, async (context, args, options) => {
      const objects = await readObjects(args[0] as unknown as string[], shell);
      const body = options.offline ? await checkHere(context, objects, options) : await ask(context, objects, options);
      showAnswers(context.out, body);
      if (body.items.some(({ outcome }) => outcome === 'refused')) noteProblems(shell);
    }),
  );
}

interface Checked {
  readonly generation: number;
  readonly items: readonly AdmissionAnswer[];
}

async function checkHere(
  context: Context,
  objects: Record<string, unknown>[],
  options: CheckOptions,
): Promise<Checked> {
  const { checkOffline } = await import('@pharos/agent');
  const config = await readAgentFile(context, options.file);
  const locationId = options.location ?? config.locationId;
  return checkOffline({ ...config, locationId }, context.settings.values.stateDir, objects);
}

/** Objects that one question may hold. */
const AT_ONCE = 500;

async function ask(context: Context, objects: Record<string, unknown>[], options: CheckOptions): Promise<Checked> {
  const locationId = options.location ?? (await readAgentFile(context, options.file)).locationId;
  const { client } = connect(context.settings, context.shell.io.fetch);
  const answers: Checked[] = [];
  for (let at = 0; at < objects.length; at += AT_ONCE) {
    answers.push(await client('checkAdmission', { body: { locationId, objects: objects.slice(at, at + AT_ONCE) } }));
  }
  return { generation: answers[0]?.generation ?? 0, items: answers.flatMap(({ items }) => items) };
}

async function readObjects(files: readonly string[], shell: Shell): Promise<Record<string, unknown>[]> {
  const objects: Record<string, unknown>[] = [];
  for (const { file, text } of await readTexts(files, shell.io)) {
    for (const document of parseAllDocuments(text, { schema: 'core', uniqueKeys: true })) {
      const [error] = document.errors ?? [];
      if (error)
        throw new CliError('manifest-invalid', `${file} is not valid YAML: ${error.message}`, 'Correct the file.');
      addObject(objects, document.toJS({ maxAliasCount: 100 }), file);
    }
  }
  if (objects.length > 0) return objects;
  throw new CliError('manifest-invalid', 'There is no Kubernetes object in these files.', 'Name other files.');
}

function addObject(objects: Record<string, unknown>[], value: unknown, file: string): void {
  if (value === null || value === undefined) return;
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new CliError(
      'manifest-invalid',
      `${file} holds something that is no Kubernetes object.`,
      'Correct the file.',
    );
  }
  const object = value as Record<string, unknown>;
  if (typeof object.kind === 'string' && object.kind.endsWith('List') && Array.isArray(object.items)) {
    for (const item of object.items) addObject(objects, item, file);
  } else objects.push(object);
}

function showAnswers(out: Output, body: Checked): void {
  if (out.json) {
    out.body(body);
    return;
  }
  const looked = body.items.filter(({ outcome }) => outcome !== 'not-looked-at');
  if (out.quiet) {
    for (const answer of looked) if (answer.outcome === 'refused') out.line(out.style({ text: nameOf(answer) }));
    return;
  }
  const styles = { admitted: 'green', warned: 'yellow', refused: 'red' } as const;
  for (const answer of looked) {
    const style = answer.outcome === 'not-looked-at' ? 'dim' : styles[answer.outcome];
    out.line(`${out.style({ text: answer.outcome.padEnd(8), style })}  ${out.style({ text: nameOf(answer) })}`);
    const told = answer.verdicts.filter(({ message }) => message !== '');
    for (const { path, message } of told) out.line(out.style({ text: `          ${path}: ${message}` }));
    if (answer.verdicts.length === 0 && answer.message) out.line(out.style({ text: `          ${answer.message}` }));
    for (const { path, value } of answer.pins) {
      out.line(out.style({ text: `          the mutating webhook would write ${path}: ${value}`, style: 'dim' }));
    }
  }
  const rest = body.items.length - looked.length;
  if (rest > 0) out.note(`${rest} ${rest === 1 ? 'object runs' : 'objects run'} no image as far as Pharos knows.`);
}

function nameOf({ kind, namespace, name }: AdmissionAnswer): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

const STATUS: Column<AdmissionStatus>[] = [
  { head: 'AGENT', cell: (row) => row.agent, max: 40 },
  { head: 'LOCATION', cell: (row) => row.locationId },
  { head: 'MODE', cell: (row) => row.mode },
  {
    head: 'SNAPSHOT',
    cell: (row) => ({ text: row.state, style: row.state === 'ok' ? 'green' : 'red' }),
  },
  { head: 'ISSUED', cell: (row) => (row.issuedAt === null ? null : ago(row.issuedAt)) },
  { head: 'IMAGES', cell: (row) => row.images, align: 'right' },
  { head: 'ADMITTED', cell: (row) => row.admitted + row.warned, align: 'right' },
  { head: 'REFUSED', cell: (row) => row.refused, align: 'right' },
  { head: 'BY AUDIT', cell: (row) => row.audited || null, align: 'right' },
  { head: 'REPORTED', cell: (row) => ago(row.reportedAt) },
  { head: 'MESSAGE', cell: (row) => row.message, max: 60 },
];

function status(shell: Shell): Command {
  return examples(listCommand('status', 'show admission control of each agent'), 'admission status').action(
    clientAction<ListOptions>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) => client('listAdmission', { query }));
      out.list(body, (row) => row.agentId, STATUS, 'No agent has admission control switched on.');
    }),
  );
}

const REFUSALS: Column<AdmissionRefusal>[] = [
  { head: 'LAST', cell: (row) => ago(row.lastAt) },
  { head: 'TIMES', cell: (row) => row.count, align: 'right' },
  { head: 'LOCATION', cell: (row) => row.locationId },
  { head: 'OBJECT', cell: (row) => `${row.kind} ${row.namespace ? `${row.namespace}/` : ''}${row.name}`, max: 50 },
  { head: 'IMAGE', cell: (row) => row.image, max: 70 },
  { head: 'STATE', cell: (row) => row.state },
  { head: 'WHO', cell: (row) => row.user, max: 40 },
  { head: '', cell: (row) => (row.mode === 'audit' ? { text: 'admitted by audit mode', style: 'yellow' } : null) },
];

function refusals(shell: Shell): Command {
  const command = listCommand('refusals', 'show what was refused, latest first').option(
    '--location <LOCATION>',
    'only there',
  );
  return examples(command, 'admission refusals', 'admission refusals --location eu-west --json').action(
    clientAction<ListOptions & { location?: string }>(shell, async ({ client, out }, _args, options) => {
      const body = await readPages(options, (query) =>
        client('listAdmissionRefusals', { query: { ...query, locationId: options.location } }),
      );
      out.list(body, (row) => String(row.id), REFUSALS, 'Nothing was refused.');
    }),
  );
}
