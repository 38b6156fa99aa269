import type { Statistics } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { formatCount } from './format.ts';

interface Tile {
  name: string;
  value: string;
  note?: string;
  to: string;
  search?: Record<string, string>;
}

/** The counts above the library; each leads to what it counts. */
export function StatisticsStrip({
  counts,
  withHealth = false,
}: {
  counts: Statistics;
  withHealth?: boolean;
}): ReactElement {
  const library: Tile[] = [
    { name: 'Tags', value: formatCount(counts.tags), note: newNote(counts), to: '/library/tags' },
    {
      name: 'PostgreSQL tags',
      value: formatCount(counts.postgresTags),
      to: '/library/tags',
      search: { kind: 'postgres' },
    },
    { name: 'AI model tags', value: formatCount(counts.modelTags), to: '/library/tags', search: { kind: 'model' } },
    { name: 'Repositories', value: formatCount(counts.repositories), to: '/library' },
  ];
  const ok = counts.registries - counts.registriesFailing;
  const health: Tile[] = [
    {
      name: 'Registries answering',
      value: `${formatCount(ok)} of ${formatCount(counts.registries)}`,
      ...(counts.registriesFailing > 0 ? { note: `${counts.registriesFailing} failing` } : {}),
      to: '/manage/registries',
    },
    {
      name: 'Agents connected',
      value: `${formatCount(counts.agentsConnected)} of ${formatCount(counts.agents)}`,
      to: '/manage/agents',
    },
  ];
  const tiles = withHealth ? [...library, ...health] : library;
  return (
    <ul className="ph-strip" aria-label="Statistics">
      {tiles.map((tile) => (
        <li key={tile.name}>
          <Link to={tile.to} search={(tile.search ?? {}) as never}>
            <span className="ph-strip-value">{tile.value}</span>
            <span className="ph-strip-name">{tile.name}</span>
            {tile.note ? <span className="ph-strip-note">{tile.note}</span> : null}
          </Link>
        </li>
      ))}
    </ul>
  );
}

function newNote({ addedLast24h, movedLast24h }: Statistics): string {
  if (addedLast24h === 0 && movedLast24h === 0) return 'none new today';
  const moved = movedLast24h > 0 ? `, ${formatCount(movedLast24h)} moved` : '';
  return `${formatCount(addedLast24h)} new today${moved}`;
}
