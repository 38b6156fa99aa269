/** `pharos clusters window` and `pharos locations window`: when clusters may be upgraded. */
import {
  type ClusterMaintenance,
  type LocationMaintenance,
  type MaintenanceWindow,
  windowText,
} from '@pharos/contract';
import { type Command, Option } from 'commander';
import { type CommonOptions, clientAction, clientCommand, collect, examples, type Shell } from '../command.ts';
import { ago, minute } from '../format.ts';
import type { Output } from '../output.ts';
import { findCluster } from '../resolve.ts';
import { parseWindow } from '../window-words.ts';

interface WindowOptions extends CommonOptions {
  set?: string[];
  clear?: boolean;
  approval?: 'on' | 'off';
}

function windowCommand(summary: string, clear: string): Command {
  return clientCommand('window', summary)
    .option('--set <WINDOW>', 'days, time, how long, time zone; several replace what is set (repeatable)', collect)
    .addOption(new Option('--clear', clear).conflicts('set'))
    .addOption(new Option('--approval <ON>', 'whether a second person confirms each upgrade').choices(['on', 'off']));
}

export function clusterWindow(shell: Shell): Command {
  const command = windowCommand(
    'show or set the maintenance windows of a cluster',
    'take those of its location',
  ).argument('<cluster>', 'name or id');
  return examples(
    command,
    'clusters window orders',
    'clusters window orders --set "sat,sun 22:00 4h Europe/Berlin"',
    'clusters window orders --clear',
  ).action(
    clientAction<WindowOptions>(shell, async ({ client, out }, [name], options) => {
      const { id } = await findCluster(client, name!);
      const change = { ...approvalOf(options), ...(options.clear ? { windows: null } : windowsOf(options)) };
      const isChange = Object.keys(change).length > 0;
      const kept = isChange
        ? await client('setClusterMaintenance', { params: { id }, body: change })
        : await client('getClusterMaintenance', { params: { id } });
      out.one(kept, id, () => showClusterWindows(out, kept));
    }),
  );
}

export function locationWindow(shell: Shell): Command {
  const command = windowCommand(
    'show or set the maintenance windows for the clusters of a location',
    'set none',
  ).argument('<location>', 'id');
  return examples(
    command,
    'locations window eu-west',
    'locations window eu-west --set "mon-fri 03:00 90m" --approval on',
  ).action(
    clientAction<WindowOptions>(shell, async ({ client, out }, [id], options) => {
      const params = { id: id! };
      const change = { ...approvalOf(options), ...(options.clear ? { windows: [] } : windowsOf(options)) };
      const isChange = Object.keys(change).length > 0;
      const kept = isChange
        ? await client('setLocationMaintenance', { params, body: change })
        : await client('getLocationMaintenance', { params });
      out.one(kept, params.id, () => showLocationWindows(out, kept));
    }),
  );
}

function windowsOf({ set }: WindowOptions): { windows?: MaintenanceWindow[] } {
  return set === undefined ? {} : { windows: set.map(parseWindow) };
}

function approvalOf({ approval }: WindowOptions): { upgradeApproval?: boolean } {
  return approval === undefined ? {} : { upgradeApproval: approval === 'on' };
}

/** In the lines of `clusters show` too. */
export function showClusterWindows(
  out: Output,
  { windows, upgradeApproval, location, opensAt }: ClusterMaintenance,
): void {
  const effective = windows ?? location.windows;
  const whose = windows === null ? ` (of ${location.locationId})` : '';
  for (const each of effective) out.line(out.style({ text: `Maintenance window: ${windowText(each)}${whose}` }));
  if (effective.length === 0)
    out.line(out.style({ text: 'Maintenance window: none is set, here or for its location' }));
  if (opensAt !== null) {
    const isOpen = Date.parse(opensAt) <= Date.now();
    out.line(out.style({ text: isOpen ? 'It is open now.' : `It opens ${minute(opensAt)} (${ago(opensAt)}).` }));
  }
  if (upgradeApproval || location.upgradeApproval) out.line(out.style({ text: 'A second person confirms upgrades.' }));
}

function showLocationWindows(out: Output, { locationId, windows, upgradeApproval }: LocationMaintenance): void {
  for (const each of windows) out.line(out.style({ text: `Maintenance window: ${windowText(each)}` }));
  if (windows.length === 0) out.line(out.style({ text: `No maintenance window is set for ${locationId}.` }));
  if (upgradeApproval) out.line(out.style({ text: 'A second person confirms upgrades of its clusters.' }));
}
