import {
  ActionGroup,
  Alert,
  AlertActionLink,
  Button,
  Form,
  ToggleGroup,
  ToggleGroupItem,
} from '@patternfly/react-core';
import { ApiError, type FieldProblem, type Policy, type PolicySpec } from '@pharos/contract';
import { type FormEvent, lazy, type ReactElement, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useCreatePolicy, useUpdatePolicy } from '../../api/policies.ts';
import { fieldErrors } from '../../components/field-errors.ts';
import { HostileText } from '../../components/hostile-text.tsx';
import { LeaveGuard } from '../../components/leave-guard.tsx';
import { ActionError, TextSkeleton } from '../../components/states.tsx';
import { useDebounced } from '../../components/use-debounced.ts';
import { ChangeDialog } from './change-dialog.tsx';
import { draftOf, EMPTY_DRAFT, isInForce, type PolicyDraft, specOf } from './policy-draft.ts';
import { PolicyFields } from './policy-fields.tsx';
import { isMissing, problemsOf, problemWords } from './policy-problems.ts';
import { TryOutPanel } from './try-out-panel.tsx';
import { useNames } from './use-names.ts';
import { useTryOut } from './use-try-out.ts';

const PolicyYaml = lazy(() => import('./policy-yaml.tsx'));

interface PolicyEditorProps {
  /** null: it is new. */
  policy: Policy | null;
  onSaved: (policy: Policy) => void;
  onCancel: () => void;
}

