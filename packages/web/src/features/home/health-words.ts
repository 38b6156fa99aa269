import type { Overview, Statistics } from '@pharos/contract';
import { plural } from '../../components/format.ts';

export interface HealthWords {
  isHealthy: boolean;
  title: string;
  text: string;
}

/** The library's health for people; null where there is nothing yet that could be ill. */
export function healthWords(counts: Statistics, overview: Overview): HealthWords | null {
  if (counts.registries === 0) return null;
  const failing = overview.registriesFailing.count;
  const scans = overview.repositoriesFailing.count;
  const held = overview.repositoriesHeld.count;
  const lost = overview.agentsLost.count;
  const isHealthy = failing === 0 && scans === 0 && held === 0 && lost === 0 && counts.agentsConnected > 0;
  const parts = [
    failing === 0
      ? counts.registries === 1
        ? 'The registry answers'
        : `All ${plural(counts.registries, 'registry', 'registries')} answer`
      : `${failing} of ${plural(counts.registries, 'registry', 'registries')} ${failing === 1 ? 'fails' : 'fail'}`,
    counts.agentsConnected === 0
      ? 'no agent is connected'
      : lost > 0
        ? `${plural(lost, 'agent')} ${lost === 1 ? 'is' : 'are'} lost`
        : `${plural(counts.agentsConnected, 'agent')} ${counts.agentsConnected === 1 ? 'is' : 'are'} connected`,
    scans === 0 ? 'no scan fails' : `scans of ${plural(scans, 'repository', 'repositories')} fail`,
    held === 0 ? null : `${plural(held, 'repository', 'repositories')} ${held === 1 ? 'waits' : 'wait'} for a person`,
  ].filter((part) => part !== null);
  const last = parts.pop()!;
  return {
    isHealthy,
    title: isHealthy ? 'The library is healthy.' : 'The library needs attention.',
    text: `${parts.join(', ')}, and ${last}.`,
  };
}
