/**
 * What a cluster is held against before its manifest is handed out: what the CRD says, what only the operator's webhook says
 * (cloudnative-pg v1.30.0, internal/webhook/v1/cluster_webhook.go), and what neither of them sees.
 */
import type { ClusterSpec, ManifestCheck } from '@pharos/contract';
import { lifecycleOf } from '../lifecycle.ts';
import { checkExtensions } from './extension-checks.ts';
import { OPERATORS, operatorVersion } from './operator-version.ts';
import type { PlacedImage } from './placed-image.ts';
import { isTiny, quantityValue } from './quantity.ts';

/** What is known when a cluster is checked. */
export interface ClusterFacts {
  readonly spec: ClusterSpec;
  readonly image: PlacedImage;
  /** As far as it was read; null: not known. */
  readonly uid: string | null;
  readonly subkind: string | null;
  /** Whether the digest is an index or the manifest of one platform; null: not known. */
  readonly isIndex: boolean | null;
  readonly findings: readonly { code: string; severity: string; message: string }[];
  /** Extension images by the name that the spec gives them. */
  readonly extensionImages: ReadonlyMap<string, PlacedImage>;
  readonly now: Date;
}

/** Every check, in the order in which a person reads them. Nothing but a `fail` keeps the manifest back. */
export function checkCluster(facts: ClusterFacts): ManifestCheck[] {
  return [
    checkName(facts.spec.name),
    checkNamespace(facts.spec.namespace),
    checkInstances(facts.spec.instances),
    ...checkStorage(facts.spec),
    ...checkResources(facts.spec),
    ...checkPullSecret(facts.spec),
    checkState(facts.image),
    checkEngine(facts),
    checkTag(facts),
    checkMajor(facts),
    ...checkLifecycle(facts),
    ...checkBytes(facts),
    ...facts.findings
      .filter(({ severity, code }) => severity === 'error' || /version-conflict|engine-conflict/.test(code))
      .map(({ code, message }) =>
        fail(code, message, 'Have the image tagged or built again; choose another meanwhile.'),
      ),
    ...checkExtensions(facts),
  ];
}

export function ok(id: string, message: string): ManifestCheck {
  return { id, state: 'ok', message, hint: '' };
}
export function warn(id: string, message: string, hint: string): ManifestCheck {
  return { id, state: 'warn', message, hint };
}
export function fail(id: string, message: string, hint: string): ManifestCheck {
  return { id, state: 'fail', message, hint };
}

export function isAdmissible(checks: readonly ManifestCheck[]): boolean {
  return checks.every(({ state }) => state !== 'fail');
}

/** DNS-1035, at most 50: the operator makes names of pods and services from it. */
function checkName(name: string): ManifestCheck {
  if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    const hint = 'Use lower-case letters, digits and "-"; begin with a letter and end with a letter or digit.';
    return fail('name', `"${name}" is no name that the operator takes.`, hint);
  }
  if (name.length > 50) return fail('name', `The name has ${name.length} characters; 50 are the most.`, 'Shorten it.');
  return ok('name', `The name "${name}" is valid.`);
}

function checkNamespace(namespace: string): ManifestCheck {
  if (namespace.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(namespace)) {
    return ok('namespace', `It goes into the namespace "${namespace}".`);
  }
  return fail(
    'namespace',
    `"${namespace}" is no name of a namespace.`,
    'Use at most 63 lower-case letters, digits, "-".',
  );
}

function checkInstances(instances: number): ManifestCheck {
  if (instances < 1) return fail('instances', 'A cluster has at least one instance.', 'Use 3 for high availability.');
  if (instances > 99) return fail('instances', `${instances} instances are too many.`, 'Use at most 99.');
  if (instances === 1) return warn('instances', 'One instance: no failover.', 'Use 3 where data must stay available.');
  return ok('instances', `${instances} instances: one primary and ${instances - 1} to fail over to.`);
}

