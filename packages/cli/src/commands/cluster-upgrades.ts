/** `pharos clusters upgrade` and what goes with it: ask, wait, confirm, cancel. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type ClusterDetail, type ClusterUpgrade, UpgradeTiming } from '@pharos/contract';
import { type Command, Option } from 'commander';
import {
  type CommonOptions,
  clientAction,
  clientCommand,
  examples,
  noteProblems,
  type Shell,
  wholeNumber,
} from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { CliError } from '../failure.ts';
import { ago, minute } from '../format.ts';
import { findImage } from '../image-reference.ts';
import type { Output } from '../output.ts';
import { findCluster } from '../resolve.ts';

const POLL_MS = 2_000;
const OPEN: ReadonlySet<ClusterUpgrade['state']> = new Set(['requested', 'scheduled', 'applying']);

interface UpgradeOptions extends CommonOptions {
  to?: string;
  when: UpgradeTiming;
  wait?: boolean;
  timeout: number;
}

export function whenOption(description: string): Option {
  return new Option('--when <TIME>', description).choices(UpgradeTiming.options).default('now');
}

export function upgrade(shell: Shell): Command {
  const command = clientCommand('upgrade', 'list what a cluster can move to, move it, or wait until it has moved')
    .argument('<cluster>', 'name or id')
    .option(
      '--to <IMAGE>',
      'move to this approved image (REPOSITORY:TAG or a digest); without it the choices are listed',
    )
    .addOption(whenOption('at once, or in the next maintenance window'))
    .option('--wait', 'wait for the end of the newest upgrade; exit code 6 unless all instances run the image')
    .addOption(
      new Option('--timeout <MINUTES>', 'with --wait: give up after so long, with exit code 6')
        .argParser(wholeNumber(1, 100_000))
        .default(90),
    );
  return examples(
    command,
    'clusters upgrade orders',
    'clusters upgrade orders --to sha256:… --wait',
    'clusters upgrade orders --to sha256:… --when window',
  ).action(
    clientAction<UpgradeOptions>(shell, async ({ client, out }, [name], options) => {
      const { id } = await findCluster(client, name!);
      const { to, when, wait, timeout } = options;
      if (to === undefined && !wait) return choices(client, out, id);
      let cluster =
        to === undefined
          ? await client('getCluster', { params: { id } })
          : await client('upgradeCluster', { params: { id }, body: { image: await findImage(client, to), when } });
      if (wait) cluster = await waitFor(client, out, cluster, timeout);
      const [newest] = cluster.upgrades;
      out.one(cluster, id, () => {
        if (newest === undefined) out.line(`"${cluster.name}" was never upgraded.`);
        else showUpgrade(out, newest);
      });
      if (wait && newest?.state !== 'verified') noteProblems(shell);
    }),
  );
}

async function choices(client: Client, out: Output, id: string): Promise<void> {
  const answer = await client('listUpgrades', { params: { id } });
  if (out.json) return out.body(answer);
  if (answer.upgrades.length === 0) return out.note('Nothing newer is approved in its location.');
  for (const { kind, image, risks } of answer.upgrades) {
    out.line(out.style({ text: out.quiet ? image.digest : `${kind}  ${image.tag}  ${image.digest}` }));
    for (const { state, message } of risks) out.note(`  ${state === 'fail' ? 'refused: ' : ''}${message}`);
  }
}

/** Until the newest upgrade has ended, or time is over. */
async function waitFor(client: Client, out: Output, first: ClusterDetail, minutes: number): Promise<ClusterDetail> {
  const until = Date.now() + minutes * 60_000;
  let cluster = first;
  try {
    for (;;) {
      const newest = cluster.upgrades[0];
      if (newest === undefined || !OPEN.has(newest.state) || Date.now() >= until) return cluster;
      out.progress(progressText(newest));
      await sleep(POLL_MS);
      cluster = await client('getCluster', { params: { id: first.id } });
    }
  } finally {
    out.progress(null);
  }
}

function progressText({ message, opensAt }: ClusterUpgrade): string {
  return opensAt === null ? message : `${message} It opens ${minute(opensAt)} (${ago(opensAt)}).`;
}

const WORDS: Readonly<Record<ClusterUpgrade['state'], string>> = {
  requested: 'waits for a second person',
  scheduled: 'scheduled',
  applying: 'under way',
  verified: 'verified',
  unverified: 'not verified',
  stopped: 'stopped',
  cancelled: 'cancelled',
};

/** One upgrade in a line, and how it stands in a second. */
export function showUpgrade(out: Output, one: ClusterUpgrade): void {
  const { extension, from, to, change, state, requestedBy, requestedAt, approvedBy } = one;
  const what = change ?? `${extension === null ? '' : `${extension} `}${from} to ${to}`;
  const by = `${requestedBy}, ${ago(requestedAt)}${approvedBy === null ? '' : `; confirmed by ${approvedBy}`}`;
  const style = state === 'verified' ? 'green' : OPEN.has(state) ? 'cyan' : state === 'cancelled' ? 'dim' : 'yellow';
  out.line(
    `${change === null ? 'Upgrade' : 'Change'} ${out.style({ text: what })}: ${out.style({ text: WORDS[state], style })} (${out.style({ text: by })})`,
  );
  if (one.message !== '') out.line(`  ${out.style({ text: progressText(one) })}`);
}

async function waiting(client: Client, name: string): Promise<{ id: string; upgradeId: string }> {
  const { id, upgrade: open } = await findCluster(client, name);
  if (open?.state === 'requested' || open?.state === 'scheduled') return { id, upgradeId: open.id };
  throw new CliError('not-found', `No upgrade of "${name}" waits.`, `See "pharos clusters show ${name}".`, {
    exitCode: EXIT.notFound,
  });
}

export function approveUpgrade(shell: Shell): Command {
  const command = clientCommand('approve-upgrade', 'confirm an upgrade that somebody else asked for').argument(
    '<cluster>',
    'name or id',
  );
  return examples(command, 'clusters approve-upgrade orders').action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const kept = await client('approveUpgrade', { params: await waiting(client, name!) });
      out.one(kept, kept.id, () => showUpgrade(out, kept));
    }),
  );
}

export function cancelUpgrade(shell: Shell): Command {
  const command = clientCommand('cancel-upgrade', 'cancel an upgrade that waits').argument('<cluster>', 'name or id');
  return examples(command, 'clusters cancel-upgrade orders').action(
    clientAction<CommonOptions>(shell, async ({ client, out }, [name]) => {
      const kept = await client('cancelUpgrade', { params: await waiting(client, name!) });
      out.one(kept, kept.id, () => showUpgrade(out, kept));
    }),
  );
}
