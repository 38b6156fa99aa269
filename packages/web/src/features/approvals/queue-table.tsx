import { Button } from '@patternfly/react-core';
import type { ApprovalItem, ImageState } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { plural, shortDigest } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import {
  EndOfLifeLabel,
  EngineLabel,
  ImageStateLabel,
  KindLabel,
  PlatformList,
  Unknown,
  WarningLabel,
} from '../../components/labels.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import type { Selection } from '../../components/selection.ts';
import { VerificationLabel } from '../../components/verification-label.tsx';
import { WhyLabel } from './why-label.tsx';

export const nameOf = ({ tag }: Pick<ApprovalItem, 'tag'>): string => `${tag.repository}:${tag.name}`;

interface QueueTableProps {
  items: readonly ApprovalItem[];
  isStale: boolean;
  selection: Selection<ApprovalItem> | undefined;
  onDecide: ((item: ApprovalItem, states: readonly ImageState[]) => void) | undefined;
}

/** The queue with the evidence at a glance. */
export function QueueTable({ items, isStale, selection, onDecide }: QueueTableProps): ReactElement {
  const columns = onDecide ? [...COLUMNS, actions(onDecide)] : COLUMNS;
  return (
    <DataTable
      label="Images that wait for a decision"
      columns={columns}
      rows={items}
      rowKey={(item) => item.digest}
      isStale={isStale}
      selection={
        selection && {
          picked: selection.rows,
          onPick: selection.toggle,
          nameOf,
        }
      }
    />
  );
}

function actions(onDecide: NonNullable<QueueTableProps['onDecide']>): Column<ApprovalItem> {
  return {
    label: 'Actions',
    hideLabel: true,
    modifier: 'fitContent',
    cell: (item) => (
      <span className="ph-inline-list">
        <Button
          variant="secondary"
          size="sm"
          aria-label={`Approve ${nameOf(item)}`}
          onClick={() => onDecide(item, ['approved'])}
        >
          Approve
        </Button>
        <Button
          variant="link"
          isInline
          size="sm"
          aria-label={`Reject ${nameOf(item)}`}
          onClick={() => onDecide(item, ['rejected'])}
        >
          Reject
        </Button>
      </span>
    ),
  };
}

const SBOMS: Readonly<Record<ApprovalItem['sbom'], string>> = {
  read: 'SBOM read',
  attached: 'SBOM not read',
  none: 'No SBOM',
};

const COLUMNS: readonly Column<ApprovalItem>[] = [
  {
    label: 'Image',
    modifier: 'breakWord',
    width: 30,
    cell: (item) => (
      <div className="ph-stack-small">
        <span className="ph-inline-list">
          <Link to="/approvals/$digest" params={{ digest: item.digest }} data-queue-row={item.digest}>
            {nameOf(item)}
          </Link>
          {item.state === 'pending' ? null : <ImageStateLabel state={item.state} />}
        </span>
        <span className="ph-quiet">
          <code title={item.digest}>{shortDigest(item.digest)}</code>
          {item.places > 1 ? `, ${plural(item.places, 'tag')}` : ''}
          {item.tag.approvedBefore ? ', the tag moved since it was approved' : ''}
        </span>
      </div>
    ),
  },
  {
    label: 'Why',
    modifier: 'breakWord',
    width: 20,
    cell: (item) => (
      <div className="ph-stack-small">
        <span className="ph-inline-list">
          <WhyLabel why={item.why} />
          {item.assignee === null ? null : <span className="ph-quiet">{item.assignee} looks at it</span>}
        </span>
        {item.requests[0] ? (
          <span>
            {item.requests[0].requestedBy}: <HostileText text={item.requests[0].reason} clamp={100} />
            {item.requests.length > 1 ? ` and ${item.requests.length - 1} more` : ''}
          </span>
        ) : null}
        {item.comments > 0 ? <span className="ph-quiet">{plural(item.comments, 'comment')}</span> : null}
      </div>
    ),
  },
  {
    label: 'Kind',
    cell: ({ tag }) => (
      <span className="ph-inline-list">
        {tag.engine ? <EngineLabel engine={tag.engine} /> : <KindLabel kind={tag.kind} />}
        <PlatformList platforms={tag.platforms} />
      </span>
    ),
  },
  {
    label: 'Evidence',
    cell: ({ verification, sbom, tag }) => (
      <span className="ph-inline-list">
        <span title={verification.sentence}>
          <VerificationLabel state={verification.state} />
        </span>
        <span className={sbom === 'read' ? undefined : 'ph-quiet'}>{SBOMS[sbom]}</span>
        {tag.findings > 0 ? <WarningLabel text={plural(tag.findings, 'finding')} /> : null}
        {tag.lifecycle?.isPast ? <EndOfLifeLabel /> : null}
      </span>
    ),
  },
  {
    label: 'Approved before',
    modifier: 'breakWord',
    cell: ({ predecessor, digest }) =>
      predecessor === null ? (
        <Unknown word="none" />
      ) : (
        <Link to="/library/compare" search={{ from: predecessor.digest, to: digest }} title="Compare">
          {predecessor.name}
        </Link>
      ),
  },
  { label: 'First seen', modifier: 'nowrap', cell: ({ tag }) => <RelativeTime time={tag.firstSeenAt} /> },
];
