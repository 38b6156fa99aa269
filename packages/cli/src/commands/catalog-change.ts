/** `pharos catalog preview|publish|rollback|ask|rollout`: what changes a catalog, and what it restarts. */
import {
  type CatalogDetail,
  type CatalogFollower,
  type CatalogPreview,
  type RolloutPolicy,
  UpgradeTiming,
} from '@pharos/contract';
import { Command, Option } from 'commander';
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
import { EXIT } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { ago } from '../format.ts';
import type { Output } from '../output.ts';
import { findCluster } from '../resolve.ts';

interface Place extends CommonOptions {
  location?: string;
}

const inPlace = (location: string | undefined) => (location === undefined ? {} : { location });
const nameOf = ({ namespace, name }: CatalogFollower) => `${namespace}/${name}`;

function named(verb: string, summary: string): Command {
  return clientCommand(verb, summary)
    .argument('<name>', 'name of the catalog')
    .option('--location <ID>', 'where, when several locations have one of this name');
}

export function preview(shell: Shell): Command {
  const command = named('preview', 'say what a change would serve, and which clusters it would restart').option(
    '--edition <N>',
    'going back to this edition; without it: what is approved now',
    wholeNumber(1, 1_000_000),
  );
  return examples(command, 'catalog preview postgresql-standard-trixie --edition 3').action(
    clientAction<Place & { edition?: number }>(shell, async ({ client, out }, [name], { location, edition = null }) => {
      const body = await client('previewCatalog', { params: { name: name! }, body: { ...inPlace(location), edition } });
      out.one(body, name!, () => tellPreview(out, body));
    }),
  );
}

/** `publish` follows approvals again, `rollback` goes back to an edition and holds it. */
export function publish(shell: Shell, verb: 'publish' | 'rollback'): Command {
  const isBack = verb === 'rollback';
  const command = named(
    verb,
    isBack ? 'go back to an edition and hold it' : 'serve what is approved now, and follow approvals',
  );
  if (isBack) command.requiredOption('--edition <N>', 'which edition', wholeNumber(1, 1_000_000));
  command
    .option('--reason <TEXT>', 'why', '')
    .option('--urgent', 'to every cluster at once, whatever the rollout policy')
    .option('--yes', 'do it although clusters restart');
  const example = `catalog ${verb} postgresql-standard-trixie${isBack ? ' --edition 3' : ''} --yes`;
  type Options = Place & { edition?: number; reason: string; urgent?: boolean; yes?: boolean };
  return examples(command, example).action(
    clientAction<Options>(shell, async ({ client, out }, [name], options) => {
      const { location, edition = null, reason, urgent = false, yes = false } = options;
      const params = { name: name! };
      const body = { ...inPlace(location), edition, reason, urgent };
      const seen = await client('previewCatalog', { params, body });
      if (!out.json) tellPreview(out, seen);
      if (seen.restarts.length > 0 && !yes) {
        const names = seen.restarts.map(nameOf).join(', ');
        throw new CliError('not-confirmed', `These clusters would restart: ${names}.`, 'Say --yes when that is meant.');
      }
      const done = await client('publishCatalog', { params, body });
      out.one(done, done.name, () => tellRollout(out, done));
    }),
  );
}

/** Asks for what guarded clusters wait for; somebody else confirms each with `clusters approve-upgrade`. */
export function ask(shell: Shell): Command {
  const command = named('ask', 'ask for the upgrade of each cluster that waits for a second person').addOption(
    new Option('--when <WHEN>', 'once it is confirmed').choices(UpgradeTiming.options).default('now'),
  );
  return examples(command, 'catalog ask postgresql-standard-trixie --when window').action(
    clientAction<Place & { when: UpgradeTiming }>(shell, async ({ client, out }, [name], { location, when }) => {
      const body = { ...inPlace(location), when };
      const done = await client('askForCatalog', { params: { name: name! }, body });
      out.one(done, done.catalog.name, () => {
        for (const each of done.asked) out.line(out.style({ text: `${nameOf(each)}: ${each.state}` }));
        for (const each of done.refused) out.warn(`${nameOf(each)}: ${each.message} ${each.hint}`);
        if (done.asked.length + done.refused.length === 0) out.note('No cluster waits that nobody has asked for.');
        else if (done.asked.length > 0)
          out.note('Somebody else confirms each: pharos clusters approve-upgrade CLUSTER');
      });
      if (done.refused.length > 0) {
        const names = done.refused.map(nameOf).join(', ');
        const hint = 'The reasons stand above.';
        throw new CliError('ask-refused', `Not asked for: ${names}.`, hint, { exitCode: EXIT.problems });
      }
    }),
  );
}

export function rollout(shell: Shell): Command {
  return new Command('rollout')
    .summary('lead an edition through its stages')
    .description(
      paragraphs(`How editions of a catalog reach clusters: canary clusters first, and the others in a maintenance window once the canaries are healthy.

A change of a catalog restarts every cluster that follows it; canary clusters follow a second catalog, NAME-canary.`),
    )
    .addCommand(status(shell))
    .addCommand(move(shell, 'go-on'))
    .addCommand(move(shell, 'stop'))
    .addCommand(setPolicy(shell));
}

