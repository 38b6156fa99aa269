import type { Call } from './call.ts';
import type { Fault, FaultOptions } from './fault.ts';
import { FAULTS, type FaultName, isFaultName } from './faults.ts';
import { TestbedError } from './testbed-error.ts';

/** A fault by its name, or with options. */
export type FaultSetting = FaultName | ({ name: FaultName } & FaultOptions);

/** A fault that strikes, with what it was told. */
export type ActiveFault = { fault: Fault; options: FaultOptions };

type Armed = ActiveFault & { name: FaultName; seen: number; struck: number };

/** The faults that are on, and how often each has struck. */
export class FaultSwitch {
  #armed: Armed[] = [];

  /** Replaces all faults; counters start anew. Throws `unknown-fault`. */
  set(settings: FaultSetting | readonly FaultSetting[] | undefined): void {
    const list = settings === undefined ? [] : Array.isArray(settings) ? settings : [settings];
    this.#armed = (list as readonly FaultSetting[]).map((setting) => {
      const { name, ...options } = typeof setting === 'string' ? { name: setting } : setting;
      if (!isFaultName(name)) {
        throw new TestbedError('unknown-fault', `There is no fault "${name}".`, 'List them with --list.');
      }
      return { name, fault: FAULTS[name], options, seen: 0, struck: 0 };
    });
  }

  names(): FaultName[] {
    return this.#armed.map(({ name }) => name);
  }

  /** How often a fault has struck since it was set. */
  struck(name: FaultName): number {
    return this.#armed.filter((armed) => armed.name === name).reduce((sum, armed) => sum + armed.struck, 0);
  }

  /** The faults that strike this call; counts it. */
  take(call: Call): ActiveFault[] {
    return this.#armed.filter((armed) => {
      if (!matches(armed, call)) return false;
      armed.seen += 1;
      if (armed.seen <= (armed.options.afterRequests ?? 0)) return false;
      if (armed.struck >= (armed.options.times ?? Number.POSITIVE_INFINITY)) return false;
      armed.struck += 1;
      return true;
    });
  }
}

function matches({ fault, options }: ActiveFault, call: Call): boolean {
  if (!fault.on.includes(call.kind)) return false;
  if (options.repo !== undefined && options.repo !== call.repo) return false;
  if (options.tag !== undefined && options.tag !== call.reference) return false;
  if (options.path === undefined) return true;
  const path = call.url.pathname + call.url.search;
  return typeof options.path === 'string' ? path.includes(options.path) : options.path.test(path);
}
