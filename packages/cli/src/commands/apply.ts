/** `pharos apply`: make the library, and what runs from it, what files say. */
import type { Client } from '@pharos/contract';
import { type Command, Option } from 'commander';
import { readDocuments } from '../apply/document.ts';
import { readKnown } from '../apply/known.ts';
import type { Known } from '../apply/noun.ts';
import { plan } from '../apply/plan.ts';
import type { Step } from '../apply/step.ts';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  collect,
  examples,
  noteProblems,
  type Shell,
} from '../command.ts';
import { EXIT, type ExitCode } from '../exit-code.ts';
import { describeFailure, type Failure } from '../failure.ts';
import type { Output, Style } from '../output.ts';

interface Options extends CommonOptions {
  file: string[];
  dryRun?: boolean;
  exitCode?: boolean;
  updateSecrets?: boolean;
}

type Action = Step['action'] | 'waiting' | 'failed';

interface Outcome {
  step: Step;
  action: Action;
  id: string | null;
  failure: Failure | null;
}

export function applyCommand(shell: Shell): Command {
  const command = clientCommand('apply', 'make the library, and what runs from it, what files say')
    .addOption(
      new Option('-f, --file <PATH>', 'YAML or JSON file, directory, or - for stdin (repeatable)')
        .argParser(collect)
        .makeOptionMandatory(),
    )
    .option('--dry-run', 'show what would change, and change nothing')
    .addOption(
      new Option('--exit-code', 'with --dry-run: exit with 6 when something would change').implies({ dryRun: true }),
    )
    .option('--update-secrets', 'send credentials also where one is stored (they cannot be compared)')
    .addHelpText('after', FORM);
  return examples(command, 'apply -f library.yaml --dry-run', 'apply -f library/', 'apply -f - < library.yaml').action(
    clientAction<Options>(shell, async ({ client, out }, _args, options) => {
      const documents = await readDocuments(options.file, shell.io);
      const read = () => readKnown(client, documents);
      const known = await read();
      const steps = plan(documents, known, options);
      const outcomes = options.dryRun ? await rehearse(client, steps) : await carryOut(client, steps, known, read);
      if (out.json) out.body({ dryRun: options.dryRun ?? false, items: outcomes.map(bodyOf) });
      else show(out, outcomes, options.dryRun ?? false);
      const worst = worstOf(outcomes);
      if (worst !== EXIT.ok) noteProblems(shell, worst);
      else if (options.exitCode && outcomes.some(({ action }) => action === 'create' || action === 'update')) {
        noteProblems(shell);
      }
    }),
  );
}

const FORM = `
A file holds documents with "kind:", or lists:

  registries:                         # kind: Registry
    - name: production
      url: registry.example.com
      interval: 5m
      authentication: { type: basic, username: robot, password: $REGISTRY_PASSWORD }
  rules:                              # kind: Rule
    - name: postgres
      registry: production            # left out: every registry
      kind: postgres                  # "declaredKind" in a document of kind: Rule
      repositories: { include: ["postgres*"] }
      tags: [{ include: ["17.*"], keep: 20 }]
  policies:                           # kind: Policy
    - name: signed
      effect: require
      requirements: { signedBy: [release key] }
  clusters:                           # kind: Cluster
    - name: orders
      location: eu-west
      image: postgresql:17.6@sha256:… # or the digest, or repository:tag as it is now
      storage: 20Gi
      apply: true                     # an agent of the location applies it
      maintenance: { windows: ["sat,sun 22:00 4h Europe/Berlin"] }

Also trust (TrustEntry), hcpTags (HcpTag), users (User), teams (Team), approvalRules (ApprovalRule), receivers (Receiver),
webhooks (Webhook), repositories (Repository), models (Model), locations (Location), catalogs (Catalog), modelDeployments
(ModelDeployment) and modelServices (ModelService); every key of each stands in docs/declarative.md. What there is
already, as such a file: pharos export.

Things are known by name; clusters and model deployments by location, namespace and name. What the file leaves out
takes its default, except credentials, maintenance windows of clusters, stages of catalogs, members of teams and what is
said about repositories and models, which stay as they are. Nothing is removed, and what comes from an agent file is left
alone. In addresses and secrets $NAME is taken from the environment, and { file: PATH } from a file. A thing that fails
does not stop the others. What waits for a second person or a
maintenance window is no failure: it exits with 0, also when it is applied again. Without --exit-code a dry run exits with 0 whether or not something would change.`;

