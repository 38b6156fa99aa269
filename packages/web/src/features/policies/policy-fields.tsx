import { Checkbox, FormGroup, Radio, Switch, TextArea, TextInput } from '@patternfly/react-core';
import { type FieldProblem, Kind, PolicyEffect, type PolicySpec } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { ChoiceList } from './choice-list.tsx';
import { LinesField } from './lines-field.tsx';
import type { PolicyDraft } from './policy-draft.ts';
import { RequirementsEditor } from './requirements-editor.tsx';
import type { useNames } from './use-names.ts';

const EFFECTS: Readonly<Record<PolicyEffect, { title: string; about: string }>> = {
  require: {
    title: 'Require',
    about: 'Nothing in its scope is approved, by whomever, unless it passes.',
  },
  approve: {
    title: 'Approve',
    about: 'What waits and passes, and passes every policy that requires something, is approved by itself.',
  },
  reject: {
    title: 'Reject',
    about: 'What waits and fails is rejected by itself. What is not known is not rejected.',
  },
  advise: { title: 'Advise', about: 'It is told with the image, and nothing else.' },
};

interface PolicyFieldsProps {
  draft: PolicyDraft;
  spec: PolicySpec;
  onChange: (patch: Partial<PolicyDraft>) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  names: ReturnType<typeof useNames>;
}

/** What a policy says. */
export function PolicyFields({ draft, spec, onChange, problems, names }: PolicyFieldsProps): ReactElement {
  const toggle = (kind: Kind, on: boolean) =>
    onChange({ kinds: on ? [...draft.kinds, kind] : draft.kinds.filter((each) => each !== kind) });
  return (
    <>
      <FormField
        id="policy-name"
        label="Name"
        isRequired
        problem={problems.get('name')}
        helper="Shown wherever it approves, rejects or forbids."
      >
        <TextInput
          id="policy-name"
          value={draft.name}
          onChange={(_, name) => onChange({ name })}
          validated={problems.has('name') ? 'error' : 'default'}
          aria-describedby={noteId('policy-name')}
          autoComplete="off"
          isRequired
        />
      </FormField>
      <FormField id="policy-description" label="Description" problem={problems.get('description')}>
        <TextArea
          id="policy-description"
          value={draft.description}
          onChange={(_, description) => onChange({ description })}
          validated={problems.has('description') ? 'error' : 'default'}
          rows={2}
          resizeOrientation="vertical"
        />
      </FormField>
      <fieldset className="ph-plain-set">
        <legend className="ph-label">Which images it is about</legend>
        <div className="ph-stack">
          <p className="ph-quiet">What is left empty does not narrow: without any of it, the whole library.</p>
          <LinesField
            id="policy-repositories"
            label="Repositories"
            text={draft.repositories}
            onChange={(repositories) => onChange({ repositories })}
            problems={problems}
            path="scope.repositories"
            placeholder="db/**"
            helper="Patterns as in Repository Rules, one a line: a name, a glob, or re: and a regular expression."
            rows={2}
          />
          <FormGroup label="Kinds" role="group" fieldId="policy-kinds">
            <div className="ph-choices">
              {Kind.options.map((kind) => (
                <Checkbox
                  key={kind}
                  id={`policy-kind-${kind}`}
                  label={names.kinds.get(kind)}
                  isChecked={draft.kinds.includes(kind)}
                  onChange={(_, on) => toggle(kind, on)}
                />
              ))}
            </div>
          </FormGroup>
          <ChoiceList
            label="Locations"
            options={names.locations}
            values={draft.locations}
            onChange={(locations) => onChange({ locations })}
            problem={problems.get('scope.locations')}
            empty="There is no location yet."
          />
        </div>
      </fieldset>
      <RequirementsEditor
        asked={draft.asked}
        onChange={(asked) => onChange({ asked })}
        requirements={spec.requirements}
        problems={problems}
        names={names}
      />
      <FormGroup role="radiogroup" label="What follows" fieldId="policy-effect" isStack>
        {PolicyEffect.options.map((effect) => (
          <Radio
            key={effect}
            id={`policy-effect-${effect}`}
            name="policy-effect"
            label={EFFECTS[effect].title}
            description={EFFECTS[effect].about}
            isChecked={draft.effect === effect}
            onChange={() => onChange({ effect })}
          />
        ))}
      </FormGroup>
      <FormGroup role="radiogroup" label="Mode" fieldId="policy-mode" isStack>
        <Radio
          id="policy-mode-report"
          name="policy-mode"
          label="Report only"
          description="It is evaluated and told, without any effect. Begin with this."
          isChecked={draft.mode === 'report'}
          onChange={() => onChange({ mode: 'report' })}
        />
        <Radio
          id="policy-mode-enforce"
          name="policy-mode"
          label="Enforce"
          description="It counts. Before it is saved you see what it does, and confirm it."
          isChecked={draft.mode === 'enforce'}
          onChange={() => onChange({ mode: 'enforce' })}
        />
      </FormGroup>
      <Switch
        id="policy-enabled"
        label={draft.enabled ? 'The policy is on' : 'The policy is off: it is not evaluated'}
        aria-label="Policy enabled"
        isChecked={draft.enabled}
        onChange={(_, enabled) => onChange({ enabled })}
      />
    </>
  );
}
