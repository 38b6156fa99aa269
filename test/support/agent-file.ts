/** Agent files for tests with several registries. JSON is YAML, so the file needs no writer of its own. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './pharos.ts';

/** One entry of `registries`, in the words of the file. */
export interface FileEntry {
  name: string;
  url: string;
  interval?: string;
  provider?: string;
  api_url?: string;
  budget?: { requests_per_day?: number; concurrency?: number };
  authentication?: object;
  tls?: { ca_certs?: string; skip_verify?: boolean; plain_http?: boolean };
  repositories?: readonly string[];
  rules?: readonly object[];
}

/** Writes `beacon_agent.yaml` into a folder of its own. Without `tls` a registry is spoken to over plain HTTP. */
export function agentFile(
  registries: readonly FileEntry[],
  agent: { beacon_server?: string; access_key?: string; join_token?: string } = {},
): string {
  const discovery = {
    interval: '1s',
    registries: registries.map(({ repositories, tls, url, ...entry }) => ({
      ...entry,
      url: url.replace(/^https?:\/\//, ''),
      tls: tls ?? { plain_http: true },
      ...(repositories ? { postgres_repositories: repositories.map((name) => ({ name })) } : {}),
    })),
  };
  const capabilities = { provisioning: { images: { discovery } } };
  const file = join(makeFolder(), 'beacon_agent.yaml');
  writeFileSync(file, JSON.stringify({ agent, dispatcher: { location_id: 'eu-west', capabilities } }, null, 2));
  return file;
}