/** The policy at the left, what it would do at the right. */
export function PolicyEditor({ policy, onSaved, onCancel }: PolicyEditorProps): ReactElement {
  const [base, setBase] = useState(policy);
  const [draft, setDraft] = useState<PolicyDraft>(policy === null ? EMPTY_DRAFT : draftOf(policy));
  const [isYaml, setYaml] = useState(false);
  const [isFileValid, setFileValid] = useState(true);
  const [isAsked, setAsked] = useState(false);
  const [wasRefused, setRefused] = useState(false);
  const form = useRef<HTMLDivElement>(null);
  const names = useNames();
  const create = useCreatePolicy();
  const update = useUpdatePolicy(policy?.id ?? '');
  const { isPending, error } = policy === null ? create : update;

  const spec = specOf(draft);
  const isDirty = JSON.stringify(spec) !== JSON.stringify(specOf(base === null ? EMPTY_DRAFT : draftOf(base)));
  const [saved, setSaved] = useState<Policy | null>(null);
  const wrong = problemsOf(spec);
  // A name decides nothing, so trying needs none.
  const untried = [...wrong.values()].filter(({ path }) => path !== 'name' && path !== 'description');
  const settled = useDebounced(spec, 350);
  const isTriable = untried.length === 0 && triable(settled);
  const tryOut = useTryOut(isTriable ? settled : null, policy?.id);
  const problems = new Map([
    ...[...wrong].filter(([, problem]) => wasRefused || !isMissing(problem)),
    ...serverProblems(tryOut.error),
    ...serverProblems(error),
  ]);
  useFollow(policy, base, isDirty, (newer) => {
    setBase(newer);
    setDraft(draftOf(newer));
  });

  // After nothing is unsaved any more, so that leaving asks nothing.
  const told = useRef(onSaved);
  told.current = onSaved;
  useEffect(() => {
    if (saved !== null) told.current(saved);
  }, [saved]);

  const change = (patch: Partial<PolicyDraft>) => {
    setDraft((old) => ({ ...old, ...patch }));
    create.reset();
    update.reset();
  };
  const takeFile = useCallback((read: PolicySpec) => setDraft(draftOf(read)), []);
  const save = () => {
    const onSuccess = (stored: Policy) => {
      setAsked(false);
      setBase(stored);
      setDraft(draftOf(stored));
      setRefused(false);
      setSaved(stored);
    };
    if (policy === null) create.mutate(spec, { onSuccess });
    else update.mutate(spec, { onSuccess });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isPending) return;
    if (wrong.size > 0 || !isFileValid) {
      setRefused(true);
      // After the fields were drawn anew, the first that is wrong has the focus.
      setTimeout(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    const counted = base !== null && isInForce(base);
    if (isInForce(spec) || counted) setAsked(true);
    else save();
  };

  return (
    <div className="ph-columns ph-editor">
      <LeaveGuard isDirty={isDirty} what="policy" />
      <div ref={form}>
        <Form onSubmit={submit} aria-label="Policy" noValidate>
          <ToggleGroup aria-label="How it is written" isCompact>
            <ToggleGroupItem
              text="Form"
              buttonId="policy-as-form"
              isSelected={!isYaml}
              isDisabled={!isFileValid}
              onChange={() => setYaml(false)}
            />
            <ToggleGroupItem text="YAML" buttonId="policy-as-yaml" isSelected={isYaml} onChange={() => setYaml(true)} />
          </ToggleGroup>
          {policy !== null && base !== null && policy.version !== base.version && isDirty ? (
            <Alert
              variant="warning"
              isInline
              isLiveRegion
              component="p"
              title={`${policy.updatedBy} saved version ${policy.version} while you were writing`}
              actionLinks={
                <>
                  <AlertActionLink onClick={() => setBase(policy)}>Keep mine, to be saved over it</AlertActionLink>
                  <AlertActionLink
                    onClick={() => {
                      setBase(policy);
                      setDraft(draftOf(policy));
                    }}
                  >
                    Take theirs
                  </AlertActionLink>
                </>
              }
            >
              Nothing was overwritten; their version is kept whatever you do.
            </Alert>
          ) : null}
          {isYaml && !names.isLoaded ? (
            <TextSkeleton what="the names" lines={8} />
          ) : isYaml ? (
            <Suspense fallback={<TextSkeleton what="the file" lines={8} />}>
              <PolicyYaml
                key={base?.version ?? 0}
                spec={spec}
                names={names}
                onChange={takeFile}
                onValid={setFileValid}
              />
            </Suspense>
          ) : (
            <PolicyFields draft={draft} spec={spec} onChange={change} problems={problems} names={names} />
          )}
          {wasRefused && wrong.size > 0 ? (
            <Alert variant="danger" isInline isLiveRegion component="p" title="Not saved yet">
              <ul>
                {[...wrong.values()].map((problem) => (
                  <li key={problem.path}>
                    <HostileText text={problemWords(problem)} />
                  </li>
                ))}
              </ul>
            </Alert>
          ) : null}
          {isAsked ? null : <ActionError error={error} what="Not saved" />}
          <ActionGroup>
            <Button type="submit" isLoading={isPending} isDisabled={isPending}>
              {policy === null ? 'Save policy' : 'Save as a new version'}
            </Button>
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
          </ActionGroup>
        </Form>
      </div>
      <div className="ph-sticky">
        <TryOutPanel tryOut={tryOut} effect={settled.effect} problems={untried} hasBefore={policy?.enabled ?? false} />
      </div>
      {isAsked ? (
        <ChangeDialog
          title={titleOf(base, spec)}
          confirm={isInForce(spec) ? 'Save and enforce' : 'Save'}
          policy={policy}
          then={spec}
          isBusy={isPending}
          error={error}
          onConfirm={save}
          onClose={() => setAsked(false)}
        />
      ) : null}
    </div>
  );
}

function titleOf(base: Policy | null, spec: PolicySpec): string {
  if (!isInForce(spec)) return `Let ${spec.name} decide nothing any more?`;
  return base !== null && isInForce(base) ? `Change ${spec.name}, which is enforced?` : `Enforce ${spec.name}?`;
}

const triable = (spec: PolicySpec) => problemsOf({ ...spec, name: 'Try-out', description: '' }).size === 0;

/** Of fields, as the form names them; a name that is taken is a problem of the name. */
function serverProblems(error: unknown): [string, FieldProblem][] {
  const problems = [...fieldErrors(error)].map(([path, problem]): [string, FieldProblem] => [
    path.replace(/^spec\./, ''),
    problem,
  ]);
  const isTaken = error instanceof ApiError && error.code === 'name-taken';
  return isTaken ? [...problems, ['name', { path: 'name', message: error.problem.detail }]] : problems;
}

/** What somebody else saved is shown at once where nothing of one's own would be lost. */
function useFollow(
  policy: Policy | null,
  base: Policy | null,
  isDirty: boolean,
  follow: (newer: Policy) => void,
): void {
  const isNewer = policy !== null && base !== null && policy.version > base.version && !isDirty;
  useEffect(() => {
    if (isNewer) follow(policy);
  });
}
