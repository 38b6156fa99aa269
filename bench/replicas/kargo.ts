/**
 * REPLICA OF THE REQUEST PATTERN of Kargo (akuity/kargo, pkg/image, read at 1c76476), strategy NewestBuild with the default
 * cacheByTag; not the product. Every `remote.Get` is a client of its own: ping, token, manifest; then the configuration.
 * An index is read again by every scan; its platforms are known by digest from then on. A tag of one platform is not.
 */
import type { Peer } from './peer.ts';
import { forEach, type Replica } from './replica.ts';

export function kargo(): Replica {
  /** By digest, in memory: the metadata of platforms. */
  const known = new Set<string>();

  async function readPlatform(peer: Peer, digest: string): Promise<void> {
    if (known.has(digest)) return;
    const visit = await peer.visit();
    const { config } = await visit.manifest(digest);
    if (config !== null) await visit.blob(config);
    known.add(digest);
  }

  return {
    key: 'kargo',
    of: 'Kargo, NewestBuild',
    learns: 'digest, time, platforms and annotations of every tag',
    atOnce: 1000,
    ceiling: 20,
    async scan(peer) {
      const names = await (await peer.visit()).tags();
      await forEach(names, this.atOnce, async (name) => {
        const visit = await peer.visit();
        const { config, children } = await visit.manifest(name);
        if (config !== null) await visit.blob(config);
        for (const child of children) await readPlatform(peer, child);
      });
    },
  };
}
