/** `pharos apply`: make registries and rules what files say. */
import type { Client, Registry, Rule } from '@pharos/contract';
import { type Command, Option } from 'commander';
import { readDocuments } from '../apply/document.ts';
import { plan, type RegistryStep, type RuleStep, resolveRule, rulePatchOf, type Step } from '../apply/plan.ts';
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
import { readPages } from '../paging.ts';

interface Options extends CommonOptions {
  file: string[];
  dryRun?: boolean;
  exitCode?: boolean;
  updateSecrets?: boolean;
}

type Action = Step['action'] | 'failed';

interface Outcome {
  step: Step;
  action: Action;
  id: string | null;
  failure: Failure | null;
}

export function applyCommand(shell: Shell): Command {
  const command = clientCommand('apply', 'make registries and rules what files say')
    .addOption(
      new Option('-f, --file <PATH>', 'YAML or JSON file, directory, or - for stdin; repeatable')
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
      const steps = plan(documents, await readExisting(client), options);
      const outcomes = options.dryRun ? steps.map(unapplied) : await carryOut(client, steps);
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
A file holds documents of "kind: Registry" or "kind: Rule", or two lists:

  registries:
    - name: production
      url: registry.example.com
      interval: 5m
      authentication: { type: basic, username: robot, password: $REGISTRY_PASSWORD }
  rules:
    - name: postgres
      registry: production            # left out: every registry
      kind: postgres                  # "declaredKind" in a document of kind: Rule
      repositories: { include: ["postgres*"] }
      tags: [{ include: ["17.*"], keep: 20 }]

Things are known by name. What the file leaves out takes its default, except sign-in, which stays as it is.
Nothing is removed, and what comes from an agent file is left alone. $NAME is taken from the environment.
A thing that fails does not stop the others. Without --exit-code a dry run exits with 0 whether or not
something would change.`;

async function readExisting(client: Client): Promise<{ registries: Registry[]; rules: Rule[] }> {
  const [registries, rules] = await Promise.all([
    readPages({ all: true }, (query) => client('listRegistries', { query })),
    readPages({ all: true }, (query) => client('listRules', { query })),
  ]);
  return { registries: registries.items, rules: rules.items };
}

function unapplied(step: Step): Outcome {
  return { step, action: step.action, id: step.id, failure: null };
}

async function carryOut(client: Client, steps: readonly Step[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const step of steps) {
    try {
      const id = step.noun === 'registry' ? await applyRegistry(client, step) : await applyRule(client, step);
      outcomes.push({ step, action: step.action, id, failure: null });
    } catch (error) {
      outcomes.push({ step, action: 'failed', id: step.id, failure: describeFailure(error) });
    }
  }
  return outcomes;
}

async function applyRegistry(client: Client, { id, create, update }: RegistryStep): Promise<string | null> {
  if (create) return (await client('createRegistry', { body: create })).id;
  if (update && id) await client('updateRegistry', { params: { id }, body: update });
  return id;
}

async function applyRule(client: Client, { id, create, update }: RuleStep): Promise<string | null> {
  const document = create ?? update;
  if (!document) return id;
  const { items } = await readPages({ all: true }, (query) => client('listRegistries', { query }));
  const spec = resolveRule(document, items);
  if (id === null) return (await client('createRule', { body: spec })).id;
  await client('updateRule', { params: { id }, body: rulePatchOf(spec) });
  return id;
}

function worstOf(outcomes: readonly Outcome[]): ExitCode {
  const codes = outcomes.map(
    ({ action, failure }) => failure?.exitCode ?? (action === 'conflict' ? EXIT.failed : EXIT.ok),
  );
  return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
}

function bodyOf({ step, action, id, failure }: Outcome): object {
  const { noun, name, changes, reason } = step;
  const error = failure && { code: failure.code, detail: failure.message, hint: failure.hint, errors: failure.errors };
  return { kind: noun, name, id, action, changes, reason, error };
}

const WORDS: Record<Action, [done: string, dry: string, style: Style]> = {
  create: ['created', 'would be created', 'green'],
  update: ['changed', 'would be changed', 'yellow'],
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
    if (failure) {
      out.line(`  ${out.style({ text: `${failure.message} (${failure.code})` })}`);
      for (const { path, message } of failure.errors ?? []) out.line(`  ${out.style({ text: `${path}: ${message}` })}`);
      if (failure.hint) out.line(`  ${out.style({ text: `hint: ${failure.hint}` })}`);
    }
  }
  if (outcomes.length === 0) out.note('The files hold no registry and no rule.');
}
