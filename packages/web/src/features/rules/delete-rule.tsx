import { Button } from '@patternfly/react-core';
import type { Rule } from '@pharos/contract';
import { useNavigate } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { useDeleteRule } from '../../api/rules.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { plural } from '../../components/format.ts';

export function DeleteRule({ rule }: { rule: Rule }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const remove = useDeleteRule();
  const navigate = useNavigate();
  return (
    <>
      <Button variant="secondary" isDanger onClick={() => setOpen(true)}>
        Delete rule
      </Button>
      <ConfirmDialog
        title={`Delete the rule ${rule.name}?`}
        confirm="Delete rule"
        isOpen={isOpen}
        isBusy={remove.isPending}
        error={remove.error}
        onClose={() => setOpen(false)}
        onConfirm={() =>
          remove.mutate(rule.id, { onSuccess: () => void navigate({ to: '/manage/rules', replace: true }) })
        }
      >
        <p>
          It lets in {plural(rule.tagCount, 'tag')} of {plural(rule.repositoryCount, 'repository', 'repositories')} now.
          Those that no other rule lets in leave the library.
        </p>
        <p>Nothing changes at the registry. To stop the rule for a while, switch it off instead.</p>
      </ConfirmDialog>
    </>
  );
}
