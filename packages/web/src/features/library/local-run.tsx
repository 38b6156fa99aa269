import { Alert, Button, Checkbox, CodeBlock, CodeBlockCode, Label, Spinner } from '@patternfly/react-core';
import type { LocalRun, TagDetail } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { localRunsQuery, useRemoveLocalRun, useStartLocalRun, useStopLocalRun } from '../../api/local-runs.ts';
import { useMay } from '../../api/session.ts';
import { Code } from '../../components/code.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { CheckCircleIcon, ExclamationCircleIcon, MinusCircleIcon, SyncAltIcon } from '../../components/icons.ts';
import { ActionError } from '../../components/states.tsx';

/** Starts a database on the machine of this server, where that is the reader's own. Nothing where it cannot. */
export function LocalRunPanel({ tag }: { tag: TagDetail }): ReactElement | null {
  const may = useMay('clusters:write');
  const runs = useQuery({ ...localRunsQuery, enabled: may && tag.kind === 'postgres' });
  const start = useStartLocalRun();
  const [hostNetwork, setHostNetwork] = useState(false);
  if (!may || tag.kind !== 'postgres' || runs.data?.enabled !== true) return null;
  const run = runs.data.items.find(({ digest }) => digest === tag.digest);
  const isIdle = run === undefined || run.state === 'stopped' || run.state === 'failed';
  const { password } = start.data ?? {};
  if (run === undefined && tag.state !== 'approved') return null;
  return (
    <div className="ph-stack-small">
      <h3 className="pf-v6-c-title pf-m-md">Run locally</h3>
      <p className="ph-quiet">
        As a container of this machine, with {runs.data.engine}: this digest, reached from 127.0.0.1 only.
      </p>
      {run === undefined ? null : <Running run={run} password={run.state === 'running' ? password : undefined} />}
      {run?.state === 'failed' ? null : <ActionError error={start.error} what="Not started" />}
      {run?.state === 'failed' ? <p className="ph-quiet">Remove it to start it again.</p> : null}
      {isIdle && run?.state !== 'failed' && tag.state === 'approved' && !start.isPending ? (
        <>
          <Checkbox
            id="local-run-host"
            label="Share the network of this machine"
            description="Where the engine has no bridge network; the database still listens on 127.0.0.1 only."
            isChecked={hostNetwork}
            onChange={(_, value) => setHostNetwork(value)}
          />
          <div>
            <Button
              variant="secondary"
              onClick={() =>
                start.mutate({ repositoryId: tag.repositoryId, tag: tag.name, digest: tag.digest, hostNetwork })
              }
            >
              {run === undefined ? 'Run locally' : 'Start again'}
            </Button>
          </div>
        </>
      ) : null}
      {start.isPending && run === undefined ? (
        <p>
          <Spinner size="md" aria-label="Starting" /> Asking {runs.data.engine} …
        </p>
      ) : null}
    </div>
  );
}

const LOOKS = {
  starting: { word: 'Starting', color: 'blue', icon: SyncAltIcon },
  running: { word: 'Running', color: 'green', icon: CheckCircleIcon },
  stopped: { word: 'Stopped', color: 'grey', icon: MinusCircleIcon },
  failed: { word: 'Failed', color: 'red', icon: ExclamationCircleIcon },
} as const;

function Running({ run, password }: { run: LocalRun; password: string | null | undefined }): ReactElement {
  const { name, state, message, hint, log, psql } = run;
  const { word, color, icon: Icon } = LOOKS[state];
  const stop = useStopLocalRun();
  return (
    <div className="ph-stack-small" aria-live="polite">
      <span className="ph-inline-list">
        <Label isCompact color={color} icon={<Icon />}>
          {word}
        </Label>
        <code className="ph-break">{name}</code>
      </span>
      {state === 'starting' ? (
        <p>
          <Spinner size="md" aria-label="Starting" /> <HostileText text={message} clamp={200} />
        </p>
      ) : null}
      {state === 'failed' ? (
        <Alert variant="danger" isInline component="h4" title="It did not start">
          <p>
            <HostileText text={message} />
          </p>
          <p>
            <HostileText text={hint} />
          </p>
        </Alert>
      ) : null}
      {log.length === 0 ? null : (
        <CodeBlock>
          <CodeBlockCode>
            <HostileText text={log.join('\n')} />
          </CodeBlockCode>
        </CodeBlock>
      )}
      {psql === null ? null : <Code text={psql} what="psql line" />}
      {psql === null ? null : password === undefined || password === null ? (
        <p className="ph-quiet">Its password is the one that was told when it was first started.</p>
      ) : (
        <>
          <p className="ph-quiet">Password, told this once:</p>
          <Code text={password} what="password" />
        </>
      )}
      <ActionError error={stop.error} what="Not stopped" />
      {state === 'starting' ? null : (
        <span className="ph-inline-list">
          {state === 'running' ? (
            <Button
              variant="secondary"
              isLoading={stop.isPending}
              isDisabled={stop.isPending}
              onClick={() => stop.mutate(name)}
            >
              Stop
            </Button>
          ) : null}
          <Remove name={name} />
        </span>
      )}
    </div>
  );
}

function Remove({ name }: { name: string }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const remove = useRemoveLocalRun();
  return (
    <>
      <Button variant="link" isDanger onClick={() => setOpen(true)}>
        Remove
      </Button>
      <ConfirmDialog
        title={`Remove ${name}?`}
        confirm="Remove"
        isOpen={isOpen}
        isBusy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(name, { onSuccess: () => setOpen(false) })}
        onClose={() => {
          remove.reset();
          setOpen(false);
        }}
      >
        The container goes, and its data with it. The image stays with the engine.
      </ConfirmDialog>
    </>
  );
}
