import { Alert, AlertActionLink } from '@patternfly/react-core';
import type { RepositoryDetail } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useConfirmAbsence } from '../../api/repositories.ts';
import { useStartScan } from '../../api/scans.ts';
import { useMay } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';

/** Many tags vanished at once. Nothing is marked before a person has looked at the registry. */
export function HeldAbsence({ repository }: { repository: RepositoryDetail }): ReactElement | null {
  const mayConfirm = useMay('rules:write');
  const confirm = useConfirmAbsence(repository.id);
  const scan = useStartScan();
  const [isOpen, setOpen] = useState(false);
  if (!repository.held) return null;
  const believe = () =>
    confirm.mutate(undefined, {
      onSuccess: () => {
        setOpen(false);
        scan.mutate({ repositoryId: repository.id });
      },
    });
  return (
    <>
      <Alert
        variant="warning"
        isInline
        component="h2"
        title="Many tags vanished at once, so nothing was marked"
        actionLinks={
          mayConfirm ? <AlertActionLink onClick={() => setOpen(true)}>They are really gone …</AlertActionLink> : null
        }
      >
        {repository.lastScan?.message} The registry may have had a bad moment, so look there first. If the tags were
        removed on purpose, {mayConfirm ? 'confirm it' : 'ask an administrator to confirm it'}, and the next complete
        scan marks them as missing.
      </Alert>
      <ConfirmDialog
        title="Believe the next scan?"
        confirm="Confirm and scan"
        isOpen={isOpen}
        isBusy={confirm.isPending}
        error={confirm.error}
        onConfirm={believe}
        onClose={() => setOpen(false)}
      >
        <p>
          Tags that the next complete scan of {repository.name} does not list are marked as missing, however many they
          are. Missing tags stay visible and are retired later; their history stays for good.
        </p>
      </ConfirmDialog>
    </>
  );
}
