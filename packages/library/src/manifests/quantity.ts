/** Amounts as Kubernetes writes them (apimachinery resource.Quantity). */

const UNITS: Readonly<Record<string, number>> = {
  ...{ '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** What a Kubernetes quantity amounts to; null: it is none. Exponents (1e9) are read too. */
export function quantityValue(text: string): number | null {
  const read = /^\+?(\d+\.?\d*|\.\d+)(?:([eE][-+]?\d+)|([KMGTPE]i|[mkMGTPE])?)$/.exec(text);
  if (read === null) return null;
  const [, digits, exponent = '', unit = ''] = read;
  return Number(`${digits}${exponent}`) * UNITS[unit]!;
}

/** Less than a megabyte is a forgotten unit: "20" are 20 bytes, and "500m" is half of one. @param text a quantity of bytes */
export function isTiny(text: string): boolean {
  const value = quantityValue(text);
  return value !== null && value < 1e6;
}
