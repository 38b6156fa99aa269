import type { Client } from '@pharos/contract';

/** Calls that say something; the others (begin, progress, status) would only be noise in a dry run. */
const PRINTED: ReadonlySet<string> = new Set([
  'agentHello',
  'agentListing',
  'agentRegistryStatus',
  'agentScanChunk',
  'agentScanEvidence',
  'agentScanEvidencePart',
  'agentScanReports',
  'agentScanCommit',
]);

/**
 * The control plane of a dry run (`beacon_server: stdout`): takes everything, keeps nothing, and hands each message to
 * `print` as one line of JSON. Messages of the protocol never hold credentials.
 */
export function stdoutClient(print: (line: string) => void): Client {
  const client = async (name: string, input: { params?: unknown; body?: unknown }): Promise<unknown> => {
    if (PRINTED.has(name))
      print(JSON.stringify({ call: name, ...(input.params ? { params: input.params } : {}), body: input.body }));
    const params = input.params as { id?: string; n?: number } | undefined;
    const body = input.body as Record<string, unknown> | undefined;
    switch (name) {
      case 'agentHello':
        return { serverEpoch: 'stdout', configVersion: 'stdout' };
      case 'agentConfig':
        return { configVersion: 'stdout', registries: [], rules: [] };
      case 'agentScanBegin':
        return { scanId: body?.scanId, nextChunk: 0, committed: false };
      case 'agentScanChunk':
        return { nextChunk: (params?.n ?? 0) + 1, needImages: [] };
      case 'agentScanCommit':
        return { scanId: params?.id, status: body?.status, added: 0, moved: 0, missing: 0, retired: 0, message: '' };
      default:
        return undefined;
    }
  };
  return client as Client;
}
