/** `pharos status`: is the library healthy, and what needs me. */
import type { Agent, Registry, Statistics } from '@pharos/contract';
import type { Command } from 'commander';
import { type CommonOptions, clientAction, clientCommand, examples, noteProblems, type Shell } from '../command.ts';
import { ago } from '../format.ts';
import type { Output } from '../output.ts';

export interface StatusProblem {
  severity: 'warning' | 'error';
  subject: string;
  message: string;
}

export function statusCommand(shell: Shell): Command {
  const command = clientCommand('status', 'show what the library holds and what needs attention').option(
    '--exit-code',
    'exit with 6 when there is an error among the problems',
  );
  return examples(command, 'status', 'status --json --exit-code').action(
    clientAction<CommonOptions & { exitCode?: boolean }>(shell, async ({ client, out, url }, _args, options) => {
      const [statistics, registries, agents] = await Promise.all([
        client('getStatistics', {}),
        client('listRegistries', { query: { limit: 1000 } }),
        client('listAgents', { query: { limit: 1000 } }),
      ]);
      const problems = problemsOf(statistics, registries.items, agents.items);
      if (out.json) out.body({ url, statistics, problems });
      else show(out, url, statistics, problems);
      if (options.exitCode && problems.some((problem) => problem.severity === 'error')) noteProblems(shell);
    }),
  );
}

/** What a person should look at, errors first. */
export function problemsOf(
  statistics: Statistics,
  registries: readonly Registry[],
  agents: readonly Agent[],
): StatusProblem[] {
  const problems: StatusProblem[] = [];
  if (agents.length === 0) {
    problems.push({
      severity: 'error',
      subject: 'agents',
      message: 'No agent: nothing is read. Start "pharos agent".',
    });
  }
  for (const { name, state, message } of agents) {
    if (state === 'connected') continue;
    problems.push({
      severity: state === 'lost' ? 'error' : 'warning',
      subject: `agent ${name}`,
      message: message || state,
    });
  }
  for (const { name, status, warnings, isSample } of registries) {
    // The sample stands on loopback: its missing TLS is nothing to mend.
    if (isSample && status.state !== 'error') continue;
    const subject = `registry ${name}`;
    const { state, message } = status;
    if (state === 'error' || state === 'warning') problems.push({ severity: state, subject, message });
    for (const warning of warnings) {
      if (warning !== message) problems.push({ severity: 'warning', subject, message: warning });
    }
  }
  if (statistics.tagsMissing > 0) {
    const message = `${statistics.tagsMissing} are no longer listed by their registry.`;
    problems.push({ severity: 'warning', subject: 'tags', message });
  }
  return problems.sort((a, b) => a.severity.localeCompare(b.severity));
}

function show(out: Output, url: string, statistics: Statistics, problems: StatusProblem[]): void {
  if (out.quiet) return;
  const { registries, registriesFailing, agents, agentsConnected } = statistics;
  out.fields([
    ['control plane', url],
    ['library', `${statistics.tags} tags of ${statistics.repositories} repositories, ${statistics.images} images`],
    ['PostgreSQL', `${statistics.postgresTags} tags`],
    ['models', `${statistics.modelTags} tags`],
    [
      'registries',
      `${registries}${registriesFailing ? `, ${registriesFailing} failing` : ''}${statistics.onlySample ? ' (the built-in sample)' : ''}`,
    ],
    ['agents', `${agentsConnected} of ${agents} connected`],
    ['rules', statistics.rules],
    ['last 24 h', `${statistics.addedLast24h} added, ${statistics.movedLast24h} moved`],
    ['last scan', ago(statistics.lastScanAt) ?? 'none yet'],
  ]);
  out.line();
  if (problems.length === 0) out.line(out.style({ text: 'No problems.', style: 'green' }));
  for (const { severity, subject, message } of problems) {
    const word = out.style({ text: severity, style: severity === 'error' ? 'red' : 'yellow' });
    out.line(`${word}  ${out.style({ text: `${subject}: ${message}` })}`);
  }
}
