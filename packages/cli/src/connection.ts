/** The client that commands use, from the settings. */
import { type Client, createClient } from '@pharos/contract';
import { readAccess } from './access-file.ts';
import type { ResolvedSettings } from './settings.ts';

export interface Connection {
  client: Client;
  url: string;
}

/**
 * Address and token: as set; else from the access file of a running `pharos up`. A token from that file goes only to
 * the address that stands beside it, so that `--url` elsewhere never carries it there.
 */
export function connect(settings: ResolvedSettings, doFetch?: typeof fetch): Connection {
  const { values, origins } = settings;
  const local = readAccess(values.dataDir);
  const url = origins.url.from === 'default' && local ? local.url : values.url;
  const localToken = local && new URL(local.url).origin === new URL(url).origin ? local.token : null;
  // A shell that starts Pharos has PHAROS_ADMIN_TOKEN set; it fits that Pharos only, the one on this machine.
  const adminToken = local && local.token === null && local.url === url ? values.adminToken : null;
  const token = values.token ?? localToken ?? adminToken ?? undefined;
  return { url, client: createClient({ baseUrl: url, token, ...(doFetch ? { fetch: doFetch } : {}) }) };
}
