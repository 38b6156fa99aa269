import { Button } from '@patternfly/react-core';
import type { PolicyException } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { policyExceptionsQuery, useChangeException } from '../../api/policies.ts';
import { useMay } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { type Column, DataTable } from '../../components/data-table.tsx';
import { Digest } from '../../components/digest.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { EXCEPTION_WORDS } from '../../components/policy-words.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import { QueryView, TextSkeleton } from '../../components/states.tsx';

/** One digest, one policy, an end, two people. */
export function ExceptionsPanel(): ReactElement {
  const exceptions = useQuery(policyExceptionsQuery({ limit: 50 }));
  return (
    <Panel title="Exceptions">
      <QueryView query={exceptions} what="the exceptions" skeleton={<TextSkeleton what="the exceptions" lines={2} />}>
        {(page) =>
          page.items.length === 0 ? (
            <p className="ph-quiet">
              None. One person asks with <code>pharos exceptions ask</code>, another confirms; an exception helps
              against one policy only.
            </p>
          ) : (
            <DataTable label="Exceptions" columns={COLUMNS} rows={page.items} rowKey={({ id }) => id} />
          )
        }
      </QueryView>
    </Panel>
  );
}

const COLUMNS: readonly Column<PolicyException>[] = [
  { label: 'Policy', modifier: 'breakWord', cell: ({ policy }) => <HostileText text={policy} /> },
  { label: 'Image', cell: ({ digest }) => <Digest digest={digest} /> },
  { label: 'State', modifier: 'breakWord', cell: ({ state }) => EXCEPTION_WORDS[state] },
  { label: 'Until', cell: ({ expiresAt }) => <RelativeTime time={expiresAt} /> },
  {
    label: 'Asked by',
    modifier: 'breakWord',
    cell: ({ requestedBy, reason }) => (
      <>
        <HostileText text={requestedBy} />
        <div className="ph-quiet">
          <HostileText text={reason} clamp={200} />
        </div>
      </>
    ),
  },
  { label: 'Actions', hideLabel: true, cell: (exception) => <Actions exception={exception} /> },
];

function Actions({ exception }: { exception: PolicyException }): ReactElement | null {
  const [verb, setVerb] = useState<'confirm' | 'revoke' | null>(null);
  const change = useChangeException();
  const may = useMay('policies:write');
  const { state, policy, id } = exception;
  if (!may || state === 'expired' || state === 'revoked') return null;
  return (
    <span className="ph-inline-list">
      {state === 'asked' ? (
        <Button
          variant="link"
          isInline
          onClick={() => setVerb('confirm')}
          aria-label={`Confirm exception from ${policy}`}
        >
          Confirm
        </Button>
      ) : null}
      <Button
        variant="link"
        isInline
        isDanger
        onClick={() => setVerb('revoke')}
        aria-label={`Revoke exception from ${policy}`}
      >
        Revoke
      </Button>
      <ConfirmDialog
        title={verb === 'confirm' ? `Confirm the exception from ${policy}?` : `Revoke the exception from ${policy}?`}
        confirm={verb === 'confirm' ? 'Confirm' : 'Revoke'}
        isOpen={verb !== null}
        isBusy={change.isPending}
        error={change.error}
        onClose={() => setVerb(null)}
        onConfirm={() => verb && change.mutate({ id, verb }, { onSuccess: () => setVerb(null) })}
      >
        <p>
          {verb === 'confirm'
            ? 'The image may then be approved although this policy is against it, until the exception ends.'
            : 'It ends at once. What was approved with it stays approved until somebody revokes that.'}
        </p>
      </ConfirmDialog>
    </span>
  );
}
