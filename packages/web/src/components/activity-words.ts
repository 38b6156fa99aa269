/** The activity feed in words, and which of its entries belong together. */
import type { ActivityEntry, ActivityType } from '@pharos/contract';

export const ACTIVITY_WORDS: Readonly<Record<ActivityType, string>> = {
  'image.added': 'Images added',
  'tag.added': 'Tags added',
  'tag.moved': 'Tags moved',
  'tag.vanished': 'Tags missing',
  'tag.returned': 'Tags back',
  'tag.retired': 'Tags retired',
  'absence.held': 'Absence held',
  'scan.failed': 'Scan failed',
  'scan.recovered': 'Scan works again',
  'registry.state-changed': 'Registry',
  'agent.lost': 'Agent lost',
  'agent.back': 'Agent back',
  'rule.created': 'Rule made',
  'rule.changed': 'Rule changed',
  'rule.removed': 'Rule deleted',
  'repository.readme-changed': 'README',
  'webhook.disabled': 'Webhook off',
  'admission.refused': 'Admission refused',
  'image.state-changed': 'Decisions',
  'approval.requested': 'Approval asked for',
  'upgrade.waiting': 'Upgrade waits',
  'upgrade.started': 'Upgrade began',
  'upgrade.stopped': 'Upgrade stopped',
  'upgrade.verified': 'Upgrade verified',
  'upgrade.unverified': 'Upgrade not verified',
  'catalog.rollout-drawn': 'Catalog edition',
  'catalog.rollout-canary': 'Canaries began',
  'catalog.rollout-healthy': 'Canaries healthy',
  'catalog.rollout-waiting': 'Rollout waits',
  'catalog.rollout-out': 'Rolled out',
  'catalog.rollout-stopped': 'Rollout stopped',
  'catalog.rolled-back': 'Rolled back',
  'catalog.revoked-kept': 'Revoked image kept',
  'catalog.second-person': 'Second person',
};

/** The entries of one scan that stand beside each other, oldest first within: what came in, then what moved, then what went. */
export function groupEntries(entries: readonly ActivityEntry[]): ActivityEntry[][] {
  const groups: ActivityEntry[][] = [];
  for (const entry of entries) {
    const last = groups.at(-1);
    if (entry.scanId !== null && last?.[0]?.scanId === entry.scanId) last.unshift(entry);
    else groups.push([entry]);
  }
  return groups;
}

/** How the items of an entry are called, for the button that shows them. */
export function itemWords({ type, count, items }: ActivityEntry): string {
  const noun = /^(?:image|admission|upgrade|catalog)\./.test(type)
    ? 'image'
    : type.startsWith('tag.')
      ? 'tag'
      : 'repository';
  const many = noun === 'repository' ? 'repositories' : `${noun}s`;
  if (count === 1) return `Which ${noun}`;
  return items.length < count ? `The first ${items.length} of ${count} ${many}` : `Which ${count} ${many}`;
}
