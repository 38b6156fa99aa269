/** What decisions tell: one entry of the activity feed for each repository and state, in the transaction of the decision. */
import type { ImageState } from '@pharos/contract';
import { activityDraft, MAX_ACTIVITY_ITEMS } from '@pharos/library';
import { tell } from './activity.ts';
import type { Db } from './database.ts';
import { type Stand, standsOf } from './decision-checks.ts';
import type { NewDecision } from './decision-port.ts';

export interface Decided {
  readonly decision: NewDecision;
  readonly before: ImageState;
  /** Empty: not looked for yet. */
  readonly stands: readonly Stand[];
}

interface Told {
  readonly decision: NewDecision;
  readonly stand: Stand | null;
}

export async function tellDecisions(trx: Db, decided: readonly Decided[], now: Date): Promise<void> {
  const told: Told[] = [];
  for (const { decision, stands } of decided) {
    const places = stands.length > 0 ? stands : await standsOf(trx, decision.digest);
    if (places.length === 0) told.push({ decision, stand: null });
    for (const stand of places) told.push({ decision, stand });
  }
  const groups = Map.groupBy(told, ({ decision, stand }) => `${decision.state} ${stand?.repository_id}`);
  const drafts = [...groups.values()].map((group) => {
    const [{ stand }] = group as [Told];
    const place =
      stand === null
        ? {}
        : {
            registryId: stand.registry_id,
            registry: stand.registry,
            repositoryId: stand.repository_id,
            repository: stand.repository,
          };
    return activityDraft('image.state-changed', sentenceOf(group), {
      ...place,
      count: group.length,
      items: group.slice(0, MAX_ACTIVITY_ITEMS).map((each) => ({
        name: each.stand?.name ?? each.decision.digest,
        digest: each.decision.digest,
        message: each.decision.reason.slice(0, 500),
      })),
    });
  });
  await tell(trx, drafts, now);
}

const WORDS: Record<ImageState, string> = {
  pending: 'put back to pending',
  approved: 'approved',
  rejected: 'rejected',
  deprecated: 'deprecated',
  revoked: 'revoked',
};

function sentenceOf(group: readonly Told[]): string {
  const [{ decision, stand }] = group as [Told];
  const { actorKind, actor, reason, state } = decision;
  const who = actorKind === 'system' ? '' : actorKind === 'policy' ? ` by the policy ${actor}` : ` by ${actor}`;
  const what =
    group.length > 1
      ? `${group.length} images${stand === null ? '' : ` of ${stand.repository}`}`
      : stand === null
        ? decision.digest
        : `${stand.repository}:${stand.name}`;
  return `${what} ${WORDS[state]}${who}: ${reason}`;
}
