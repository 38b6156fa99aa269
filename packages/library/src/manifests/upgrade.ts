/** From one image of a cluster to another: which step it is, and what can go wrong on the way. */
import type { ManifestCheck, Operator, UpgradeKind } from '@pharos/contract';
import { compareVersions } from '../version-order.ts';
import { fail, warn } from './cluster-checks.ts';
import { OPERATORS, operatorVersion } from './operator-version.ts';
import type { PlacedImage } from './placed-image.ts';

/** In-place major upgrades lead to this major or a later one (cluster_webhook.go, validateImageChange). */
const IN_PLACE_FROM = 16;

/** The step from one image to another; null: none forward, or not between these. */
export function upgradeKind(from: PlacedImage, to: PlacedImage): Exclude<UpgradeKind, 'extension' | 'change'> | null {
  if (from.digest === to.digest || from.engine !== to.engine) return null;
  const [old, young] = [from.version, to.version];
  if (old?.major == null || young?.major == null) return null;
  if (compareVersions(young, old) <= 0) return null;
  if (young.major !== old.major) return young.major > old.major ? 'major' : null;
  return (young.minor ?? 0) === (old.minor ?? 0) ? 'build' : 'minor';
}

/** What is told before the step; a `fail` is refused. */
export function upgradeRisks(from: PlacedImage, to: PlacedImage, operator: Operator): ManifestCheck[] {
  if (from.engine !== to.engine) {
    const hint = 'Make a new cluster and move the data with logical replication or a dump.';
    return [
      fail(
        'upgrade-engine',
        `The cluster runs ${from.engine}, the image is ${to.engine ?? 'of no known engine'}.`,
        hint,
      ),
    ];
  }
  const kind = upgradeKind(from, to);
  if (kind === null) {
    return [
      fail(
        'upgrade-downgrade',
        'The image is not newer than what the cluster runs.',
        'A way back is a restore into a new cluster.',
      ),
    ];
  }
  const risks: ManifestCheck[] = [];
  const isSameOs = from.os !== null && from.os === to.os;
  if (kind === 'major') risks.push(...majorRisks(from, to, operator, isSameOs));
  else {
    risks.push(
      warn(
        'upgrade-restart',
        'Every instance restarts, replicas first and the primary last.',
        'Do it when a short break of writes is fine.',
      ),
    );
    if (!isSameOs && from.os !== to.os && from.os !== null && to.os !== null) {
      const hint = 'Rebuild indexes over text (REINDEX) after it, or stay on the same base.';
      risks.push(warn('upgrade-os', `The base changes from ${from.os} to ${to.os}: text may sort differently.`, hint));
    }
  }
  if (!isSameOs && (from.os === null || to.os === null)) {
    risks.push(warn('upgrade-os', 'The base of one of the images is not known.', 'Make sure that both have the same.'));
  }
  if ((from.version?.flavour ?? null) !== (to.version?.flavour ?? null)) {
    const names = `${from.version?.flavour ?? 'none'} to ${to.version?.flavour ?? 'none'}`;
    risks.push(
      warn(
        'upgrade-flavour',
        `The flavour changes from ${names}: extensions may be missing.`,
        'Compare the extensions.',
      ),
    );
  }
  const gone = from.extensions.filter((each) => to.extensions.length > 0 && !to.extensions.includes(each));
  if (gone.length > 0) {
    risks.push(
      warn(
        'upgrade-extensions',
        `It does not bring ${gone.slice(0, 10).join(', ')}.`,
        'Drop them first if the database uses them.',
      ),
    );
  }
  const missing = from.platforms.filter((each) => !to.platforms.includes(each));
  if (missing.length > 0) {
    risks.push(warn('upgrade-platform', `It lacks ${missing.join(', ')}.`, 'Instances on such nodes cannot start.'));
  }
  return risks;
}

function majorRisks(from: PlacedImage, to: PlacedImage, operator: Operator, isSameOs: boolean): ManifestCheck[] {
  const young = to.version!;
  const risks: ManifestCheck[] = [];
  if (young.major! < IN_PLACE_FROM) {
    risks.push(
      fail(
        'upgrade-major',
        `The operator upgrades in place to PostgreSQL ${IN_PLACE_FROM} or later.`,
        `Choose ${IN_PLACE_FROM} or later.`,
      ),
    );
  }
  const { majors, name } = OPERATORS[operator];
  if (young.major! > majors.last) {
    risks.push(
      fail('upgrade-major', `${name} does not run PostgreSQL ${young.major}.`, `Choose at most ${majors.last}.`),
    );
  }
  if (operatorVersion(to.tag)?.major !== young.major) {
    risks.push(
      fail(
        'upgrade-tag',
        `The operator reads another version from the tag "${to.tag}".`,
        'Have the image tagged again.',
      ),
    );
  }
  if (!isSameOs && from.os !== null && to.os !== null) {
    const message = `A major upgrade across bases (${from.os} to ${to.os}) is not supported.`;
    risks.push(
      fail('upgrade-os', message, 'Change the base within the same major first, or choose an image of the same base.'),
    );
  }
  risks.push(
    warn(
      'upgrade-offline',
      'The database is down while pg_upgrade runs, and replicas are cloned anew.',
      'Plan a window; take a backup first.',
    ),
    warn(
      'upgrade-backups',
      'Backups of the old major do not restore into the new one.',
      'Take a new base backup right after it.',
    ),
  );
  if (young.major === 17 && young.minor !== null && young.minor <= 5) {
    risks.push(
      warn(
        'upgrade-slots',
        'pg_upgrade of 17.0 to 17.5 fails when max_slot_wal_keep_size is not -1.',
        'Set it to -1 first, or choose 17.6 or later.',
      ),
    );
  }
  return risks;
}
