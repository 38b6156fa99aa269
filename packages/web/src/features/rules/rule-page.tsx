import { ActionGroup, Alert, Button, Form, PageSection } from '@patternfly/react-core';
import { RULE_CLAUSES, type Rule } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, type ReactElement, useState } from 'react';
import { previewQuery, ruleQuery, useCreateRule, useUpdateRule } from '../../api/rules.ts';
import { useMay } from '../../api/session.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { plural } from '../../components/format.ts';
import { PageTitle } from '../../components/page-title.tsx';
import { ActionError, QueryView, TextSkeleton } from '../../components/states.tsx';
import { useDebounced } from '../../components/use-debounced.ts';
import { useSearchState } from '../../components/use-search-state.ts';
import { DeleteRule } from './delete-rule.tsx';
import { draftOf, emptyDraft, previewSpecOf, type RuleDraft, specOf, written } from './rule-draft.ts';
import { RuleFields } from './rule-fields.tsx';
import { RulePreview } from './rule-preview.tsx';
import type { NewRuleSearch } from './search.ts';

/** A clause that was taken out of the form goes out of the rule. */
const NO_RULE_CLAUSES = Object.fromEntries(RULE_CLAUSES.map((key) => [key, null]));

const CRUMBS = [{ label: 'Repository Rules', to: '/manage/rules' }] as const;

export function NewRulePage(): ReactElement {
  const [{ registryId, kind = null, include = '' }] = useSearchState<NewRuleSearch>();
  const create = useCreateRule();
  return (
    <>
      <PageTitle title="New rule" crumbs={CRUMBS}>
        <p className="ph-quiet">
          Say which repositories and tags belong in the library. The preview shows what that means.
        </p>
      </PageTitle>
      <Editor
        initial={{ ...emptyDraft(registryId ?? null), kind, include: [include] }}
        isReadOnly={false}
        isBusy={create.isPending}
        error={create.error}
        submitLabel="Save rule"
        onSave={(draft, done) => create.mutate(specOf(draft), { onSuccess: done })}
      />
    </>
  );
}

export function RulePage(): ReactElement {
  const { ruleId = '' } = useParams({ strict: false });
  const rule = useQuery(ruleQuery(ruleId));
  if (rule.data) return <Loaded key={ruleId} rule={rule.data} />;
  return (
    <>
      <PageTitle title="Rule" crumbs={CRUMBS} />
      <PageSection hasBodyWrapper={false}>
        <QueryView query={rule} what="the rule" skeleton={<TextSkeleton what="the rule" lines={8} />}>
          {() => null}
        </QueryView>
      </PageSection>
    </>
  );
}

function Loaded({ rule }: { rule: Rule }): ReactElement {
  const update = useUpdateRule();
  const mayWrite = useMay('rules:write');
  const isFile = rule.source === 'file';
  return (
    <>
      <PageTitle title={rule.name} crumbs={CRUMBS} actions={mayWrite && !isFile ? <DeleteRule rule={rule} /> : null}>
        <p className="ph-quiet">
          Lets in {plural(rule.tagCount, 'tag')} of {plural(rule.repositoryCount, 'repository', 'repositories')} now.
          Its scans made {plural(rule.requests24h, 'request')} in the last 24 hours.
        </p>
        {isFile ? (
          <Alert
            variant="info"
            isInline
            component="h2"
            title="This rule comes from an agent’s file, so it is read-only here"
          >
            {rule.locationId ? `The agent in ${rule.locationId} reads it. ` : ''}Change beacon_agent.yaml; the agent
            sends it again. A rule written here can stand beside it.
          </Alert>
        ) : null}
      </PageTitle>
      <Editor
        initial={draftOf(rule)}
        ruleId={rule.id}
        isReadOnly={isFile || !mayWrite}
        isBusy={update.isPending}
        error={update.error}
        submitLabel="Save changes"
        onSave={(draft, done) =>
          update.mutate({ id: rule.id, patch: { ...NO_RULE_CLAUSES, ...specOf(draft) } }, { onSuccess: done })
        }
      />
    </>
  );
}

interface EditorProps {
  initial: RuleDraft;
  /** The stored rule that is edited: what leaves is told against it. */
  ruleId?: string;
  isReadOnly: boolean;
  isBusy: boolean;
  error: unknown;
  submitLabel: string;
  onSave: (draft: RuleDraft, done: () => void) => void;
}

/** The rule at the left, what it would do at the right. */
function Editor({ initial, ruleId, isReadOnly, isBusy, error, submitLabel, onSave }: EditorProps): ReactElement {
  const [draft, setDraft] = useState(initial);
  const [offset, setOffset] = useState(0);
  const mayPreview = useMay('rules:write');
  const navigate = useNavigate();
  const settled = useDebounced(draft, 350);
  const isReady = written(draft.include).length > 0;
  const preview = useQuery({
    ...previewQuery(previewSpecOf(settled), offset, ruleId),
    enabled: mayPreview && written(settled.include).length > 0,
  });
  const problems = new Map([...fieldErrors(preview.isError ? preview.error : null), ...fieldErrors(error)]);
  const leave = () => void navigate({ to: '/manage/rules' });

  const change = (patch: Partial<RuleDraft>) => {
    setOffset(0);
    setDraft((old) => ({ ...old, ...patch }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSave(draft, leave);
  };

  return (
    <PageSection hasBodyWrapper={false}>
      <div className="ph-columns ph-editor">
        <Form onSubmit={submit} aria-label="Rule">
          <RuleFields draft={draft} onChange={change} problems={problems} isDisabled={isReadOnly} />
          <ActionError error={error} what="Not saved" />
          {isReadOnly ? null : (
            <ActionGroup>
              <Button type="submit" isLoading={isBusy} isDisabled={isBusy || !isReady || draft.name.trim() === ''}>
                {submitLabel}
              </Button>
              <Button variant="link" onClick={leave}>
                Cancel
              </Button>
            </ActionGroup>
          )}
        </Form>
        {mayPreview ? (
          <div className="ph-sticky">
            <RulePreview
              draft={draft}
              {...(ruleId === undefined ? {} : { ruleId })}
              preview={preview}
              isReady={isReady}
              offset={offset}
              onOffset={setOffset}
            />
          </div>
        ) : null}
      </div>
    </PageSection>
  );
}
