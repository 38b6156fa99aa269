/**
 * REPLICA OF THE REQUEST PATTERN of Argo CD Image Updater (argoproj-labs/argocd-image-updater, registry-scanner, read at
 * de2cfec), strategy newest-build; not the product. One ping and one token for a repository; manifest and configuration of
 * each tag, of an index those of each platform; what it read of a tag is believed until the process ends, even if it moved.
 */
import { forEach, type Replica } from './replica.ts';

export function argocdImageUpdater(): Replica {
  /** By tag, in memory. */
  const known = new Set<string>();
  return {
    key: 'argocdImageUpdater',
    of: 'Argo CD Image Updater, newest-build',
    learns: 'time of every tag; a tag that moved is not noticed',
    atOnce: 20,
    ceiling: 20,
    async scan(peer) {
      const visit = await peer.visit();
      const unknown = (await visit.tags()).filter((name) => !known.has(name));
      await forEach(unknown, this.atOnce, async (name) => {
        const { config, children } = await visit.manifest(name);
        if (config !== null) await visit.blob(config);
        for (const child of children) {
          const platform = await visit.manifest(child);
          if (platform.config !== null) await visit.blob(platform.config);
        }
        known.add(name);
      });
    },
  };
}
