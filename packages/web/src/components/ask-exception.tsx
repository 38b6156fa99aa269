import { FormSelect, FormSelectOption, TextArea, TextInput } from '@patternfly/react-core';
import { type ReactElement, useId, useState } from 'react';
import { useAskException } from '../api/policies.ts';
import { endOf } from './decision-words.ts';
import { fieldErrors } from './field-errors.ts';
import { FormDialog } from './form-dialog.tsx';
import { FormField, noteId } from './form-field.tsx';

const ENDS = [
  ['7', 'In a week'],
  ['30', 'In 30 days'],
  ['90', 'In 90 days'],
  ['180', 'In half a year'],
] as const;
const DIGEST = /^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/;

interface AskExceptionProps {
  /** The image; without one it is asked for. */
  digest?: string;
  /** Policies to choose from; one at least. */
  policies: readonly { readonly policyId: string; readonly policy: string }[];
  onClose: () => void;
}

/** Asks for an exception: one image, one policy, a reason, an end. Another person confirms it. */
export function AskException({ digest, policies, onClose }: AskExceptionProps): ReactElement {
  const id = useId();
  const ask = useAskException();
  const [policyId, setPolicyId] = useState(policies[0]?.policyId ?? '');
  const [typed, setTyped] = useState('');
  const [reason, setReason] = useState('');
  const [days, setDays] = useState('30');
  const problems = fieldErrors(ask.error);
  const image = digest ?? typed.trim();
  const isReady = reason.trim() !== '' && DIGEST.test(image);
  const isOdd = digest === undefined && image !== '' && !DIGEST.test(image);
  const submit = () => {
    const expiresAt = endOf(Number(days), new Date());
    ask.mutate({ digest: image, policyId, reason: reason.trim(), expiresAt }, { onSuccess: onClose });
  };
  const wrongDigest = isOdd
    ? { path: 'digest', message: 'A digest begins with sha256: and has 64 digits after it.' }
    : problems.get('digest');
  return (
    <FormDialog
      title="Ask for an exception"
      description="Another person confirms it. It lets a person approve this image although the policy is against it."
      failed="Not asked"
      error={ask.error}
      confirm="Ask"
      isBusy={ask.isPending}
      isReady={isReady}
      onSubmit={submit}
      onClose={onClose}
    >
      {policies.length > 1 ? (
        <FormField
          id={`${id}-policy`}
          label="Policy"
          helper="An exception helps where one policy is against an image, and not where two are."
        >
          <FormSelect
            id={`${id}-policy`}
            value={policyId}
            onChange={(_, value) => setPolicyId(value)}
            aria-describedby={noteId(`${id}-policy`)}
          >
            {policies.map((each) => (
              <FormSelectOption key={each.policyId} value={each.policyId} label={each.policy} />
            ))}
          </FormSelect>
        </FormField>
      ) : (
        <p>From the policy {policies[0]?.policy}.</p>
      )}
      {digest === undefined ? (
        <FormField id={`${id}-digest`} label="Digest of the image" isRequired problem={wrongDigest}>
          <TextInput
            id={`${id}-digest`}
            value={typed}
            onChange={(_, value) => setTyped(value)}
            placeholder="sha256:…"
            validated={wrongDigest ? 'error' : 'default'}
            aria-describedby={noteId(`${id}-digest`)}
            autoComplete="off"
            isRequired
            autoFocus
          />
        </FormField>
      ) : null}
      <FormField id={`${id}-reason`} label="Reason" isRequired problem={problems.get('reason')}>
        <TextArea
          id={`${id}-reason`}
          value={reason}
          onChange={(_, value) => setReason(value)}
          maxLength={2000}
          rows={3}
          isRequired
          autoFocus={digest !== undefined}
        />
      </FormField>
      <FormField id={`${id}-end`} label="Ends" problem={problems.get('expiresAt')}>
        <FormSelect id={`${id}-end`} value={days} onChange={(_, value) => setDays(value)}>
          {ENDS.map(([value, label]) => (
            <FormSelectOption key={value} value={value} label={label} />
          ))}
        </FormSelect>
      </FormField>
    </FormDialog>
  );
}
