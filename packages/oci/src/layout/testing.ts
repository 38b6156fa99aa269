import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIG, MANIFEST_TYPE, manifestText, sha256 } from '../testing.ts';
import { LayoutRegistry } from './registry.ts';

/** Small helpers of the layout's own tests; not exported. */

const REF = 'org.opencontainers.image.ref.name';

export interface Written {
  digest: string;
  text: string;
}

/** A folder that goes with the test. */
export function folder(t: { after(run: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'pharos-layout-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', ...digest.split(':'));
}

/** One image; `seed` makes it another one. */
export function image(seed: string): Written {
  const text = manifestText({ annotations: { seed } });
  return { digest: sha256(text), text };
}

/** Writes a layout with these images by ref.name; an entry of another shape is taken as it stands. */
export function writeLayout(path: string, images: readonly (readonly [string | object, Written])[]): void {
  mkdirSync(join(path, 'blobs/sha256'), { recursive: true });
  writeFileSync(join(path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(blobPath(path, sha256(CONFIG)), CONFIG);
  for (const [, { digest, text }] of images) writeFileSync(blobPath(path, digest), text);
  const manifests = images.map(([name, { digest, text }]) => ({
    mediaType: MANIFEST_TYPE,
    digest,
    size: text.length,
    ...(typeof name === 'string' ? { annotations: { [REF]: name } } : name),
  }));
  writeFileSync(join(path, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
}

/** Packs a layout with the system's tar, as people do. */
export function pack(layout: string, archive: string, ...options: string[]): void {
  execFileSync('tar', [...options, '-cf', archive, '-C', layout, '.']);
}

/** A registry over files that looks at them anew at every question. */
export function openLayout(path: string, limits = {}): LayoutRegistry {
  return new LayoutRegistry({ name: 'test', url: `oci-layout:${path}`, limits }, 0);
}

/** What `repository` lists as tag → digest, and the code of the error that ended the list. */
export async function tagsOf(registry: LayoutRegistry, repository: string) {
  const tags: Record<string, string | null> = {};
  try {
    for await (const page of registry.describeTags(repository))
      for (const { name, digest } of page) tags[name] = digest;
  } catch (error) {
    return { tags, code: (error as { code: string }).code };
  }
  return { tags, code: null };
}
