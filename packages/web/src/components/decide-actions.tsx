import { Button } from '@patternfly/react-core';
import { type ImageState, STATES_AFTER } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { approvalQuery, useRequestApproval, useWithdrawApproval } from '../api/approvals.ts';
import { useMay, useSession } from '../api/session.ts';
import { DecisionDialog } from './decision-dialog.tsx';
import { WordsDialog } from './words-dialog.tsx';

interface DecideActionsProps {
  what: string;
  digest: string;
  state: ImageState;
}

/** Decide, or ask for it: what somebody may do about the state of one image. */
export function DecideActions({ what, digest, state }: DecideActionsProps): ReactElement {
  const [open, setOpen] = useState<'decide' | 'ask' | null>(null);
  const mayDecide = useMay('images:decide');
  const name = useSession()?.name;
  const review = useQuery(approvalQuery(digest));
  const request = useRequestApproval();
  const withdraw = useWithdrawApproval();
  const mine = review.data?.requests.some((one) => one.state === 'open' && one.requestedBy === name) ?? false;
  const mayAsk = STATES_AFTER[state].includes('approved') && review.data !== undefined;
  return (
    <>
      {mayDecide ? (
        <Button variant="secondary" onClick={() => setOpen('decide')}>
          Decide…
        </Button>
      ) : null}
      {mayAsk && !mine ? (
        <Button variant="secondary" onClick={() => setOpen('ask')}>
          Request approval…
        </Button>
      ) : null}
      {mine ? (
        <Button variant="secondary" isLoading={withdraw.isPending} onClick={() => withdraw.mutate(digest)}>
          Withdraw request
        </Button>
      ) : null}
      {open === 'decide' ? (
        <DecisionDialog what={what} digests={[digest]} states={STATES_AFTER[state]} onClose={() => setOpen(null)} />
      ) : null}
      {open === 'ask' ? (
        <WordsDialog
          title={`Request approval of ${what}`}
          description="Approvers see it first in their queue. It is about this digest; a tag that moves is another image."
          label="Why it is needed"
          confirm="Request"
          failed="Not requested"
          isBusy={request.isPending}
          error={request.error}
          onSave={(reason) => request.mutate({ digest, reason }, { onSuccess: () => setOpen(null) })}
          onClose={() => setOpen(null)}
        />
      ) : null}
    </>
  );
}
