/** A layout in a tar archive, as `skopeo copy … oci-archive:` writes it. */
import { incomplete, type LayoutFiles, openPlain, readAt, refuseLarge, stampOf, unreadable } from './files.ts';
import { type Extent, indexTar } from './tar.ts';

const MEMBER = /^(?:oci-layout|index\.json|blobs\/sha256\/[a-f0-9]{64}|blobs\/sha512\/[a-f0-9]{128})$/;

/**
 * Opens an archive and indexes it, unless `before` is the same archive unchanged.
 * @param root see `openPlain`
 * @throws RegistryError `layout-invalid`, `layout-incomplete`, `layout-unreadable`, `too-many-names`
 */
export async function openArchive(
  path: string,
  root: string | null,
  before: LayoutFiles | null = null,
): Promise<LayoutFiles> {
  const opened = await openPlain(path, root);
  if (opened === null) throw unreadable(path, { code: 'ENOENT' });
  const { handle, stats } = opened;
  try {
    const stamp = stampOf(stats);
    if (before?.stamp === stamp) return before;
    const members = await indexTar(handle, path, stats.size, (name) => MEMBER.test(name));
    if (stampOf(await handle.stat()) !== stamp) throw incomplete(`${path} is being written.`);
    return {
      path,
      stamp,
      writtenAt: stats.mtimeMs,
      read: async (name, maxBytes) => {
        const extent = members.get(name);
        if (extent === undefined) return null;
        refuseLarge(path, name, extent.size, maxBytes);
        return readMember(path, root, stamp, extent);
      },
    };
  } finally {
    await handle.close();
  }
}

/** The places of the index are those of one state of the file: in any other they are somebody else's bytes. */
async function readMember(path: string, root: string | null, stamp: string, { offset, size }: Extent): Promise<Buffer> {
  const opened = await openPlain(path, root);
  if (opened === null) throw incomplete(`${path} is gone.`);
  const { handle, stats } = opened;
  try {
    if (stampOf(stats) !== stamp) throw incomplete(`${path} has changed while it was read.`);
    const bytes = await readAt(handle, path, offset, size);
    if (stampOf(await handle.stat()) !== stamp) throw incomplete(`${path} has changed while it was read.`);
    return bytes;
  } finally {
    await handle.close();
  }
}
