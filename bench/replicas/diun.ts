/**
 * REPLICA OF THE REQUEST PATTERN of Diun (crazy-max/diun, read at 9050b6a) with watch_repo; not the product. A client of
 * its own for every call: ping, token, HEAD for each tag; a digest that is not the stored one costs another client: ping,
 * token, manifest (of an index also that of its own platform) and configuration.
 */
import { forEach, type Replica } from './replica.ts';

export function diun(): Replica {
  /** Tag → digest; the product keeps it on disk. */
  const stored = new Map<string, string>();
  return {
    key: 'diun',
    of: 'Diun, watch_repo',
    learns: 'digest and time of every tag, for one platform',
    atOnce: 10,
    ceiling: null,
    async scan(peer) {
      const names = await (await peer.visit()).tags();
      await forEach(names, this.atOnce, async (name) => {
        const digest = await (await peer.visit()).head(name);
        if (stored.get(name) === digest) return;
        const visit = await peer.visit();
        const { config, children } = await visit.manifest(name);
        const own = children[0] === undefined ? config : (await visit.manifest(children[0])).config;
        if (own !== null) await visit.blob(own);
        stored.set(name, digest);
      });
    },
  };
}
