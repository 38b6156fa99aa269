import { Alert, Label } from '@patternfly/react-core';
import type { InKubernetes } from '@pharos/contract';
import type { ReactElement } from 'react';
import { type Column, DataTable } from './data-table.tsx';
import { HostileText } from './hostile-text.tsx';
import { CheckCircleIcon, ExclamationCircleIcon, ExclamationTriangleIcon, SyncAltIcon } from './icons.ts';
import { Panel } from './panel.tsx';
import { RelativeTime } from './relative-time.tsx';

type Seen = InKubernetes['objects'][number];
type On<Row> = Row & { readonly object: string };

const OUTCOMES = {
  applied: { word: 'As applied', color: 'green', icon: CheckCircleIcon },
  unchanged: { word: 'As applied', color: 'green', icon: CheckCircleIcon },
  drifted: { word: 'Drifted', color: 'yellow', icon: ExclamationTriangleIcon },
  gone: { word: 'Not there', color: 'yellow', icon: ExclamationTriangleIcon },
  failed: { word: 'Failed', color: 'red', icon: ExclamationCircleIcon },
  deleting: { word: 'Being deleted', color: 'blue', icon: SyncAltIcon },
} as const;

/** What an agent saw last of the objects that it applied, in the words of their operator. Nothing before it has looked. */
export function InKubernetesPanel({ seen }: { seen: InKubernetes | null }): ReactElement | null {
  if (seen === null) return null;
  const { code, message, hint, objects, checkedAt } = seen;
  const conditions = objects.flatMap((each) => each.conditions.map((one) => ({ ...one, object: nameOf(each) })));
  const events = objects.flatMap((each) => each.events.map((one) => ({ ...one, object: nameOf(each) })));
  if (code === null && objects.length === 0) return null;
  return (
    <Panel title="In Kubernetes">
      {code === null ? null : (
        <Alert
          variant="warning"
          isInline
          component="h3"
          title={code === 'drifted' ? 'It is not as it was applied' : 'It waits or failed'}
        >
          <p>
            <HostileText text={message} />
          </p>
          {hint === null ? null : (
            <p>
              <HostileText text={hint} />
            </p>
          )}
        </Alert>
      )}
      <ul className="ph-rows">
        {objects.map((each) => (
          <ObjectRow key={nameOf(each)} seen={each} checkedAt={checkedAt} />
        ))}
      </ul>
      {conditions.length === 0 ? null : (
        <DataTable
          label="Conditions"
          columns={CONDITIONS}
          rows={conditions}
          rowKey={({ object, type }) => `${object} ${type}`}
        />
      )}
      {events.length === 0 ? null : (
        <DataTable
          label="Events"
          columns={EVENTS}
          rows={events}
          rowKey={({ object, reason, message: said, at }) => `${object} ${reason} ${said} ${at}`}
        />
      )}
    </Panel>
  );
}

function ObjectRow({ seen, checkedAt }: { seen: Seen; checkedAt: string | null }): ReactElement {
  const { word, color, icon: Icon } = OUTCOMES[seen.outcome];
  const { instances } = seen;
  const ready = instances ? `${instances.ready} of ${instances.total} instances ready` : '';
  const said = [seen.phase, ready].filter((each) => each !== '');
  return (
    <li>
      <span className="ph-row-main">
        <HostileText text={nameOf(seen)} />
        {said.length === 0 ? null : (
          <span className="ph-quiet ph-block">
            <HostileText text={said.join(', ')} />
          </span>
        )}
        {seen.drift.map(({ field, manager, message }) => (
          <span key={`${field} ${manager} ${message}`} className="ph-quiet ph-block">
            <HostileText text={[field, message].filter((each) => each !== '').join(': ')} />
          </span>
        ))}
      </span>
      <span className="ph-row-side">
        <Label isCompact color={color} icon={<Icon />}>
          {word}
        </Label>
        {checkedAt === null ? null : <RelativeTime time={checkedAt} />}
      </span>
    </li>
  );
}

function nameOf({ object: { kind, namespace, name } }: Seen): string {
  return `${kind} ${namespace === null ? '' : `${namespace}/`}${name}`;
}

const CONDITIONS: readonly Column<On<Seen['conditions'][number]>>[] = [
  { label: 'Object', modifier: 'breakWord', cell: ({ object }) => <HostileText text={object} /> },
  { label: 'Condition', modifier: 'breakWord', cell: ({ type }) => <HostileText text={type} /> },
  { label: 'Status', cell: ({ status }) => <HostileText text={status} /> },
  { label: 'Why', modifier: 'breakWord', cell: (row) => <HostileText text={inOne(row)} /> },
];

const EVENTS: readonly Column<On<Seen['events'][number]>>[] = [
  { label: 'Event of', modifier: 'breakWord', cell: ({ object }) => <HostileText text={object} /> },
  { label: 'What', modifier: 'breakWord', cell: (row) => <HostileText text={inOne(row)} /> },
  { label: 'Times', cell: ({ count }) => count },
  { label: 'Last', modifier: 'nowrap', cell: ({ at }) => (at === null ? null : <RelativeTime time={at} />) },
];

const inOne = ({ reason, message }: { reason: string; message: string }) =>
  [reason, message].filter((each) => each !== '').join(': ');
