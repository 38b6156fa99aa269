import { Button } from '@patternfly/react-core';
import type { Agent } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useRevokeAgentKey } from '../../api/agents.ts';
import { useMay } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { WarningLabel } from '../../components/labels.tsx';

/** How the agent says who it is, and the way to refuse it. */
export function AgentKey({ agent }: { agent: Agent }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const revoke = useRevokeAgentKey();
  const may = useMay('agents:write');
  const { key } = agent;
  if (key === null) return <span>{agent.embedded ? 'none needed' : 'access token'}</span>;
  if (key.revokedAt !== null) return <WarningLabel text="revoked" />;
  return (
    <div className="ph-stack-tiny">
      {key.copiedAt === null ? <span>its own</span> : <WarningLabel text="copied?" />}
      {may ? (
        <Button
          variant="link"
          isInline
          isDanger
          onClick={() => setOpen(true)}
          aria-label={`Revoke key of ${agent.name}`}
        >
          Revoke key
        </Button>
      ) : null}
      <ConfirmDialog
        title={`Revoke the key of ${agent.name}?`}
        confirm="Revoke key"
        isOpen={isOpen}
        isBusy={revoke.isPending}
        error={revoke.error}
        onClose={() => setOpen(false)}
        onConfirm={() => revoke.mutate(agent.id, { onSuccess: () => setOpen(false) })}
      >
        <p>
          Its calls are refused at once, until it joins again with a new join token. What it read stays in the library.
        </p>
      </ConfirmDialog>
    </div>
  );
}
