import { Button } from '@patternfly/react-core';
import type { Policy, PolicySpec } from '@pharos/contract';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { useDeletePolicy, useUpdatePolicy } from '../../api/policies.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { specAlone } from './policy-draft.ts';

type Verb = 'enforce' | 'report' | 'on' | 'off';

const WORDS: Readonly<Record<Verb, { title: (name: string) => string; confirm: string; more: string }>> = {
  enforce: { title: (name) => `Enforce ${name}?`, confirm: 'Enforce', more: '' },
  report: {
    title: (name) => `Let ${name} report only?`,
    confirm: 'Report only',
    more: 'It goes on being evaluated and told with every image.',
  },
  on: { title: (name) => `Switch ${name} on?`, confirm: 'Switch on', more: 'Every image is evaluated by it again.' },
  off: {
    title: (name) => `Switch ${name} off?`,
    confirm: 'Switch off',
    more: 'It is not evaluated any more, and is not shown with images. It can be switched on again.',
  },
};

/** Whether a policy counts, and its end. */
export function PolicyActions({ policy }: { policy: Policy }): ReactElement {
  const [verb, setVerb] = useState<Verb | 'delete' | null>(null);
  const update = useUpdatePolicy(policy.id);
  const remove = useDeletePolicy(policy.id);
  const navigate = useNavigate();
  const { name, enabled, mode } = policy;
  const close = () => {
    setVerb(null);
    update.reset();
    remove.reset();
  };
  const other = mode === 'enforce' ? 'report' : 'enforce';
  return (
    <>
      {enabled ? (
        <Button variant="secondary" onClick={() => setVerb(other)}>
          {mode === 'enforce' ? 'Report only…' : 'Enforce…'}
        </Button>
      ) : null}
      <Button variant="secondary" onClick={() => setVerb(enabled ? 'off' : 'on')}>
        {enabled ? 'Switch off…' : 'Switch on…'}
      </Button>
      <Button variant="secondary" isDanger onClick={() => setVerb('delete')}>
        Delete…
      </Button>
      {verb === null ? null : verb === 'delete' ? (
        <ChangeDialog
          title={`Delete the policy ${name}?`}
          confirm="Delete policy"
          policy={policy}
          then={null}
          isBusy={remove.isPending}
          error={remove.error}
          onClose={close}
          onConfirm={() =>
            remove.mutate(undefined, { onSuccess: () => void navigate({ to: '/manage/policies', replace: true }) })
          }
        >
          <p>Its results and exceptions go with it. Its versions stay readable by its id.</p>
        </ChangeDialog>
      ) : (
        <ChangeDialog
          title={WORDS[verb].title(name)}
          confirm={WORDS[verb].confirm}
          policy={policy}
          then={changed(policy, verb)}
          isBusy={update.isPending}
          error={update.error}
          onClose={close}
          onConfirm={() => update.mutate(changed(policy, verb), { onSuccess: close })}
        >
          {WORDS[verb].more === '' ? null : <p>{WORDS[verb].more}</p>}
        </ChangeDialog>
      )}
    </>
  );
}

function changed(policy: Policy, verb: Verb): PolicySpec {
  const spec = specAlone(policy);
  return verb === 'enforce' || verb === 'report' ? { ...spec, mode: verb } : { ...spec, enabled: verb === 'on' };
}
