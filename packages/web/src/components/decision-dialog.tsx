import {
  Button,
  Form,
  FormSelect,
  FormSelectOption,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  TextInput,
} from '@patternfly/react-core';
import type { DecisionSummary, ImageState } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactElement, useEffect, useId, useRef, useState } from 'react';
import { decisionCheckQuery, useDecide } from '../api/approvals.ts';
import { DECISIONS, EXPIRIES, endOf, mayHaveSuccessor, recentReason, rememberReason } from './decision-words.ts';
import { fieldErrors } from './field-errors.ts';
import { FormField, noteId } from './form-field.tsx';
import { plural, shortDigest } from './format.ts';
import { ImageStateLabel } from './labels.tsx';
import { ActionError, TextSkeleton } from './states.tsx';

interface DecisionDialogProps {
  /** "postgresql:17.6", or "12 images" */
  what: string;
  digests: readonly string[];
  /** What may be chosen; the first is chosen at first. */
  states: readonly ImageState[];
  onClose: () => void;
  onDecided?: () => void;
}

/** Decides about images: first what it would do, then all of it or nothing. */
export function DecisionDialog({ what, digests, states, onClose, onDecided }: DecisionDialogProps): ReactElement {
  const id = useId();
  const reasonField = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<ImageState>(states[0] ?? 'approved');
  const [reason, setReason] = useState(() => recentReason(states[0] ?? 'approved'));
  const [days, setDays] = useState('');
  const [successor, setSuccessor] = useState('');
  const decide = useDecide();
  const chosen = mayHaveSuccessor(state) && /^sha(256|512):[0-9a-f]{64,}$/.test(successor.trim());
  const summary = useQuery(
    decisionCheckQuery({ digests: [...digests], state, ...(chosen ? { successor: successor.trim() } : {}) }),
  );
  const refused = new Set(summary.data?.refused.map(({ digest }) => digest));
  const rest = digests.filter((digest) => !refused.has(digest));
  const errors = fieldErrors(decide.error);
  // The reason of the last decision stands there, ready to be kept or written over.
  useEffect(() => reasonField.current?.select(), []);

  const save = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '' || rest.length === 0 || decide.isPending) return;
    const body = {
      digests: rest,
      state,
      reason: reason.trim(),
      ...(state === 'approved' && days !== '' ? { expiresAt: endOf(Number(days), new Date()) } : {}),
      ...(mayHaveSuccessor(state) && successor.trim() !== '' ? { successor: successor.trim() } : {}),
    };
    decide.mutate(body, {
      onSuccess: () => {
        rememberReason(state, reason.trim());
        onDecided?.();
        onClose();
      },
    });
  };

  const { verb } = DECISIONS[state];
  return (
    <Modal variant="small" isOpen onClose={onClose} aria-labelledby={`${id}-title`} aria-describedby={`${id}-note`}>
      <ModalHeader
        title={`${states.length > 1 ? 'Decide about' : verb} ${what}`}
        labelId={`${id}-title`}
        description={<span id={`${id}-note`}>{DECISIONS[state].meaning}</span>}
      />
      <ModalBody>
        <Form id={`${id}-form`} onSubmit={save}>
          <ActionError error={decide.error} what="Nothing was decided" />
          {states.length > 1 ? (
            <FormField id={`${id}-state`} label="Decision">
              <FormSelect id={`${id}-state`} value={state} onChange={(_, value) => setState(value as ImageState)}>
                {states.map((each) => (
                  <FormSelectOption key={each} value={each} label={DECISIONS[each].verb} />
                ))}
              </FormSelect>
            </FormField>
          ) : null}
          <FormField id={`${id}-reason`} label="Reason" isRequired problem={errors.get('reason')}>
            <TextInput
              id={`${id}-reason`}
              ref={reasonField}
              value={reason}
              onChange={(_, value) => setReason(value)}
              maxLength={2000}
              isRequired
              autoFocus
            />
          </FormField>
          {state === 'approved' ? (
            <FormField id={`${id}-days`} label="Counts" problem={errors.get('expiresAt')}>
              <FormSelect id={`${id}-days`} value={days} onChange={(_, value) => setDays(value)}>
                {EXPIRIES.map(([value, label]) => (
                  <FormSelectOption key={value} value={value} label={label} />
                ))}
              </FormSelect>
            </FormField>
          ) : null}
          {mayHaveSuccessor(state) ? (
            <FormField
              id={`${id}-successor`}
              label="Use this instead"
              helper="The digest of another image, if there is one."
              problem={errors.get('successor')}
            >
              <TextInput
                id={`${id}-successor`}
                value={successor}
                onChange={(_, value) => setSuccessor(value)}
                placeholder="sha256:…"
                aria-describedby={noteId(`${id}-successor`)}
              />
            </FormField>
          ) : null}
          <section aria-label="What it does" aria-live="polite">
            {summary.data ? (
              <Summary summary={summary.data} />
            ) : summary.isError ? (
              <ActionError error={summary.error} what="Not known what it would do" />
            ) : (
              <TextSkeleton what="what it would do" lines={2} />
            )}
          </section>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form={`${id}-form`}
          variant={DECISIONS[state].isDanger ? 'danger' : 'primary'}
          isLoading={decide.isPending}
          isDisabled={decide.isPending || reason.trim() === '' || rest.length === 0}
        >
          {refused.size > 0 && rest.length > 0 ? `${verb} the other ${rest.length}` : verb}
        </Button>
        <Button variant="link" onClick={onClose}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
}

const SHOWN_REFUSALS = 5;

function Summary({ summary: { changes, refused, affected } }: { summary: DecisionSummary }): ReactElement {
  return (
    <div className="ph-stack-small">
      {changes.map(({ from, to, count }) => (
        <span key={`${from} ${to}`} className="ph-inline-list">
          {plural(count, 'image')}: <ImageStateLabel state={from} /> → <ImageStateLabel state={to} />
        </span>
      ))}
      {changes.length > 0 ? (
        <span className="ph-quiet">
          Affects {plural(affected.tags, 'tag')} in {plural(affected.repositories, 'repository', 'repositories')} of{' '}
          {plural(affected.locations, 'location')}.
        </span>
      ) : null}
      {refused.slice(0, SHOWN_REFUSALS).map(({ digest, message, hint }) => (
        <span key={digest}>
          <code>{shortDigest(digest)}</code> is left out: {message} <span className="ph-quiet">{hint}</span>
        </span>
      ))}
      {refused.length > SHOWN_REFUSALS ? <span>And {refused.length - SHOWN_REFUSALS} more are left out.</span> : null}
    </div>
  );
}
