/** Which images the objects name that Pharos writes itself: CloudNativePG and EDB clusters and catalogs, KServe, NIM Operator. */

/** A reference, and the digest that pins it; null: none, so that nobody can say what it will be. */
export interface NamedImage {
  readonly reference: string;
  readonly digest: string | null;
  /** Where it stands in the object, e.g. `spec.imageName`. */
  readonly path: string;
}

/** Fields whose text is a reference, in the objects above (CRDs of CloudNativePG 1.30, KServe 0.15, NIM Operator 3). */
const FIELDS: ReadonlySet<string> = new Set(['image', 'imageName', 'reference', 'modelPuller', 'pgbouncerImage']);
const DEEPEST = 40;

/** Every image that an object names, in the order of its fields; the same one twice is there once. */
export function imagesNamed(object: unknown): NamedImage[] {
  const found: NamedImage[] = [];
  walk(object, '', 0, found);
  const seen = new Set<string>();
  return found.filter(({ reference }) => !seen.has(reference) && seen.add(reference));
}

function walk(value: unknown, path: string, depth: number, found: NamedImage[]): void {
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return;
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      walk(item, `${path}[${index}]`, depth + 1, found);
    });
    return;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const { repository, tag } = fields;
  // NIM Operator writes the two apart; a pinned tag is `1.3@sha256:…`.
  if (typeof repository === 'string' && typeof tag === 'string') add(found, `${repository}:${tag}`, path);
  for (const [key, inner] of Object.entries(fields)) {
    // What operators wrote there is no wish of anybody; annotations hold copies of whole objects.
    if (depth === 0 && (key === 'status' || key === 'metadata')) continue;
    const here = path === '' ? key : `${path}.${key}`;
    if (typeof inner !== 'string') walk(inner, here, depth + 1, found);
    else if (FIELDS.has(key) && inner !== '') add(found, inner, here);
    else if (inner.startsWith('oci://')) add(found, inner.slice('oci://'.length), here);
  }
}

function add(found: NamedImage[], reference: string, path: string): void {
  found.push({ reference, digest: digestIn(reference), path });
}

/** The digest in `repo[:tag]@sha256:…`, or null. A bare digest is no reference to a manifest. */
export function digestIn(reference: string): string | null {
  return /@(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/.exec(reference)?.[1] ?? null;
}
