import { Button, Label, PageSection } from '@patternfly/react-core';
import type { TrustEntry } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { trustQuery, useDeleteTrust, useUpdateTrust } from '../../api/trust.ts';
import { Code } from '../../components/code.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Facts } from '../../components/facts.tsx';
import { plural } from '../../components/format.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { ActionError, QueryView, TextSkeleton } from '../../components/states.tsx';
import { ChangesPanel } from './changes-panel.tsx';
import { KeyFacts } from './key-facts.tsx';
import { KIND_WORDS } from './trust-draft.ts';

const CRUMBS = [{ label: 'Trust', to: '/manage/trust' }] as const;

export function TrustEntryPage(): ReactElement {
  const { trustId = '' } = useParams({ strict: false });
  const entry = useQuery(trustQuery(trustId));
  if (entry.data) return <Loaded key={trustId} entry={entry.data} />;
  return (
    <>
      <PageTitle title="Trust entry" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={entry} what="the entry" skeleton={<TextSkeleton what="the entry" lines={6} />}>
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ entry }: { entry: TrustEntry }): ReactElement {
  const mayWrite = useMay('trust:write');
  const update = useUpdateTrust(entry.id);
  const { kind, keys, scope, identities, requireReference, enabled, images } = entry;
  const material = entry.key ?? entry.roots;
  return (
    <>
      <PageTitle
        title={entry.name}
        documentTitle={`Trust: ${entry.name}`}
        crumbs={CRUMBS}
        labels={enabled ? null : <Label isCompact>Switched off</Label>}
        actions={
          mayWrite ? (
            <>
              <Button
                variant="secondary"
                isLoading={update.isPending}
                isDisabled={update.isPending}
                onClick={() => update.mutate({ enabled: !enabled })}
              >
                {enabled ? 'Switch off' : 'Switch on'}
              </Button>
              <Delete entry={entry} />
            </>
          ) : null
        }
      >
        <p>It verifies {plural(images, 'image')} now.</p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <ActionError error={update.error} what="Not changed" />
        <Panel title="About">
          <Facts
            label="About this entry"
            facts={[
              ['What', KIND_WORDS[kind].name],
              ['Counts in', <code key="s">{scope}</code>],
              requireReference ? ['Requires', 'The signature names the repository where it is found'] : null,
              identities.length > 0
                ? [
                    'Identities',
                    <ul key="i">
                      {identities.map(({ issuer, subject }) => (
                        <li key={`${issuer}${subject}`}>
                          <HostileText text={issuer === null ? subject : `${subject} by ${issuer}`} />
                        </li>
                      ))}
                    </ul>,
                  ]
                : null,
              [
                'Made',
                <span key="c">
                  <RelativeTime time={entry.createdAt} /> by {entry.createdBy}
                </span>,
              ],
            ]}
          />
        </Panel>
        <Panel title={keys.length === 1 ? 'Key' : 'Keys'}>
          <div className="ph-stack-small">
            <KeyFacts keys={keys} />
            {material ? <Code text={material} what="PEM" /> : null}
          </div>
        </Panel>
        <ChangesPanel trustId={entry.id} />
      </PageSection>
    </>
  );
}

function Delete({ entry }: { entry: TrustEntry }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const remove = useDeleteTrust();
  const navigate = useNavigate();
  return (
    <>
      <Button variant="secondary" isDanger onClick={() => setOpen(true)}>
        Delete
      </Button>
      <ConfirmDialog
        title={`Trust ${entry.name} no longer?`}
        confirm="Delete"
        isOpen={isOpen}
        isBusy={remove.isPending}
        error={remove.error}
        onClose={() => setOpen(false)}
        onConfirm={() =>
          remove.mutate(entry.id, { onSuccess: () => void navigate({ to: '/manage/trust', replace: true }) })
        }
      >
        <p>
          It verifies {plural(entry.images, 'image')} now. At once these are verified no longer, unless another entry
          verifies them too.
        </p>
      </ConfirmDialog>
    </>
  );
}
