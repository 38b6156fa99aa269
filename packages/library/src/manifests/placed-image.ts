/** An image where it stands: what manifests are written from. */
import type { Engine, Facts, ImageState, Version } from '@pharos/contract';
import { pullName } from '../pull.ts';

/** A tag of a location with what is known of the image behind it. */
export interface PlacedImage {
  readonly digest: string;
  readonly repositoryId: string;
  readonly repository: string;
  /** Address of the registry. */
  readonly host: string;
  readonly location: string;
  readonly tag: string;
  readonly kind: Facts['kind'];
  readonly engine: Engine | null;
  readonly version: Version | null;
  /** Of the image, or of its tag. */
  readonly os: string | null;
  readonly platforms: readonly string[];
  /** SQL names that the image is known to bring. */
  readonly extensions: readonly string[];
  readonly state: ImageState;
  /** RFC 3339. */
  readonly at: string;
}

/**
 * `repository:tag@digest`. CloudNativePG refuses a digest alone ("we can't detect upgrades"), and a tag alone moves
 * (internal/webhook/v1/cluster_webhook.go, validateImageName).
 */
export function pinnedReference({ host, repository, tag, digest }: PlacedImage): string {
  return `${pullName(host, repository)}:${tag}@${digest}`;
}

/** Names of extension images that are not the SQL name of what they bring. */
const SQL_NAMES: Readonly<Record<string, string>> = { pgvector: 'vector', 'postgis-extension': 'postgis' };

/** `CREATE EXTENSION` takes this one: pgvector is `vector`. */
export function sqlNameOf(name: string): string {
  return SQL_NAMES[name] ?? name;
}

/** The name of an extension in a manifest, from its repository: `…/postgis-extension` is `postgis` in the catalogs. */
export function extensionNameOf(repository: string): string {
  return repository.slice(repository.lastIndexOf('/') + 1).replace(/-extension$/, '');
}

/** The PostgreSQL major that an extension image is built for: its tag holds it in the flavour's place. */
export function extensionMajorOf({ version }: Pick<PlacedImage, 'version'>): number | null {
  const flavour = version?.flavour ?? '';
  return /^\d{2}$/.test(flavour) ? Number(flavour) : null;
}