const isQuantity = (text: string) => (quantityValue(text) ?? 0) > 0;
const isSubdomain = (text: string) => text.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(text);

function checkSize(size: string): ManifestCheck {
  if (size === '') return fail('storage', 'No size of the storage is given.', 'Write e.g. 20Gi.');
  if (!isQuantity(size)) return fail('storage', `"${size}" is no size.`, 'Write e.g. 20Gi.');
  if (isTiny(size)) return fail('storage', `"${size}" is less than a megabyte.`, 'Write the unit too, e.g. 20Gi.');
  return ok('storage', `${size} of storage for each instance.`);
}

function checkStorage({ storage }: ClusterSpec): ManifestCheck[] {
  const { size, storageClass, walSize } = storage;
  const checks = [checkSize(size)];
  if (walSize !== undefined && (!isQuantity(walSize) || isTiny(walSize))) {
    checks.push(fail('wal-storage', `"${walSize}" is no size.`, 'Write e.g. 5Gi, or leave it out.'));
  }
  if (storageClass !== undefined && !isSubdomain(storageClass)) {
    checks.push(fail('storage-class', `"${storageClass}" is no name of a storage class.`, 'kubectl get storageclass'));
  }
  return checks;
}

function checkResources({ resources }: ClusterSpec): ManifestCheck[] {
  const checks = (['cpu', 'memory'] as const).flatMap((each) => {
    const value = resources[each];
    if (value === undefined || (isQuantity(value) && !(each === 'memory' && isTiny(value)))) return [];
    return [
      fail(
        'resources',
        `"${value}" is no amount of ${each}.`,
        each === 'cpu' ? 'Write e.g. 1 or 500m.' : 'Write e.g. 2Gi.',
      ),
    ];
  });
  if (checks.length > 0) return checks;
  if (resources.memory !== undefined) return [ok('resources', 'Requests and limits of memory are the same.')];
  return [warn('resources', 'No memory is requested.', 'Without it other pods may push the database out of memory.')];
}

function checkPullSecret({ pullSecret, namespace }: ClusterSpec): ManifestCheck[] {
  if (pullSecret === null) {
    return [
      warn(
        'pull-secret',
        'No pull secret is named.',
        `A private registry needs one, in the namespace "${namespace}" of the cluster.`,
      ),
    ];
  }
  if (!isSubdomain(pullSecret)) {
    return [
      fail('pull-secret', `"${pullSecret}" is no name of a secret.`, 'Use lower-case letters, digits, "-" and ".".'),
    ];
  }
  return [
    ok('pull-secret', `The secret "${pullSecret}" must be in the namespace "${namespace}": secrets are not shared.`),
  ];
}

function checkState({ state }: PlacedImage): ManifestCheck {
  if (state === 'approved') return ok('state', 'The image is approved.');
  if (state === 'deprecated') {
    return warn('state', 'The image is deprecated: it runs on, and is not for anything new.', 'Move to a newer one.');
  }
  return fail('state', `The image is ${state}.`, 'Choose an approved image.');
}

/** The tag does not tell EPAS from PostgreSQL; the operator would take either for the other and break the data. */
function checkEngine({ image, spec }: ClusterFacts): ManifestCheck {
  if (image.kind !== 'postgres' || image.engine === null) {
    const hint = 'Choose a PostgreSQL image; a rule can say what a repository holds.';
    return fail('engine', 'It is not known to be a PostgreSQL image.', hint);
  }
  if (image.engine !== 'postgresql' && spec.operator === 'cnpg') {
    const hint = 'Choose the operator of EDB, unless you know that yours runs this engine.';
    return warn('engine', 'EDB supports its engines with its own operator.', hint);
  }
  return ok('engine', 'The engine is one that the operator runs.');
}

