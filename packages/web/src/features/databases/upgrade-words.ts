/** How an upgrade is called. */
import type { ClusterUpgrade, Upgrade } from '@pharos/contract';

export const KINDS: Readonly<Record<Upgrade['kind'], string>> = {
  build: 'Newer build of the same minor',
  minor: 'Newer minor',
  major: 'Newer major',
  extension: 'Newer extension',
};

export const UPGRADE_STATES = {
  requested: { word: 'Waits for a second person', color: 'blue' },
  scheduled: { word: 'Scheduled', color: 'blue' },
  applying: { word: 'Under way', color: 'blue' },
  verified: { word: 'Verified', color: 'green' },
  unverified: { word: 'Not verified', color: 'yellow' },
  stopped: { word: 'Stopped', color: 'red' },
  cancelled: { word: 'Cancelled', color: 'grey' },
} as const satisfies Record<ClusterUpgrade['state'], { word: string; color: string }>;

/** Whether it waits, so that it can be cancelled. */
export const isWaiting = ({ state }: ClusterUpgrade) => state === 'requested' || state === 'scheduled';

/** From and to, with whose extension it is. */
export const stepWords = ({ extension, from, to, change }: ClusterUpgrade) =>
  change ?? `${extension === null ? '' : `${extension} `}${from} to ${to}`;