/** Nothing is changed. What would be made new is tried out where the control plane can try it. */
async function rehearse(client: Client, steps: readonly Step[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    const failure = await (step.rehearse?.(client) ?? Promise.resolve()).then(() => null, describeFailure);
    outcomes.push({ step, action: failure ? 'failed' : step.action, id: step.id, failure });
  }
  return outcomes;
}

/** What was made by the same file is read again before things of another kind name it. */
async function carryOut(
  client: Client,
  steps: readonly Step[],
  planned: Known,
  read: () => Promise<Known>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  let known = planned;
  /** The kind of what was made since `known` was read. */
  let made: string | null = null;
  for (const step of steps) {
    const { carryOut: act, noun } = step;
    try {
      if (act && made !== null && made !== noun) {
        known = await read();
        made = null;
      }
      const id = act ? await act(client, known) : step.id;
      if (step.action === 'create') made = noun;
      const isWaiting = step.waits === true && step.action !== 'create';
      outcomes.push({ step, action: isWaiting ? 'waiting' : step.action, id, failure: null });
    } catch (error) {
      outcomes.push({ step, action: 'failed', id: step.id, failure: describeFailure(error) });
    }
  }
  return outcomes;
}

function worstOf(outcomes: readonly Outcome[]): ExitCode {
  const codes = outcomes.map(
    ({ action, failure }) => failure?.exitCode ?? (action === 'conflict' ? EXIT.failed : EXIT.ok),
  );
  return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
}

function bodyOf({ step, action, id, failure }: Outcome): object {
  const { noun, name, changes, reason } = step;
  const next = action === 'create' && step.next !== undefined ? { next: step.next } : {};
  const error = failure && { code: failure.code, detail: failure.message, hint: failure.hint, errors: failure.errors };
  return { kind: noun, name, id, action, changes, reason, ...next, error };
}

const WORDS: Record<Action, [done: string, dry: string, style: Style]> = {
  create: ['created', 'would be created', 'green'],
  update: ['changed', 'would be changed', 'yellow'],
  waiting: ['waits', 'waits', 'yellow'],
  unchanged: ['unchanged', 'unchanged', 'dim'],
  skip: ['left alone', 'left alone', 'dim'],
  conflict: ['not possible', 'not possible', 'red'],
  failed: ['failed', 'failed', 'red'],
};

function show(out: Output, outcomes: readonly Outcome[], dryRun: boolean): void {
  for (const { step, action, id, failure } of outcomes) {
    if (out.quiet) {
      if (id && (action === 'create' || action === 'update')) out.line(id);
      continue;
    }
    const [done, dry, style] = WORDS[action];
    out.line(
      `${step.noun} ${out.style({ text: step.name, style: 'bold' })}  ${out.style({ text: dryRun ? dry : done, style })}`,
    );
    for (const { field, before, after } of step.changes) {
      if (before !== null) out.line(out.style({ text: `  - ${field}: ${before}`, style: 'red' }));
      if (after !== null) out.line(out.style({ text: `  + ${field}: ${after}`, style: 'green' }));
    }
    if (step.reason) out.line(`  ${out.style({ text: step.reason })}`);
    if (step.next && action === 'create' && !dryRun) out.line(`  ${out.style({ text: step.next })}`);
    if (failure) {
      out.line(`  ${out.style({ text: `${failure.message} (${failure.code})` })}`);
      for (const { path, message } of failure.errors ?? []) out.line(`  ${out.style({ text: `${path}: ${message}` })}`);
      if (failure.hint) out.line(`  ${out.style({ text: `hint: ${failure.hint}` })}`);
    }
  }
  if (outcomes.length === 0) out.note('The files hold nothing to apply.');
}
