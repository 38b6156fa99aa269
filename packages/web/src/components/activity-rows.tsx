import { Button, Label, type LabelProps } from '@patternfly/react-core';
import type { ActivityEntry, ActivityItem, ActivityType } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import { type ComponentType, type ReactElement, useId, useState } from 'react';
import { ACTIVITY_WORDS, groupEntries, itemWords } from './activity-words.ts';
import { escapeHostile, shortDigest } from './format.ts';
import { HostileText } from './hostile-text.tsx';
import {
  BanIcon,
  CheckCircleIcon,
  CubeIcon,
  ExclamationCircleIcon,
  ExclamationTriangleIcon,
  InfoCircleIcon,
  MinusCircleIcon,
  PlusCircleIcon,
  SyncAltIcon,
} from './icons.ts';
import { RelativeTime } from './relative-time.tsx';

const LOOKS: Readonly<Record<ActivityType, { color: NonNullable<LabelProps['color']>; icon: ComponentType }>> = {
  'image.added': { color: 'blue', icon: CubeIcon },
  'tag.added': { color: 'blue', icon: PlusCircleIcon },
  'tag.moved': { color: 'purple', icon: SyncAltIcon },
  'tag.vanished': { color: 'yellow', icon: ExclamationTriangleIcon },
  'tag.returned': { color: 'green', icon: CheckCircleIcon },
  'tag.retired': { color: 'grey', icon: MinusCircleIcon },
  'absence.held': { color: 'yellow', icon: ExclamationTriangleIcon },
  'scan.failed': { color: 'red', icon: ExclamationCircleIcon },
  'scan.recovered': { color: 'green', icon: CheckCircleIcon },
  'registry.state-changed': { color: 'grey', icon: InfoCircleIcon },
  'agent.lost': { color: 'red', icon: ExclamationCircleIcon },
  'agent.back': { color: 'green', icon: CheckCircleIcon },
  'rule.created': { color: 'grey', icon: InfoCircleIcon },
  'rule.changed': { color: 'grey', icon: InfoCircleIcon },
  'rule.removed': { color: 'grey', icon: MinusCircleIcon },
  'repository.readme-changed': { color: 'grey', icon: InfoCircleIcon },
  'webhook.disabled': { color: 'yellow', icon: ExclamationTriangleIcon },
  'admission.refused': { color: 'red', icon: BanIcon },
  'image.state-changed': { color: 'purple', icon: CheckCircleIcon },
  'approval.requested': { color: 'blue', icon: InfoCircleIcon },
  'upgrade.waiting': { color: 'blue', icon: InfoCircleIcon },
  'upgrade.started': { color: 'blue', icon: SyncAltIcon },
  'upgrade.stopped': { color: 'red', icon: BanIcon },
  'upgrade.verified': { color: 'green', icon: CheckCircleIcon },
  'upgrade.unverified': { color: 'yellow', icon: ExclamationTriangleIcon },
  'catalog.rollout-drawn': { color: 'blue', icon: PlusCircleIcon },
  'catalog.rollout-canary': { color: 'blue', icon: SyncAltIcon },
  'catalog.rollout-healthy': { color: 'green', icon: CheckCircleIcon },
  'catalog.rollout-waiting': { color: 'blue', icon: InfoCircleIcon },
  'catalog.rollout-out': { color: 'green', icon: CheckCircleIcon },
  'catalog.rollout-stopped': { color: 'red', icon: BanIcon },
  'catalog.rolled-back': { color: 'purple', icon: SyncAltIcon },
  'catalog.revoked-kept': { color: 'yellow', icon: ExclamationTriangleIcon },
  'catalog.second-person': { color: 'blue', icon: InfoCircleIcon },
};

/** What happened, newest first; what one scan changed stands together. */
export function ActivityRows({ entries }: { entries: readonly ActivityEntry[] }): ReactElement {
  return (
    <ul className="ph-rows" aria-label="Activity">
      {groupEntries(entries).map((group) => (
        <li key={group[0]!.id}>
          <div className="ph-row-main ph-stack-tiny">
            {group.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </div>
          <span className="ph-row-side">
            <RelativeTime time={group[0]!.at} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Entry({ entry }: { entry: ActivityEntry }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const { color, icon: Icon } = LOOKS[entry.type];
  return (
    <div className="ph-stack-tiny">
      <span className="ph-inline-list ph-activity">
        <Label isCompact color={color} icon={<Icon />}>
          {ACTIVITY_WORDS[entry.type]}
        </Label>
        <Message entry={entry} />
        {entry.items.length > 0 ? (
          <Button
            variant="link"
            isInline
            size="sm"
            aria-expanded={isOpen}
            aria-controls={isOpen ? id : undefined}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? 'Hide' : itemWords(entry)}
          </Button>
        ) : null}
      </span>
      {isOpen ? (
        <ul id={id} className="ph-activity-items">
          {entry.items.map((item) => (
            <li key={`${item.name} ${item.repositoryId ?? ''}`}>
              <ItemName item={item} entry={entry} /> <ItemNote item={item} />
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

/** The sentence, as a link to what it is about. Names in it are the registry's. */
function Message({ entry }: { entry: ActivityEntry }): ReactElement {
  const { type, message, repositoryId, registryId, subjectId, catalog } = entry;
  const text = escapeHostile(message);
  if (repositoryId !== null) {
    return (
      <Link to="/library/$repositoryId" params={{ repositoryId }} className="ph-break">
        {text}
      </Link>
    );
  }
  if (subjectId !== null && (type === 'rule.created' || type === 'rule.changed')) {
    return (
      <Link to="/manage/rules/$ruleId" params={{ ruleId: subjectId }} className="ph-break">
        {text}
      </Link>
    );
  }
  if (type.startsWith('agent.')) {
    return (
      <Link to="/manage/agents" className="ph-break">
        {text}
      </Link>
    );
  }
  if (subjectId !== null && type.startsWith('upgrade.')) {
    return (
      <Link to="/databases/$clusterId" params={{ clusterId: subjectId }} className="ph-break">
        {text}
      </Link>
    );
  }
  if (catalog) {
    const { name, location } = catalog;
    return (
      <Link to="/databases/catalogs/$name" params={{ name }} search={{ location }} className="ph-break">
        {text}
      </Link>
    );
  }
  if (registryId !== null && !type.startsWith('rule.')) {
    return (
      <Link to="/manage/registries/$registryId" params={{ registryId }} className="ph-break">
        {text}
      </Link>
    );
  }
  return <HostileText text={message} />;
}

function ItemName({ item, entry }: { item: ActivityItem; entry: ActivityEntry }): ReactElement {
  const text = escapeHostile(item.name);
  if (item.repositoryId) {
    return (
      <Link to="/library/$repositoryId" params={{ repositoryId: item.repositoryId }} className="ph-break">
        {text}
      </Link>
    );
  }
  if (entry.repositoryId === null) return <span className="ph-break">{text}</span>;
  return (
    <Link
      to="/library/$repositoryId/tags/$name"
      params={{ repositoryId: entry.repositoryId, name: item.name }}
      className="ph-break"
    >
      {text}
    </Link>
  );
}

function ItemNote({ item }: { item: ActivityItem }): ReactElement | null {
  if (item.message) return <HostileText text={item.message} />;
  if (!item.digest) return null;
  return (
    <span className="ph-quiet">
      {item.previousDigest ? `${shortDigest(item.previousDigest)} → ` : ''}
      {shortDigest(item.digest)}
    </span>
  );
}
