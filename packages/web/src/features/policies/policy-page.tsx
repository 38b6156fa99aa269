import { Alert, AlertActionCloseButton, Label, PageSection, Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { Policy, PolicyVersion } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { isNotFound } from '../../api/client.ts';
import { policyQuery, policyVersionsQuery } from '../../api/policies.ts';
import { useMay } from '../../api/session.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { PageTitle } from '../../components/page-title.tsx';
import { EFFECT_WORDS } from '../../components/policy-words.ts';
import { RelativeTime } from '../../components/relative-time.tsx';
import { QueryView, TextSkeleton } from '../../components/states.tsx';
import { useSearchState } from '../../components/use-search-state.ts';
import { ExceptionsPanel } from './exceptions-panel.tsx';
import { ModeLabel } from './mode-label.tsx';
import { PolicyActions } from './policy-actions.tsx';
import { isInForce } from './policy-draft.ts';
import { PolicyEditor } from './policy-editor.tsx';
import { PolicySays } from './policy-says.tsx';
import type { PolicySearch } from './search.ts';
import { outcomeWords } from './try-out-numbers.tsx';
import { VersionsPanel } from './versions-panel.tsx';

const CRUMBS = [{ label: 'Policies', to: '/manage/policies' }] as const;

export function PolicyPage(): ReactElement {
  const { policyId = '' } = useParams({ strict: false });
  const policy = useQuery(policyQuery(policyId));
  const isGone = isNotFound(policy.error);
  const versions = useQuery({ ...policyVersionsQuery(policyId, { limit: 1 }), enabled: isGone });
  if (policy.data) return <Loaded key={policyId} policy={policy.data} />;
  const last = versions.data?.items[0];
  if (isGone && last !== undefined) return <Deleted policyId={policyId} last={last} />;
  return (
    <>
      <PageTitle title="Policy" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={policy} what="the policy" skeleton={<TextSkeleton what="the policy" lines={8} />}>
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

/** What it said stays for those who ask why an image was refused then. The audit log leads here. */
function Deleted({ policyId, last }: { policyId: string; last: PolicyVersion }): ReactElement {
  const maySeeAudit = useMay('audit:read');
  return (
    <>
      <PageTitle
        title={last.spec.name}
        documentTitle={`Policy: ${last.spec.name}`}
        crumbs={CRUMBS}
        labels={<Label isCompact>Deleted</Label>}
      >
        <p className="ph-quiet">
          This policy was deleted: it decides nothing any more. Its versions are kept.{' '}
          {maySeeAudit ? (
            <Link to="/administration/audit" search={{ subject: policyId }}>
              Who deleted it, and when
            </Link>
          ) : null}
        </p>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-stack">
        <PolicySays spec={last.spec} isPast />
        <VersionsPanel policyId={policyId} policy={null} />
      </PageSection>
    </>
  );
}

function Loaded({ policy }: { policy: Policy }): ReactElement {
  const [search, change] = useSearchState<PolicySearch>();
  const mayWrite = useMay('policies:write');
  const navigate = useNavigate();
  const [saved, setSaved] = useState<number | null>(null);
  const { name, description, effect, version, updatedAt, updatedBy, results, enabled } = policy;
  return (
    <>
      <PageTitle
        title={name}
        documentTitle={`Policy: ${name}`}
        crumbs={CRUMBS}
        labels={<ModeLabel policy={policy} />}
        actions={mayWrite ? <PolicyActions policy={policy} /> : null}
      >
        <div className="ph-stack-tiny">
          {description === '' ? null : (
            <p>
              <HostileText text={description} clamp={400} />
            </p>
          )}
          <p>
            {isInForce(policy) ? 'It' : 'Once enforced, it'} {EFFECT_WORDS[effect]}
            {enabled ? `: ${outcomeWords({ counts: results, before: results }, false)}` : ''}.
          </p>
          <p className="ph-quiet">
            Version {version}, <RelativeTime time={updatedAt} /> by <HostileText text={updatedBy} />
          </p>
        </div>
      </PageTitle>
      <PageSection hasBodyWrapper={false} className="ph-tabs">
        <Tabs
          aria-label="Parts of the policy"
          activeKey={search.tab ?? 'policy'}
          onSelect={(_, key) =>
            change(
              {
                tab: key === 'policy' ? undefined : (key as PolicySearch['tab']),
                ...{ from: undefined, to: undefined, cursor: undefined, page: undefined },
              },
              'push',
            )
          }
          mountOnEnter
          unmountOnExit
        >
          <Tab eventKey="policy" title={<TabTitleText>Policy</TabTitleText>}>
            <div className="ph-stack">
              {saved === null ? null : (
                <Alert
                  variant="success"
                  isInline
                  isLiveRegion
                  component="p"
                  title={`Saved as version ${saved}`}
                  actionClose={<AlertActionCloseButton onClose={() => setSaved(null)} />}
                >
                  Every image is evaluated anew; the counts above follow.
                </Alert>
              )}
              {mayWrite ? (
                <PolicyEditor
                  policy={policy}
                  onSaved={(stored) => setSaved(stored.version)}
                  onCancel={() => void navigate({ to: '/manage/policies' })}
                />
              ) : (
                <PolicySays spec={policy} />
              )}
            </div>
          </Tab>
          <Tab eventKey="versions" title={<TabTitleText>Versions ({version})</TabTitleText>}>
            <VersionsPanel policyId={policy.id} policy={policy} />
          </Tab>
          <Tab eventKey="exceptions" title={<TabTitleText>Exceptions</TabTitleText>}>
            <ExceptionsPanel policy={policy} />
          </Tab>
        </Tabs>
      </PageSection>
    </>
  );
}
