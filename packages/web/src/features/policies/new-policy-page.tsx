import { PageSection } from '@patternfly/react-core';
import { useNavigate } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { useMay } from '../../api/session.ts';
import { CheckCircleIcon } from '../../components/icons.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { EmptyState } from '../../components/states.tsx';
import { PolicyEditor } from './policy-editor.tsx';

const CRUMBS = [{ label: 'Policies', to: '/manage/policies' }] as const;

export function NewPolicyPage(): ReactElement {
  const mayWrite = useMay('policies:write');
  const navigate = useNavigate();
  return (
    <>
      <PageTitle title="New policy" crumbs={CRUMBS}>
        <p className="ph-quiet">Say what images must show. The try-out shows what that means for the library.</p>
      </PageTitle>
      <PageSection hasBodyWrapper={false}>
        {mayWrite ? (
          <PolicyEditor
            policy={null}
            onSaved={({ id }) =>
              void navigate({ to: '/manage/policies/$policyId', params: { policyId: id }, replace: true })
            }
            onCancel={() => void navigate({ to: '/manage/policies' })}
          />
        ) : (
          <EmptyState title="Only approvers and administrators write policies" icon={CheckCircleIcon}>
            Ask one of them.
          </EmptyState>
        )}
      </PageSection>
    </>
  );
}
