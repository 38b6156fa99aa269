import { Button } from '@patternfly/react-core';
import type { Policy, PolicySpec } from '@pharos/contract';
import type { ReactElement, ReactNode } from 'react';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { formatCount, plural } from '../../components/format.ts';
import { ActionError, TextSkeleton } from '../../components/states.tsx';
import { isInForce, specAlone } from './policy-draft.ts';
import { effectSentences, outcomeWords, TryOutProgress } from './try-out-numbers.tsx';
import { type TryOut, useTryOut } from './use-try-out.ts';

interface ChangeDialogProps {
  title: string;
  confirm: string;
  /** As it is stored; null: it is new. */
  policy: Policy | null;
  /** As it is to be; null: it is to be deleted. */
  then: PolicySpec | null;
  /** More that is worth knowing. */
  children?: ReactNode;
  isBusy: boolean;
  error: unknown;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before a policy begins to count, counts otherwise, or counts no more; first the numbers, over the whole library. */
export function ChangeDialog(props: ChangeDialogProps): ReactElement {
  const { policy, then, isBusy, error } = props;
  const isOn = then !== null && isInForce(then);
  const wasOn = policy !== null && isInForce(policy);
  // What ends is told by what the policy does now; what begins, by what it would do.
  const tried = isOn ? then : wasOn ? specAlone(policy) : null;
  const tryOut = useTryOut(tried, policy?.id, true);
  const isKnown = tried === null || (tryOut.found !== null && !tryOut.isOld && !tryOut.isRunning);
  return (
    <ConfirmDialog
      title={props.title}
      confirm={props.confirm}
      isOpen
      isBusy={isBusy}
      isReady={isKnown}
      isGain={isOn}
      error={error}
      onClose={props.onClose}
      onConfirm={props.onConfirm}
    >
      {tried === null ? (
        <p>It decides nothing now, and nothing follows from this for any image.</p>
      ) : (
        <Numbers tryOut={tryOut} effect={tried.effect} isOn={isOn} hasBefore={policy?.enabled ?? false} />
      )}
      {props.children}
    </ConfirmDialog>
  );
}

interface NumbersProps {
  tryOut: TryOut;
  effect: PolicySpec['effect'];
  isOn: boolean;
  hasBefore: boolean;
}

function Numbers({ tryOut, effect, isOn, hasBefore }: NumbersProps): ReactElement {
  const { found, isOld, isRunning, error, goOn, stop } = tryOut;
  if (error !== null) {
    return (
      <>
        <ActionError error={error} what="Not known what it would do" />
        <Button variant="link" isInline onClick={goOn}>
          Look again
        </Button>
      </>
    );
  }
  if (found === null || isOld) return <TextSkeleton what="what it would do" lines={3} />;
  const sentences = isOn ? effectSentences(effect, found) : endSentences(effect, found);
  return (
    <section aria-label="What it does" aria-live="polite" className="ph-stack-small">
      <TryOutProgress tryOut={tryOut} />
      {isRunning ? (
        <Button variant="link" isInline onClick={stop}>
          Stop looking
        </Button>
      ) : null}
      <ul className="ph-stack-tiny">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      {isOn ? (
        <p className="ph-quiet">
          {plural(found.images, 'image')} in its scope: {outcomeWords(found, hasBefore)}.
        </p>
      ) : null}
      {found.isWhole || isRunning ? null : <p>These are the numbers of what was looked at; there is more.</p>}
    </section>
  );
}

function endSentences(effect: PolicySpec['effect'], { effects }: NonNullable<TryOut['found']>): string[] {
  if (effect === 'approve') return ['It approves nothing by itself any more. What it approved stays approved.'];
  if (effect === 'reject') return ['It rejects nothing by itself any more. What it rejected stays rejected.'];
  if (effect === 'advise') return ['It only tells, so nothing else follows for any image.'];
  if (effects.blocked === 0) return ['It forbids the approval of no image now.'];
  const alone = effects.blockedAlone;
  return [
    `It forbids the approval of ${plural(effects.blocked, 'image')} now.`,
    alone === 0
      ? 'Another enforced policy forbids each of them too.'
      : `${formatCount(alone)} of them no other policy forbids, so ${alone === 1 ? 'it' : 'they'} could be approved then.`,
  ];
}