/** The operator reads the version from the tag and trusts it: so it has to say what the image is. */
function checkTag({ image }: ClusterFacts): ManifestCheck {
  const read = operatorVersion(image.tag);
  if (image.tag === 'latest') {
    return fail(
      'tag',
      'The operator refuses the tag "latest": it could not see upgrades.',
      'Choose a tag with a version.',
    );
  }
  if (read === null) {
    return fail(
      'tag',
      `The operator reads no version from the tag "${image.tag}".`,
      'Choose a tag that starts with one.',
    );
  }
  const { version } = image;
  if (version?.major == null) {
    const hint = 'Have the image tagged with its PostgreSQL version first.';
    return fail('tag', `"${image.tag}" names no PostgreSQL version; the operator would read ${read.major}.`, hint);
  }
  if (read.major !== version.major || (version.minor !== null && !version.floating && read.minor !== version.minor)) {
    const is = `${version.major}${version.minor === null ? '' : `.${version.minor}`}`;
    return fail(
      'tag',
      `The operator would read ${read.major}.${read.minor} from the tag, and the image is ${is}.`,
      'Have the image tagged again.',
    );
  }
  if (version.floating) {
    return warn(
      'tag',
      `The tag "${image.tag}" moves; the digest beside it does not.`,
      'An exact tag tells people more.',
    );
  }
  return ok('tag', `The operator reads ${read.major}.${read.minor} from the tag.`);
}

function checkMajor({ image, spec }: ClusterFacts): ManifestCheck {
  const { name, majors } = OPERATORS[spec.operator];
  const major = image.version?.major ?? null;
  if (major === null)
    return fail('major', 'The major version is not known.', 'Choose an image whose version is known.');
  if (image.version?.prerelease != null) {
    return fail(
      'major',
      `${image.version.raw} is a pre-release.`,
      'Choose a release: no upgrade leads out of a pre-release.',
    );
  }
  if (major >= majors.first && major <= majors.last) return ok('major', `${name} runs PostgreSQL ${major}.`);
  return fail('major', `${name} does not run PostgreSQL ${major}.`, `Choose ${majors.first} to ${majors.last}.`);
}

function checkLifecycle({ image, now }: ClusterFacts): ManifestCheck[] {
  const lifecycle = lifecycleOf(image.version, image.engine, image.os, now);
  if (lifecycle === null) return [];
  const checks: ManifestCheck[] = [];
  if (lifecycle.isPast) {
    const message = `PostgreSQL ${image.version?.major} is past its end of life (${lifecycle.endOfLife}).`;
    checks.push(warn('end-of-life', message, 'It gets no fixes any more; choose a newer major.'));
  } else if (lifecycle.endOfLife !== null) {
    checks.push(ok('end-of-life', `PostgreSQL ${image.version?.major} is maintained until ${lifecycle.endOfLife}.`));
  }
  if (lifecycle.os?.isPast) {
    const message = `The base ${lifecycle.os.name} is past its regular support (${lifecycle.os.endOfLife}).`;
    checks.push(warn('base-end-of-life', message, 'Choose an image on a newer base.'));
  }
  return checks;
}

/** What the bytes say: index, platforms, user. */
function checkBytes({ image, uid, subkind, isIndex }: ClusterFacts): ManifestCheck[] {
  const checks: ManifestCheck[] = [];
  const architectures = image.platforms.filter((each) => !each.startsWith('unknown/'));
  if (isIndex === false) {
    const on = architectures.join(', ') || 'one platform';
    checks.push(warn('platform', `The digest is of ${on} alone.`, 'Nodes of another architecture cannot run it.'));
  } else if (architectures.length > 0) {
    checks.push(ok('platform', `Runs on ${architectures.join(', ')}.`));
  }
  if (subkind === 'official-postgres' || (uid !== null && /^\d+$/.test(uid) && uid !== '26')) {
    const user = uid ?? '999';
    checks.push(
      warn(
        'uid',
        `The image runs as uid ${user}, and the operator expects 26.`,
        `The manifest sets postgresUID and postgresGID to ${user}.`,
      ),
    );
  }
  return checks;
}
