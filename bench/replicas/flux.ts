/**
 * REPLICA OF THE REQUEST PATTERN of Flux (fluxcd/image-reflector-controller, read at debe2aa) with its default, no digest
 * reflection; not the product. Ping, token and the pages of the list; nothing is ever read of a tag but its name.
 */
import type { Replica } from './replica.ts';

export function flux(): Replica {
  return {
    key: 'flux',
    of: 'Flux image reflector',
    learns: 'names only: no digest, no time',
    atOnce: 4,
    ceiling: null,
    async scan(peer) {
      await (await peer.visit()).tags();
    },
  };
}
