import { Alert, Button, PageSection } from '@patternfly/react-core';
import type { Registry } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { registryQuery, useDeleteRegistry, useProbeRegistry } from '../../api/registries.ts';
import { runningScansQuery, useStartScan } from '../../api/scans.ts';
import { useMay } from '../../api/session.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { plural } from '../../components/format.ts';
import { SyncAltIcon } from '../../components/icons.ts';
import { RegistryStateLabel, WarningLabel } from '../../components/labels.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { ScanProgress } from '../../components/scan-progress.tsx';
import { ActionError, QueryView, TextSkeleton } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ChangesPanel } from './changes-panel.tsx';
import { ChecksPanel } from './checks-panel.tsx';
import { ReadingPanel } from './reading-panel.tsx';
import { RegistryFactsPanel } from './registry-facts-panel.tsx';
import { RegistryHistoryPanel } from './registry-history-panel.tsx';
import { RegistryScansPanel } from './registry-scans-panel.tsx';
import { registryWarnings, shownState } from './registry-warnings.ts';
import type { RegistrySearch } from './search.ts';
import { SourceLabel } from './source-label.tsx';

const CRUMBS = [{ label: 'Registries', to: '/manage/registries' }] as const;

export function RegistryPage(): ReactElement {
  const { registryId = '' } = useParams({ strict: false });
  const registry = useQuery(registryQuery(registryId));
  if (registry.data) return <Loaded key={registryId} registry={registry.data} />;
  return (
    <>
      <PageTitle title="Registry" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={registry} what="the registry" skeleton={<TextSkeleton what="the registry" lines={8} />}>
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ registry }: { registry: Registry }): ReactElement {
  const [search] = useSearchState<RegistrySearch>();
  const probe = useProbeRegistry(registry.id);
  const running = useQuery(runningScansQuery);
  const mine = (running.data?.items ?? []).filter((scan) => scan.registryId === registry.id);
  // The sweep first, then the repositories it reads at this moment.
  const scans = [...mine]
    .sort((one, other) => Number(one.parentId !== null) - Number(other.parentId !== null))
    .slice(0, 6);

  const probed = useRef(false);
  const { mutate } = probe;
  useEffect(() => {
    // Just saved: nobody should have to ask whether it works.
    if (search.step === undefined || probed.current) return;
    probed.current = true;
    mutate();
  }, [search.step, mutate]);

  return (
    <>
      <PageTitle
        title={registry.name}
        crumbs={CRUMBS}
        labels={
          <>
            <RegistryStateLabel state={probe.isPending ? 'checking' : shownState(registry)} />
            {registryWarnings(registry).map((warning) => (
              <WarningLabel key={warning} text={warning} />
            ))}
            <SourceLabel source={registry.source} />
          </>
        }
        actions={<Actions registry={registry} probe={probe} isRunning={mine.length > 0} />}
      >
        <p className="ph-quiet ph-break">{registry.url}</p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <NextStep registry={registry} isChecking={probe.isPending} step={search.step} />
        <ActionError error={probe.error} what="The check did not run" />
        {scans.map((scan) => (
          <ScanProgress key={scan.id} scan={scan} />
        ))}
        <Dangers registry={registry} />
        <div className="ph-columns">
          <div className="ph-stack">
            <ChecksPanel status={registry.status} isChecking={probe.isPending} />
            <ChangesPanel registryId={registry.id} />
            <RegistryHistoryPanel registryId={registry.id} />
          </div>
          <div className="ph-stack">
            <ReadingPanel registry={registry} />
            <RegistryFactsPanel registry={registry} />
            <RegistryScansPanel registryId={registry.id} />
          </div>
        </div>
      </PageSection>
    </>
  );
}

interface ActionsProps {
  registry: Registry;
  probe: ReturnType<typeof useProbeRegistry>;
  isRunning: boolean;
}