function status(shell: Shell): Command {
  return examples(
    named('status', 'show where the newest edition stands'),
    'catalog rollout status postgresql-full',
  ).action(
    clientAction<Place>(shell, async ({ client, out }, [name], { location }) => {
      const body = await client('getCatalog', { params: { name: name! }, query: inPlace(location) });
      const { policy, rollout: at, followers, restarts, held } = body;
      out.one({ name: body.name, policy, rollout: at, followers, restarts, held }, body.name, () =>
        tellRollout(out, body),
      );
    }),
  );
}

function move(shell: Shell, action: 'go-on' | 'stop'): Command {
  const summary =
    action === 'stop' ? 'stop an edition where it stands' : 'do not wait any longer, or begin again after a stop';
  const command = named(action, summary)
    .option('--edition <N>', 'the edition that is meant; without it: the newest', wholeNumber(1, 1_000_000))
    .option('--reason <TEXT>', 'why', '');
  return examples(command, `catalog rollout ${action} postgresql-standard-trixie`).action(
    clientAction<Place & { edition?: number; reason: string }>(shell, async ({ client, out }, [name], options) => {
      const { location, reason } = options;
      const params = { name: name! };
      const edition = options.edition ?? (await client('getCatalog', { params, query: inPlace(location) })).newest;
      const body = await client('moveCatalogRollout', {
        params,
        body: { ...inPlace(location), edition, action, reason },
      });
      out.one(body, body.name, () => tellRollout(out, body));
    }),
  );
}

interface PolicyOptions extends Place {
  canary: string[];
  healthy: number;
  giveUp: number;
  window: RolloutPolicy['window'];
  advance: RolloutPolicy['advance'];
  urgentRevocations?: boolean;
  none?: boolean;
}

function setPolicy(shell: Shell): Command {
  const command = named('policy', 'set how editions reach clusters')
    .option('--canary <CLUSTER>', 'a cluster that gets an edition first, by name or id (repeatable)', collect, [])
    .option('--healthy <MINUTES>', 'how long canaries must have been healthy', wholeNumber(1, 10_080), 30)
    .option('--give-up <MINUTES>', 'a canary that is ill for so long stops it', wholeNumber(1, 20_160), 120)
    .addOption(
      new Option('--window <WHEN>', 'when the others change').choices(['location', 'any-time']).default('location'),
    )
    .addOption(new Option('--advance <HOW>', 'who says go on').choices(['automatic', 'by-hand']).default('automatic'))
    .option('--urgent-revocations', 'the replacement of a revoked image goes to every cluster at once')
    .option('--none', 'no stages: an edition goes to every cluster at once');
  return examples(
    command,
    'catalog rollout policy postgresql-full --canary staging --healthy 60',
    'catalog rollout policy postgresql-full --none',
  ).action(
    clientAction<PolicyOptions>(shell, async ({ client, out }, [name], options) => {
      const { location, canary, healthy, giveUp, window, advance, urgentRevocations = false, none } = options;
      const canaries: string[] = [];
      for (const one of canary) canaries.push((await findCluster(client, one)).id);
      const rules = { canaries, healthyMinutes: healthy, giveUpMinutes: giveUp, window, advance, urgentRevocations };
      const policy = none ? null : rules;
      const body = await client('setCatalogPolicy', {
        params: { name: name! },
        body: { ...inPlace(location), policy },
      });
      out.one(body, body.name, () => tellRollout(out, body));
    }),
  );
}

function tellPreview(out: Output, { changes, refused, restarts, held, isStaged }: CatalogPreview): void {
  for (const { image, reason } of refused) out.warn(`not possible: ${image}. ${reason}`);
  if (changes.length === 0) out.note('It would serve the same images as now.');
  for (const { major, before, after } of changes) {
    out.line(out.style({ text: `${major}: ${before ?? 'nothing'} → ${after ?? 'nothing'}` }));
  }
  for (const each of held) out.note(`keeps its image until a second person confirms the change: ${nameOf(each)}`);
  if (restarts.length === 0) {
    out.note('No cluster made here would restart.');
    return;
  }
  out.warn(isStaged ? 'These clusters would restart, canaries first:' : 'These clusters would restart, at once:');
  for (const each of restarts) {
    out.line(out.style({ text: `${nameOf(each)}${each.stage === 'canary' ? ' (canary)' : ''}` }));
  }
}

export function tellRollout(out: Output, catalog: CatalogDetail): void {
  const { rollout: at, policy, edition, newest, restarts, held, name } = catalog;
  for (const each of held) {
    if (each.waitsFor === null && each.isPinned) continue;
    out.warn(`${nameOf(each)} keeps ${each.tag}. ${each.message}`);
  }
  if (held.some(({ waitsFor, upgrade }) => waitsFor !== null && upgrade === null)) {
    out.note(`Ask for what waits: pharos catalog ask ${name}`);
  }
  if (policy === null) out.note('No rollout policy: an edition goes to every cluster at once.');
  if (at === null) {
    out.note(`Edition ${edition} is served.`);
    return;
  }
  const words = `edition ${at.edition}: ${at.state.replaceAll('-', ' ')} since ${ago(at.since)}, ${at.by}`;
  out.line(out.style({ text: words, style: at.state === 'stopped' ? 'yellow' : undefined }));
  if (at.message !== '') out.note(at.message);
  if (newest !== edition) out.note(`Edition ${edition} is served meanwhile.`);
  for (const each of restarts) out.note(`restarts when it goes out: ${nameOf(each)}`);
}
