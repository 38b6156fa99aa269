/** What may be asked of a registry in 24 hours, and what was: by the hour, on disk, so that a restart gives nothing back. */
import { readFile } from 'node:fs/promises';
import { RegistryError } from '@pharos/oci';
import { NOT_ASKED } from './not-asked.ts';
import { writeWhole } from './write-file.ts';

const HOUR_MS = 3_600_000;
const HOURS = 24;
const SAVE_MS = 10_000;

export class Allowance {
  readonly #perDay: number | null;
  readonly #path: string | null;
  readonly #now: () => number;
  /** Hour since 1970 → requests. */
  readonly #hours = new Map<number, number>();
  #savedAt = 0;
  #saving: Promise<void> = Promise.resolve();

  /** @param perDay null for no bound. @param path where the count is kept; null to keep none. @param now wall clock, milliseconds */
  constructor(perDay: number | null, path: string | null, now: () => number = Date.now) {
    this.#perDay = perDay;
    this.#path = path;
    this.#now = now;
  }

  /** Takes what was spent before this start. */
  async load(): Promise<void> {
    if (this.#path === null) return;
    try {
      const stored = JSON.parse(await readFile(this.#path, 'utf8')) as [number, number][];
      for (const [hour, count] of stored) {
        if (Number.isSafeInteger(hour) && Number.isSafeInteger(count)) this.#add(hour, count);
      }
    } catch {
      // First start, or damaged: counting begins anew.
    }
  }

  /** Requests of the last 24 hours. */
  get spent(): number {
    const oldest = this.#hour() - HOURS;
    let sum = 0;
    for (const [hour, count] of this.#hours) if (hour > oldest) sum += count;
    return sum;
  }

  /** Before a request. @throws RegistryError `budget-spent` */
  check(): void {
    if (this.#perDay === null || this.spent < this.#perDay) return;
    throw new RegistryError({
      code: 'budget-spent',
      message: `The allowance of ${this.#perDay} requests in 24 hours for this registry is used up.`,
      transient: false,
      evidence: NOT_ASKED,
    });
  }

  spend(): void {
    this.#add(this.#hour(), 1);
    if (this.#now() - this.#savedAt >= SAVE_MS) this.#save();
  }

  /** Brings the count to disk. */
  async close(): Promise<void> {
    if (this.#hours.size > 0) this.#save();
    await this.#saving;
  }

  #hour(): number {
    return Math.floor(this.#now() / HOUR_MS);
  }

  #add(hour: number, count: number): void {
    this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + count);
    if (this.#hours.size <= HOURS + 1) return;
    for (const known of this.#hours.keys()) if (known <= this.#hour() - HOURS) this.#hours.delete(known);
  }

  #save(): void {
    if (this.#path === null) return;
    this.#savedAt = this.#now();
    const path = this.#path;
    const text = JSON.stringify([...this.#hours]);
    // A count that could not be written only makes the next start more generous.
    this.#saving = this.#saving.then(() => writeWhole(path, [text])).catch(() => {});
  }
}
