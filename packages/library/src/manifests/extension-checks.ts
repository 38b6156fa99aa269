/** Extensions of a cluster: in the image itself, or as images of their own that are mounted beside it. */
import type { ManifestCheck } from '@pharos/contract';
import type { ClusterFacts } from './cluster-checks.ts';
import { fail, ok, warn } from './cluster-checks.ts';
import { extensionMajorOf, extensionNameOf, type PlacedImage, sqlNameOf } from './placed-image.ts';

/** Extension images are mounted from this major on (CloudNativePG docs/src/imagevolume_extensions.md). */
export const EXTENSION_IMAGES_FROM = 18;
const EXTENSION_NAME = /^[a-z0-9]([-a-z0-9_]*[a-z0-9])?$/;
/** Extensions that do nothing until they are preloaded, with the library that is. */
const PRELOADED: Readonly<Record<string, string>> = {
  pgaudit: 'pgaudit',
  pg_cron: 'pg_cron',
  pg_stat_statements: 'pg_stat_statements',
  timescaledb: 'timescaledb',
  pg_failover_slots: 'pg_failover_slots',
};

export function checkExtensions({ spec, image, extensionImages }: ClusterFacts): ManifestCheck[] {
  const checks: ManifestCheck[] = [];
  const seen = new Set<string>();
  for (const { name, image: digest } of spec.extensions) {
    // The operator makes names of volumes from them, where "_" and "-" are the same.
    const key = name.replaceAll('_', '-');
    if (!EXTENSION_NAME.test(name) || name.length > 59) {
      checks.push(
        fail('extension-name', `"${name}" is no name of an extension.`, 'Use its SQL name, at most 59 characters.'),
      );
    } else if (seen.has(key)) {
      checks.push(
        fail('extension-name', `"${name}" stands there twice ("_" and "-" count as the same).`, 'Take one out.'),
      );
    } else if (digest !== undefined) {
      checks.push(...checkExtensionImage(name, image, extensionImages.get(name) ?? null));
    } else checks.push(checkInImage(name, image));
    const preload = PRELOADED[sqlNameOf(name)];
    if (preload !== undefined) {
      checks.push(
        warn(
          'extension-preload',
          `"${name}" works once ${preload} is preloaded.`,
          'The operator preloads pgaudit and pg_stat_statements by itself when their parameters are set; add others to shared_preload_libraries.',
        ),
      );
    }
    seen.add(key);
  }
  return checks;
}

function checkInImage(name: string, image: PlacedImage): ManifestCheck {
  if (image.extensions.includes(sqlNameOf(name))) return ok('extension', `The image brings ${sqlNameOf(name)}.`);
  if (image.extensions.length === 0) {
    return warn(
      'extension',
      `Nothing tells which extensions the image brings; "${name}" may be missing.`,
      'Read the image deeper (its SBOM), or choose an extension image.',
    );
  }
  return fail(
    'extension',
    `The image does not bring "${name}".`,
    'Choose an image that does, or PostgreSQL 18 with an extension image.',
  );
}

/** Same major, same base, all architectures: a library that does not fit takes the server down with it. */
export function checkExtensionImage(name: string, operand: PlacedImage, found: PlacedImage | null): ManifestCheck[] {
  if (found === null) {
    return [fail('extension-image', `The image of "${name}" does not stand in this location.`, 'Choose another one.')];
  }
  const reasons: ManifestCheck[] = [];
  const major = operand.version?.major ?? 0;
  const builtFor = extensionMajorOf(found);
  if (found.kind !== 'extension') {
    return [
      fail('extension-image', `The image given for "${name}" is no extension image.`, 'Choose an extension image.'),
    ];
  }
  const brings = sqlNameOf(extensionNameOf(found.repository));
  if (sqlNameOf(name) !== brings) {
    reasons.push(
      warn('extension-name', `The image for "${name}" is of ${brings}.`, 'Check that it is the one that is meant.'),
    );
  }
  if (major < EXTENSION_IMAGES_FROM) {
    reasons.push(
      fail(
        'extension-major',
        `Extension images need PostgreSQL ${EXTENSION_IMAGES_FROM}; this is ${major}.`,
        'Choose an image that brings the extension.',
      ),
    );
  } else if (builtFor !== major) {
    const said = builtFor === null ? 'nothing says for which major' : `it is built for PostgreSQL ${builtFor}`;
    reasons.push(
      fail('extension-major', `"${name}" does not fit PostgreSQL ${major}: ${said}.`, `Choose one for ${major}.`),
    );
  }
  if (operand.os !== null && found.os !== operand.os) {
    reasons.push(
      fail(
        'extension-os',
        `"${name}" is built on ${found.os ?? 'an unknown base'}, the image on ${operand.os}.`,
        'Choose one of the same base: the libraries differ.',
      ),
    );
  } else if (operand.os === null) {
    reasons.push(
      warn('extension-os', `The base of the image is not known, so "${name}" may not fit.`, 'Read the image deeper.'),
    );
  }
  const missing = operand.platforms.filter((each) => !covers(found.platforms, each));
  if (missing.length > 0) {
    reasons.push(
      fail(
        'extension-platform',
        `"${name}" lacks ${missing.join(', ')}.`,
        'Choose one with every architecture of the image.',
      ),
    );
  }
  if (reasons.some(({ state }) => state === 'fail')) return reasons;
  const needs = 'Kubernetes 1.35 (or 1.33 with the ImageVolume gate) and containerd 2.1 or CRI-O 1.31 on the nodes.';
  return [...reasons, warn('extension-image', `"${name}" fits the image.`, `It needs ${needs}`)];
}

/** `linux/arm64` covers `linux/arm64/v8`: the eighth version is what arm64 means. */
function covers(platforms: readonly string[], wanted: string): boolean {
  const plain = (text: string) => text.replace(/^(linux\/arm64)\/v8$/, '$1');
  return platforms.some((each) => plain(each) === plain(wanted));
}
