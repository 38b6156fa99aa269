import { Alert, Button, Label, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { FieldProblem, PolicyEffect, PolicyPreview, RequirementName } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { fieldErrors } from '../../components/field-errors.ts';
import { formatCount, plural } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { ErrorState, TextSkeleton } from '../../components/states.tsx';
import { problemWords } from './policy-problems.ts';
import { REQUIREMENT_WORDS } from './requirement-words.ts';
import { InUseList, TryOutList } from './try-out-list.tsx';
import { effectSentences, outcomeWords, TryOutProgress } from './try-out-numbers.tsx';
import type { TryOut } from './use-try-out.ts';

interface TryOutPanelProps {
  tryOut: TryOut;
  effect: PolicyEffect;
  /** Why it cannot be tried yet; empty: it can. */
  problems: readonly FieldProblem[];
  /** There is a version before, against which the difference is told. */
  hasBefore: boolean;
}

/** What the policy would do over the whole library if it were enforced, while it is being written. */
export function TryOutPanel(props: TryOutPanelProps): ReactElement {
  const { found, isOld, isRunning, goOn, stop } = props.tryOut;
  const isPart = found !== null && !isOld && !found.isWhole;
  return (
    <Panel
      title="Try-out"
      actions={
        isRunning && (isPart || isOld) ? (
          <Button variant="secondary" size="sm" onClick={stop}>
            Stop
          </Button>
        ) : isPart || (isOld && found !== null && props.problems.length === 0) ? (
          <Button variant="secondary" size="sm" onClick={goOn}>
            Look at the whole library
          </Button>
        ) : null
      }
    >
      <Body {...props} />
    </Panel>
  );
}

function Body({ tryOut, effect, problems, hasBefore }: TryOutPanelProps): ReactElement {
  const { found, isOld, error, goOn } = tryOut;
  if (problems.length > 0) {
    return (
      <div className="ph-stack-small">
        <p>Say what an image must show, and see at once what that means. Nothing is changed by looking.</p>
        <ul className="ph-quiet" aria-label="Still missing">
          {problems.map((problem) => (
            <li key={problem.path}>{problemWords(problem)}</li>
          ))}
        </ul>
      </div>
    );
  }
  if (error !== null && fieldErrors(error).size > 0) {
    return (
      <Alert variant="warning" isInline component="h3" title="It cannot be tried yet">
        The field says what is wrong. The try-out goes on as soon as it is right.
      </Alert>
    );
  }
  if (error !== null) return <ErrorState error={error} what="the try-out" onRetry={goOn} />;
  if (found === null) return <TextSkeleton what="the try-out" lines={5} />;
  return (
    <div className={`ph-stack-small${isOld ? ' ph-stale' : ''}`} aria-busy={isOld}>
      <TryOutProgress tryOut={tryOut} />
      <Summary found={found} effect={effect} hasBefore={hasBefore} />
      <Lists key={effect} found={found} effect={effect} hasBefore={hasBefore} />
    </div>
  );
}

interface PartProps {
  found: PolicyPreview;
  effect: PolicyEffect;
  hasBefore: boolean;
}

function Summary({ found, effect, hasBefore }: PartProps): ReactElement {
  const [first, ...rest] = effectSentences(effect, found);
  return (
    <>
      <div role="status" className="ph-stack-tiny">
        <p className="ph-preview-sum">
          <strong>{first}</strong>
        </p>
        {rest.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
        <p className="ph-quiet">
          {plural(found.images, 'image')} in its scope: {outcomeWords(found, hasBefore)}.
        </p>
      </div>
      {found.reasons.length === 0 ? null : (
        <ul className="ph-inline-list ph-reasons" aria-label="Why images do not pass">
          {found.reasons.map(({ requirement, outcome, count }) => (
            <li key={`${requirement} ${outcome}`}>
              <Label isCompact variant="outline" color={outcome === 'fail' ? 'red' : 'yellow'}>
                {REQUIREMENT_WORDS[requirement as RequirementName]?.title ?? requirement}{' '}
                {outcome === 'fail' ? 'fails' : 'not known'}: {formatCount(count)}
              </Label>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

type ListName = keyof PolicyPreview['examples'];
type TabName = ListName | 'inUse';

const LISTS: Readonly<Record<ListName, { title: string; label: string; empty: string }>> = {
  blocked: {
    title: 'Forbidden',
    label: 'Images that could not be approved',
    empty: 'It forbids the approval of none.',
  },
  approved: {
    title: 'Approved',
    label: 'Images that would be approved',
    empty: 'Nothing that waits would be approved by it.',
  },
  rejected: {
    title: 'Rejected',
    label: 'Images that would be rejected',
    empty: 'Nothing that waits would be rejected by it.',
  },
  freed: { title: 'Set free', label: 'Images that could be approved again', empty: 'It sets none free.' },
  pass: { title: 'Pass', label: 'Images that pass', empty: 'None passes.' },
  fail: { title: 'Fail', label: 'Images that fail', empty: 'None fails.' },
  unknown: { title: 'Not known', label: 'Images of which it is not known', empty: 'Of every image it is known.' },
};

const FIRST_LIST: Readonly<Record<PolicyEffect, ListName | null>> = {
  require: 'blocked',
  approve: 'approved',
  reject: 'rejected',
  advise: null,
};

function Lists({ found, effect, hasBefore }: PartProps): ReactElement {
  const totals: Readonly<Record<ListName, number>> = {
    ...found.counts,
    ...{ approved: found.effects.approved, rejected: found.effects.rejected, blocked: found.effects.blocked },
    freed: found.difference.freed,
  };
  const first = FIRST_LIST[effect];
  const shown: TabName[] = [
    ...(first === null ? [] : [first]),
    ...(found.inUse.images > 0 ? (['inUse'] as const) : []),
    ...(totals.freed > 0 ? (['freed'] as const) : []),
    ...(['pass', 'fail', 'unknown'] as const),
  ];
  const [chosen, setTab] = useState<TabName>(shown[0]!);
  const tab = shown.includes(chosen) ? chosen : shown[0]!;
  return (
    <Tabs
      isSubtab
      activeKey={tab}
      onSelect={(_, key) => setTab(key as TabName)}
      aria-label="Images by what follows"
      mountOnEnter
      unmountOnExit
    >
      {shown.map((name) =>
        name === 'inUse' ? (
          <Tab
            key={name}
            eventKey={name}
            title={<TabTitleText>Run now ({formatCount(found.inUse.images)})</TabTitleText>}
          >
            <InUseList inUse={found.inUse} />
          </Tab>
        ) : (
          <Tab
            key={name}
            eventKey={name}
            title={
              <TabTitleText>
                {LISTS[name].title} ({formatCount(totals[name])})
              </TabTitleText>
            }
          >
            <TryOutList
              label={LISTS[name].label}
              rows={found.examples[name]}
              total={totals[name]}
              empty={LISTS[name].empty}
              marksNew={name === 'blocked' || (hasBefore && (name === 'pass' || name === 'fail' || name === 'unknown'))}
            />
          </Tab>
        ),
      )}
    </Tabs>
  );
}