function Actions({ registry, probe, isRunning }: ActionsProps): ReactElement {
  const mayWrite = useMay('registries:write');
  const maySync = useMay('scans:write');
  const start = useStartScan();
  return (
    <>
      {maySync ? (
        <Button
          icon={<SyncAltIcon />}
          isDisabled={isRunning || start.isPending}
          onClick={() => start.mutate({ registryId: registry.id })}
        >
          {isRunning ? 'Scanning' : 'Sync now'}
        </Button>
      ) : null}
      {mayWrite ? (
        <Button
          variant="secondary"
          isLoading={probe.isPending}
          isDisabled={probe.isPending}
          onClick={() => probe.mutate()}
        >
          {probe.isPending ? 'Testing' : 'Test connection'}
        </Button>
      ) : null}
      {mayWrite && registry.source === 'ui' ? (
        <>
          <Link
            to="/manage/registries/$registryId/edit"
            params={{ registryId: registry.id }}
            className="pf-v6-c-button pf-m-secondary"
          >
            <span className="pf-v6-c-button__text">Edit</span>
          </Link>
          <Delete registry={registry} />
        </>
      ) : null}
      <ActionError error={start.error} what="The scan did not start" />
    </>
  );
}

function Delete({ registry }: { registry: Registry }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const remove = useDeleteRegistry();
  const navigate = useNavigate();
  return (
    <>
      <Button variant="secondary" isDanger onClick={() => setOpen(true)}>
        Disconnect
      </Button>
      <ConfirmDialog
        title={`Disconnect ${registry.name}?`}
        confirm="Disconnect"
        isOpen={isOpen}
        isBusy={remove.isPending}
        error={remove.error}
        onClose={() => setOpen(false)}
        onConfirm={() =>
          remove.mutate(registry.id, { onSuccess: () => void navigate({ to: '/manage/registries', replace: true }) })
        }
      >
        <p>
          {plural(registry.repositoryCount, 'repository', 'repositories')} and {plural(registry.tagCount, 'tag')} leave
          the library with their history, and the stored credential is deleted.
        </p>
        <p>Nothing changes at the registry itself. Connecting it again reads everything anew, without the history.</p>
      </ConfirmDialog>
    </>
  );
}

/** After connecting: what the check said, and the way to the first rule. */
function NextStep({ registry, isChecking, step }: { registry: Registry; isChecking: boolean } & RegistrySearch) {
  const mayRule = useMay('rules:write');
  if (isChecking) {
    return (
      <Alert variant="info" isInline component="h2" title="Checking the connection">
        The Beacon Agent in {registry.locationId} tries the address, TLS, the sign-in and the lists. This takes some
        seconds.
      </Alert>
    );
  }
  if (registry.status.state === 'error') {
    return (
      <Alert variant="danger" isInline component="h2" title={registry.status.message || 'The registry does not answer'}>
        {registry.tagCount > 0
          ? 'What was read before stays in the library. The check below says what to do; the agent keeps trying.'
          : 'The check below says what is wrong and what to do.'}
      </Alert>
    );
  }
  if (registry.ruleCount > 0 || !mayRule) return null;
  const addRule = (
    <Link to="/manage/rules/new" search={{ registryId: registry.id }} className="pf-v6-c-button pf-m-primary">
      <span className="pf-v6-c-button__text">Add a rule</span>
    </Link>
  );
  return (
    <Alert
      variant={step ? 'success' : 'info'}
      isInline
      component="h2"
      title={step ? 'Connected. Next: say what belongs in the library' : 'No rule yet, so nothing comes in'}
      actionLinks={addRule}
    >
      A Repository Rule names the repositories and tags that come in, and shows a preview before it is saved.
    </Alert>
  );
}

function Dangers({ registry }: { registry: Registry }): ReactElement | null {
  const { skipVerify, plainHttp } = registry.tls;
  if (!skipVerify && (!plainHttp || registry.isSample)) return null;
  return (
    <Alert
      variant="warning"
      isInline
      component="h2"
      title={plainHttp ? 'This connection has no TLS' : 'The certificate of this registry is not checked'}
    >
      {plainHttp
        ? 'Anyone on the way can read the credential and change what Pharos sees. Switch TLS on at the registry, then edit the connection.'
        : 'Anyone on the way can pretend to be this registry and read the credential. Give Pharos the CA certificate instead.'}
    </Alert>
  );
}
