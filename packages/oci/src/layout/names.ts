/** What the images of a layout are called: a layout has one flat list, and tools write names into it in several ways. */
import { isRepositoryName, isTagName } from '../reference.ts';

export interface LayoutName {
  repository: string;
  tag: string;
}

/** OCI image-spec annotations.md; `skopeo copy … oci:dir:NAME` writes NAME as it was given. */
const REF_NAME = 'org.opencontainers.image.ref.name';
/** containerd, docker save and buildx: the whole reference, beside a ref.name that is the tag alone. */
const CONTAINERD_NAME = 'io.containerd.image.name';

/** The name of an entry of `index.json`; `base` is the repository where only a tag is given. null: it has none. */
export function entryName(annotations: Readonly<Record<string, unknown>>, base: string): LayoutName | null {
  const { [CONTAINERD_NAME]: whole, [REF_NAME]: name } = annotations;
  const fromWhole = typeof whole === 'string' ? splitReference(whole) : null;
  if (fromWhole !== null || typeof name !== 'string') return fromWhole;
  return isTagName(name) ? { repository: base, tag: name } : splitReference(name);
}

/** `[host/]repository:tag[@digest]` without its host: the layout is where the image stands now. */
function splitReference(text: string): LayoutName | null {
  const [reference = ''] = text.split('@', 1);
  const colon = reference.lastIndexOf(':');
  if (colon <= reference.lastIndexOf('/')) return null;
  const path = reference.slice(0, colon).split('/');
  if (path.length > 1 && (path[0] === 'localhost' || /[.:]/.test(path[0]!))) path.shift();
  const name = { repository: path.join('/'), tag: reference.slice(colon + 1) };
  return isRepositoryName(name.repository) && isTagName(name.tag) ? name : null;
}

/** File names that can be an archive. Compressed ones too, so that they are refused by name and not overlooked. */
export const ARCHIVE = /\.(?:tar(?:\.(?:gz|zst|xz|bz2))?|tgz)$/i;

/** The repository that a folder or file stands for: its path, made to fit the grammar of repository names. */
export function repositoryOfPath(parts: readonly string[]): string {
  const names = parts.map((part, index) => {
    const stem = index === parts.length - 1 ? part.replace(ARCHIVE, '') : part;
    const words = stem
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, '-')
      .replace(/[._-]*([._-])/g, '$1');
    return words.replace(/^[._-]+|[._-]+$/g, '');
  });
  const name = names.filter((each) => each !== '').join('/');
  return isRepositoryName(name) ? name : 'layout';
}
