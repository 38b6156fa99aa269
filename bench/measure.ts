/** One line of a bench: a figure, and what it stands beside. */
export interface Measure {
  /** Key in the JSON file, e.g. `discovery.vsWrk`. */
  readonly measure: string;
  readonly value: number;
  readonly unit: string;
  /** The other figure of the same run, in the same unit. */
  readonly against: { readonly name: string; readonly value: number } | null;
  readonly ratio: number | null;
}

export function measure(key: string, value: number, unit: string, against?: { name: string; value: number }): Measure {
  return {
    measure: key,
    value,
    unit,
    against: against ?? null,
    ratio: against && against.value > 0 ? value / against.value : null,
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** What the command line says. */
export interface BenchOptions {
  readonly tags?: string | undefined;
  readonly 'fast-registry'?: boolean | undefined;
  /** The registry on the first core, its clients on the second. */
  readonly 'own-cores'?: boolean | undefined;
  /** Products, or `all`. */
  readonly dialect?: readonly string[] | undefined;
  readonly platforms?: string | undefined;
  readonly latency?: string | undefined;
  readonly rate?: string | undefined;
  readonly memory?: boolean | undefined;
  readonly scans?: string | undefined;
  readonly engine?: readonly string[] | undefined;
}
