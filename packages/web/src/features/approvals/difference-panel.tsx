import type { ApprovalReview } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { differenceQuery } from '../../api/images.ts';
import { countsText, FIELD_NAMES, LIST_NAMES } from '../../components/compare-words.ts';
import { absoluteTime, formatBytes } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { DifferenceLabel } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { QueryView } from '../../components/states.tsx';

/** What differs from the newest approved image of the same repository, major and flavour. */
export function DifferencePanel({ review }: { review: ApprovalReview }): ReactElement {
  const { predecessor, digest } = review;
  if (predecessor === null) {
    return (
      <Panel title="Difference">
        <p>No image of the same repository, major and flavour is approved, so there is nothing to compare with.</p>
      </Panel>
    );
  }
  return <Compared from={predecessor} to={digest} />;
}

function Compared({ from, to }: { from: NonNullable<ApprovalReview['predecessor']>; to: string }): ReactElement {
  const difference = useQuery(differenceQuery(from.digest, to, false));
  const whole = (
    <Link to="/library/compare" search={{ from: from.digest, to }}>
      Compare whole
    </Link>
  );
  return (
    <Panel title="Difference" actions={whole}>
      <p>
        From <HostileText text={from.name} />, which is approved{from.isOlder ? '' : ' and not older'}:
      </p>
      <QueryView query={difference} what="what differs">
        {({ facts, lists }) => (
          <ul className="ph-rows">
            {facts
              .filter(({ state }) => state === 'changed')
              .map(({ field, before, after }) => (
                <li key={field}>
                  <span className="ph-row-main">
                    {FIELD_NAMES[field] ?? field}: <HostileText text={shown(field, before)} clamp={80} /> →{' '}
                    <HostileText text={shown(field, after)} clamp={80} />
                  </span>
                  <DifferenceLabel change="changed" />
                </li>
              ))}
            {lists.map((list) => (
              <li key={list.list}>
                <span className="ph-row-main">
                  {LIST_NAMES[list.list]}: {list.message ?? countsText(list)}
                </span>
                <DifferenceLabel change={list.state} />
              </li>
            ))}
          </ul>
        )}
      </QueryView>
    </Panel>
  );
}

function shown(field: string, value: string | null): string {
  if (value === null) return '';
  if (field === 'size') return formatBytes(Number(value));
  return field === 'createdAt' ? absoluteTime(value) : value;
}
