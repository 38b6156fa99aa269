import { Button } from '@patternfly/react-core';
import type { EntryDifference, FactDifference, ListDifference } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { countsText, FIELD_NAMES, LIST_NAMES } from '../../components/compare-words.ts';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { formatCount } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { DifferenceLabel, ENGINE_NAMES, KIND_NAMES, Unknown } from '../../components/labels.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { Size } from '../../components/size.tsx';
import { artifactName } from './artifact-name.ts';

/** Single facts of both, side by side. */
export function CompareFacts({ facts }: { facts: readonly FactDifference[] }): ReactElement {
  return (
    <Panel title="Facts">
      {facts.length === 0 ? (
        <p className="ph-quiet">No fact differs.</p>
      ) : (
        <DataTable label="Facts that differ" columns={FACT_COLUMNS} rows={facts} rowKey={({ field }) => field} />
      )}
    </Panel>
  );
}

const FACT_COLUMNS: readonly Column<FactDifference>[] = [
  { label: 'Fact', cell: ({ field }) => FIELD_NAMES[field] ?? field },
  { label: 'Before', modifier: 'breakWord', cell: (row) => <FactValue field={row.field} value={row.before} /> },
  { label: 'After', modifier: 'breakWord', cell: (row) => <FactValue field={row.field} value={row.after} /> },
  { label: 'Change', cell: ({ state }) => <DifferenceLabel change={state} /> },
];

function FactValue({ field, value }: { field: string; value: string | null }): ReactElement {
  if (value === null) return <Unknown word="not known" />;
  if (field === 'size') return <Size bytes={Number(value)} />;
  if (field === 'createdAt') return <RelativeTime time={value} />;
  if (field === 'engine' || field === 'kind') return <>{knownWord(value)}</>;
  return <HostileText text={value} clamp={160} />;
}

/** Engines and kinds by the names that they have everywhere else: `postgres (cnpg-operand)` → `PostgreSQL (cnpg-operand)`. */
function knownWord(value: string): string {
  const names: Readonly<Record<string, string>> = { ...KIND_NAMES, ...ENGINE_NAMES };
  const [word = ''] = value.split(' ', 1);
  return (names[word] ?? word) + value.slice(word.length);
}

/** What differs comes first, then what nobody knows; what is the same is one line. */
export function CompareLists({ lists }: { lists: readonly ListDifference[] }): ReactElement {
  const [same, told] = [lists.filter(isQuiet), lists.filter((list) => !isQuiet(list))];
  return (
    <>
      {told.map((list) => (
        <OneList key={list.list} list={list} />
      ))}
      {same.length === 0 ? null : (
        <p>
          No difference:{' '}
          {same.map(({ list, same: count }) => `${LIST_NAMES[list].toLowerCase()} (${formatCount(count)})`).join(', ')}.
        </p>
      )}
    </>
  );
}

function isQuiet({ state, entries }: ListDifference): boolean {
  return state === 'same' && entries.length === 0;
}

/** Of a package list of thousands a browser draws hundreds without effort. */
const FEW = 200;

function OneList({ list }: { list: ListDifference }): ReactElement {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? list.entries : list.entries.slice(0, FEW);
  const isUnknown = list.state === 'unknown';
  const columns = columnsOf(list.list, isUnknown);
  return (
    <Panel title={`${LIST_NAMES[list.list]}: ${countsText(list)}`}>
      <div className="ph-stack-small">
        {list.message === null ? null : <p>{list.message}</p>}
        {shown.length === 0 ? null : (
          <DataTable
            label={LIST_NAMES[list.list]}
            columns={columns}
            rows={shown}
            rowKey={({ name, before, after }) => `${name} ${before} ${after}`}
          />
        )}
        {list.entries.length > shown.length ? (
          <span>
            <Button variant="link" isInline onClick={() => setWhole(true)}>
              Show all {formatCount(list.entries.length)}
            </Button>
          </span>
        ) : null}
      </div>
    </Panel>
  );
}

function columnsOf(list: ListDifference['list'], isUnknown: boolean): readonly Column<EntryDifference>[] {
  const name: Column<EntryDifference> = {
    label: 'Name',
    modifier: 'breakWord',
    width: 30,
    cell: (row) => (list === 'attached' ? artifactName(row.name) : <HostileText text={row.name} clamp={120} />),
  };
  const change: Column<EntryDifference> = {
    label: 'Change',
    cell: (row) => <DifferenceLabel change={isUnknown ? 'unknown' : row.change} />,
  };
  if (list === 'platforms') return [name, change];
  return [
    name,
    { label: 'Before', modifier: 'breakWord', cell: (row) => <EntryValue value={row.before} /> },
    { label: 'After', modifier: 'breakWord', cell: (row) => <EntryValue value={row.after} /> },
    change,
  ];
}

function EntryValue({ value }: { value: string | null }): ReactElement {
  return value === null ? <Unknown word="none" /> : <HostileText text={value} clamp={160} />;
}
