import { Button } from '@patternfly/react-core';
import type { CatalogDetail } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { useAskForCatalog } from '../../api/catalogs.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';

/** Followers that a second person guards: what each has, what it waits for, and who has to agree. */
export function HeldPanel({ catalog, mayWrite }: { catalog: CatalogDetail; mayWrite: boolean }): ReactElement | null {
  const { name, location, held } = catalog;
  const [isAsking, setAsking] = useState(false);
  const ask = useAskForCatalog(name);
  const refused = ask.data?.refused ?? [];
  const open = held.filter(({ waitsFor, upgrade }) => waitsFor !== null && upgrade === null);
  const close = () => {
    setAsking(false);
    ask.reset();
  };
  if (held.length === 0) return null;
  return (
    <Panel
      title="A second person confirms"
      actions={
        mayWrite && open.length > 0 ? (
          <Button variant="secondary" size="sm" onClick={() => setAsking(true)}>
            Ask for {open.length === 1 ? 'the upgrade' : `${open.length} upgrades`}…
          </Button>
        ) : null
      }
    >
      <div className="ph-stack-small">
        <p className="ph-quiet">
          No edition restarts these clusters by itself: each is pinned to its image until somebody asks for the upgrade
          and somebody else confirms it.
        </p>
        <ul className="ph-rows" aria-label="Clusters that a second person guards">
          {held.map(({ id, name: cluster, namespace, tag, message }) => (
            <li key={id}>
              <span className="ph-row-main">
                <ClusterLink id={id} namespace={namespace} name={cluster} />
                <span className="ph-quiet ph-block">
                  Runs <HostileText text={tag} />. <HostileText text={message} />
                </span>
              </span>
            </li>
          ))}
        </ul>
      </div>
      <ConfirmDialog
        title={refused.length > 0 ? 'Not all could be asked for' : 'Ask for the upgrade of these clusters?'}
        confirm={refused.length > 0 ? 'Ask again' : 'Ask'}
        isOpen={isAsking}
        isGain
        isBusy={ask.isPending}
        error={ask.error}
        onConfirm={() =>
          ask.mutate({ location }, { onSuccess: (done) => (done.refused.length === 0 ? close() : undefined) })
        }
        onClose={close}
      >
        {refused.length > 0 ? (
          <ul className="ph-rows" aria-label="Refused">
            {refused.map(({ id, name: cluster, namespace, message, hint }) => (
              <li key={id}>
                <span className="ph-row-main">
                  <ClusterLink id={id} namespace={namespace} name={cluster} />
                  <span className="ph-quiet ph-block">
                    <HostileText text={`${message} ${hint}`} />
                  </span>
                </span>
              </li>
            ))}
          </ul>
        ) : (
          <>
            <p>Each begins once somebody else has confirmed it, on the page of the cluster.</p>
            <ul className="ph-rows" aria-label="Clusters that are asked for">
              {open.map(({ id, name: cluster, namespace, tag, waitsFor }) => (
                <li key={id}>
                  <span className="ph-row-main">
                    <ClusterLink id={id} namespace={namespace} name={cluster} />
                    <span className="ph-quiet ph-block">
                      <HostileText text={`${tag} → ${waitsFor?.tag ?? ''}`} />
                    </span>
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </ConfirmDialog>
    </Panel>
  );
}

function ClusterLink({ id, namespace, name }: { id: string; namespace: string; name: string }): ReactElement {
  return (
    <Link to="/databases/$clusterId" params={{ clusterId: id }}>
      {namespace}/{name}
    </Link>
  );
}
