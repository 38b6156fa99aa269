/** The whole way: the API of a running Pharos, and the page in chromium. */
import type { Measure } from '../measure.ts';

export async function inBrowser(_env: Record<string, string>, _engine: string, _dataDir?: string): Promise<Measure[]> {
  return [];
}
