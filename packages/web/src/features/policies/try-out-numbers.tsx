import { Progress, ProgressMeasureLocation } from '@patternfly/react-core';
import type { PolicyEffect, PolicyPreview } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { statisticsQuery } from '../../api/statistics.ts';
import { formatCount, plural } from '../../components/format.ts';
import type { TryOut } from './use-try-out.ts';

/** How far a look is, where it is not at its end. */
export function TryOutProgress({ tryOut }: { tryOut: TryOut }): ReactElement | null {
  const { found, isRunning, isOld } = tryOut;
  const all = useQuery(statisticsQuery).data?.images;
  if (found === null || isOld || found.isWhole) return null;
  // Images come while one looks: more can be looked at than there were.
  const whole = Math.max(all ?? 0, found.looked);
  return (
    <Progress
      value={found.looked}
      min={0}
      max={whole}
      size="sm"
      title={isRunning ? 'Looking at the library' : 'Not all of the library was looked at'}
      label={`${formatCount(found.looked)} of about ${plural(whole, 'image')}`}
      valueText={`${formatCount(found.looked)} of about ${plural(whole, 'image')}`}
      measureLocation={ProgressMeasureLocation.top}
    />
  );
}

/** What a policy would do once it counts, as sentences; first what is different from now. */
export function effectSentences(effect: PolicyEffect, found: PolicyPreview): string[] {
  return [...ownSentences(effect, found), ...usedSentence(found.inUse)];
}

function usedSentence({ images, uses }: PolicyPreview['inUse']): string[] {
  if (images === 0) return [];
  const [runs, keeps] = images === 1 ? ['runs', 'it keeps'] : ['run', 'they keep'];
  return [`${formatCount(images)} of them ${runs} now, in ${plural(uses, 'place')}; ${keeps} running.`];
}

function ownSentences(effect: PolicyEffect, found: PolicyPreview): string[] {
  const { effects, difference, counts } = found;
  const freed =
    difference.freed === 0
      ? []
      : [`${plural(difference.freed, 'image')} that no policy lets be approved today could be approved.`];
  switch (effect) {
    case 'require': {
      const stay = effects.blockedApproved;
      return [
        effects.blocked === 0
          ? 'It forbids the approval of no image.'
          : `${plural(effects.blocked, 'image')} could not be approved; ${
              difference.blocked === effects.blocked
                ? 'today no policy forbids that.'
                : difference.blocked === 0
                  ? 'that is so today already.'
                  : `for ${formatCount(difference.blocked)} of them that is new.`
            }`,
        ...freed,
        ...(stay === 0
          ? []
          : [
              `${formatCount(stay)} of them ${stay === 1 ? 'is' : 'are'} approved today and ${stay === 1 ? 'stays' : 'stay'} so.`,
            ]),
      ];
    }
    case 'approve':
      return [
        effects.approved === 0
          ? 'It approves nothing that waits now.'
          : `${plural(effects.approved, 'image')} that ${effects.approved === 1 ? 'waits' : 'wait'} would be approved at once.`,
        ...freed,
      ];
    case 'reject':
      return [
        effects.rejected === 0
          ? 'It rejects nothing that waits now.'
          : `${plural(effects.rejected, 'image')} that ${effects.rejected === 1 ? 'waits' : 'wait'} would be rejected at once.`,
        ...freed,
      ];
    case 'advise':
      return [
        `It is told with ${plural(counts.pass + counts.fail + counts.unknown, 'image')}, and nothing follows.`,
        ...freed,
      ];
  }
}

/** "3 pass (2 before), 4 fail, 5 are not known" */
export function outcomeWords({ counts, before }: Pick<PolicyPreview, 'counts' | 'before'>, hasBefore: boolean): string {
  const was = (now: number, then: number) => (hasBefore && now !== then ? ` (${formatCount(then)} before)` : '');
  return [
    `${formatCount(counts.pass)} ${counts.pass === 1 ? 'passes' : 'pass'}${was(counts.pass, before.pass)}`,
    `${formatCount(counts.fail)} ${counts.fail === 1 ? 'fails' : 'fail'}${was(counts.fail, before.fail)}`,
    `${formatCount(counts.unknown)} ${counts.unknown === 1 ? 'is' : 'are'} not known${was(counts.unknown, before.unknown)}`,
  ].join(', ');
}
