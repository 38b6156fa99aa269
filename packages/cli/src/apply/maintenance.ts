/** Maintenance windows of files: as on the command line ("sat,sun 22:00 4h Europe/Berlin"), or as the API has them. */
import type { MaintenanceWindow } from '@pharos/contract';
import type { CliError } from '../failure.ts';
import { parseWindow, windowWords } from '../window-words.ts';
import type { Reader } from './reader.ts';

interface Kept {
  windows?: readonly MaintenanceWindow[] | null | undefined;
  upgradeApproval?: boolean | undefined;
}

/** `windows` of what stands at `path`, with those in words as the API has them; anything else as it is. */
export function withWindows(reader: Reader, value: unknown, path: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null || !('windows' in value) || !Array.isArray(value.windows))
    return value;
  const windows = value.windows.map((one: unknown, index) => {
    if (typeof one !== 'string') return one;
    try {
      return parseWindow(one);
    } catch (error) {
      const { message, hint } = error as CliError;
      reader.problem([...path, 'windows', index], `${message} ${hint}`);
      return one;
    }
  });
  // What was no window is told once, in words.
  return { ...value, windows: windows.filter((one) => typeof one !== 'string') };
}

/** For a diff, of the keys that the file has. */
export function maintenanceFields(kept: Kept, asked: Kept | undefined, prefix: string): Record<string, unknown> {
  if (asked === undefined) return {};
  const fields: Record<string, unknown> = {};
  if (asked.windows !== undefined) {
    const { windows } = kept;
    const words = windows?.map(windowWords);
    fields[`${prefix}windows`] = windows === null ? 'those of its location' : words?.length ? words : undefined;
  }
  if (asked.upgradeApproval !== undefined) fields[`${prefix}upgradeApproval`] = kept.upgradeApproval || undefined;
  return fields;
}
