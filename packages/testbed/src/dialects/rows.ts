import type { Content } from '../content.ts';
import { digestOf, type Stored } from '../image.ts';

/** A tag with what the products tell of it. */
export type TagRow = { tag: string; digest: string; stored: Stored; pushed: Date; isLocked: boolean };

/** A manifest with all its tags. */
export type DigestRow = { digest: string; stored: Stored; tags: string[]; pushed: Date };

/** The tags of a repository in byte order, each with its digest. */
export function tagRows(content: Content, repo: string, tags = content.tags(repo) ?? []): TagRow[] {
  const history = content.history(repo);
  return tags.flatMap((tag) => {
    const digest = content.resolve(repo, tag) ?? '';
    const stored = content.manifest(repo, digest);
    const pushed = history.get(tag)?.at(-1)?.from ?? content.addedAt(repo, digest);
    return stored ? [{ tag, digest, stored, pushed, isLocked: content.isLocked(repo, tag) }] : [];
  });
}

/** The manifests of a repository, untagged ones and children of indexes too, in the order in which they came. */
export function digestRows(content: Content, repo: string): DigestRow[] {
  const tags = new Map<string, string[]>();
  for (const tag of content.tags(repo) ?? []) {
    const digest = content.resolve(repo, tag) ?? '';
    const known = tags.get(digest);
    if (known) known.push(tag);
    else tags.set(digest, [tag]);
  }
  return [...content.manifests(repo)].map((stored) => ({
    digest: stored.digest,
    stored,
    tags: tags.get(stored.digest) ?? [],
    pushed: content.addedAt(repo, stored.digest),
  }));
}

type Descriptor = {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { os: string; architecture: string; variant?: string };
  annotations?: Record<string, string>;
};
type Parsed = {
  artifactType?: string;
  config?: Descriptor;
  layers?: Descriptor[];
  manifests?: Descriptor[];
  annotations?: Record<string, string>;
};

/** What a product reads out of a manifest and its configuration. */
export type ImageFacts = {
  /** Configuration and layers; undefined for an index. */
  size: number | undefined;
  os: string | undefined;
  architecture: string | undefined;
  created: string | undefined;
  configMediaType: string | undefined;
  artifactType: string | undefined;
  annotations: Record<string, string>;
  isIndex: boolean;
  children: Descriptor[];
};

/** Reads a manifest as a product does when it is pushed. What is no JSON has no facts. */
export function imageFacts(content: Content, repo: string, stored: Stored): ImageFacts {
  const parsed = parse(stored.bytes) as Parsed;
  const { config, layers = [], manifests } = parsed;
  const told = parse((config && content.blob(repo, config.digest)?.bytes) ?? Buffer.alloc(0));
  const text = (name: 'os' | 'architecture' | 'created') =>
    typeof told[name] === 'string' ? (told[name] as string) : undefined;
  return {
    size: config && [config, ...layers].reduce((sum, { size }) => sum + size, 0),
    os: text('os'),
    architecture: text('architecture'),
    created: text('created'),
    configMediaType: config?.mediaType,
    artifactType: parsed.artifactType,
    annotations: parsed.annotations ?? {},
    isIndex: manifests !== undefined,
    children: manifests ?? [],
  };
}

function parse(bytes: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(bytes.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** The digest of a tag that is not there. */
export const inventedDigest = (tag: string): string => digestOf(`invented ${tag}`);
