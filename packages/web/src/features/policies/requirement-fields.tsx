import { Checkbox, FormGroup, FormSelect, FormSelectOption, Radio, TextInput } from '@patternfly/react-core';
import { type FieldProblem, type RequirementName, SEVERITIES, type Severity } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { AttestationFields } from './attestation-fields.tsx';
import { ChoiceList } from './choice-list.tsx';
import { LinesField } from './lines-field.tsx';
import type { Asked, RequirementDrafts } from './policy-draft.ts';
import type { Names } from './requirement-words.ts';

interface RequirementFieldsProps {
  name: RequirementName;
  asked: Asked;
  /** Puts another value in the place of a requirement's. */
  onChange: (patch: Asked) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  names: Names;
}

type Value<N extends RequirementName> = RequirementDrafts[N];

/** The fields of one requirement. Those that are asked for by their name alone have none. */
export function RequirementFields({ name, asked, onChange, problems, names }: RequirementFieldsProps) {
  const problem = problems.get(`requirements.${name}`);
  switch (name) {
    case 'registries':
      return (
        <ChoiceList
          label="One of these registries"
          options={names.registries}
          values={asked.registries ?? []}
          onChange={(registries) => onChange({ registries })}
          problem={problem}
          empty="There is no registry yet."
        />
      );
    case 'rules':
      return (
        <ChoiceList
          label="One of these rules"
          options={names.rules}
          values={asked.rules ?? []}
          onChange={(rules) => onChange({ rules })}
          problem={problem}
          empty="There is no Repository Rule yet."
        />
      );
    case 'signedBy':
      return asked.signedBy ? (
        <SignedBy value={asked.signedBy} onChange={onChange} problem={problem} names={names} />
      ) : null;
    case 'attestations':
      return <AttestationFields value={asked.attestations ?? []} onChange={onChange} problems={problems} />;
    case 'vulnerabilities':
      return asked.vulnerabilities ? (
        <Vulnerabilities value={asked.vulnerabilities} onChange={onChange} problems={problems} />
      ) : null;
    case 'minAgeDays':
      return (
        <FormField id="need-minAgeDays" label="Days" problem={problem} helper="Since the library first saw the digest.">
          <TextInput
            id="need-minAgeDays"
            className="ph-number"
            type="number"
            min={0}
            step="any"
            value={asked.minAgeDays ?? ''}
            onChange={(_, minAgeDays) => onChange({ minAgeDays })}
            validated={problem ? 'error' : 'default'}
            aria-describedby={noteId('need-minAgeDays')}
          />
        </FormField>
      );
    case 'platforms':
      return list(name, 'Platforms', 'linux/amd64', 'One a line. It has to be there for all of them.');
    case 'baseImages':
      return list(
        name,
        'Base images',
        'docker.io/library/debian:*',
        'One a line; * stands for any characters. One of them is enough. The name is what the image says of itself.',
      );
    case 'licences':
      return list(name, 'Licences', 'PostgreSQL', 'One a line; * stands for any characters. One of them is enough.');
    case 'extensions':
      return asked.extensions ? <Extensions value={asked.extensions} onChange={onChange} problems={problems} /> : null;
    case 'sbom':
    case 'supported':
    case 'kindAsDeclared':
      return null;
  }

  function list(key: 'platforms' | 'baseImages' | 'licences', label: string, example: string, helper: string) {
    return (
      <LinesField
        id={`need-${key}`}
        label={label}
        text={asked[key] ?? ''}
        onChange={(text) => onChange({ [key]: text })}
        problems={problems}
        path={`requirements.${key}`}
        placeholder={example}
        helper={helper}
      />
    );
  }
}

interface PartProps<N extends RequirementName> {
  value: Value<N>;
  onChange: (patch: Asked) => void;
}
type Problems = { problems: ReadonlyMap<string, FieldProblem> };

function SignedBy({
  value,
  onChange,
  problem,
  names,
}: PartProps<'signedBy'> & { problem: FieldProblem | undefined; names: Names }): ReactElement {
  const set = (patch: Partial<Value<'signedBy'>>) => onChange({ signedBy: { ...value, ...patch } });
  return (
    <div className="ph-stack-small">
      <FormGroup role="radiogroup" label="Signed by" fieldId="need-signed" isStack>
        <Radio
          id="need-signed-any"
          name="need-signed"
          label="Anybody who is trusted here"
          isChecked={value.any}
          onChange={() => set({ any: true })}
        />
        <Radio
          id="need-signed-these"
          name="need-signed"
          label="One of these trust entries"
          isChecked={!value.any}
          onChange={() => set({ any: false })}
        />
      </FormGroup>
      {value.any ? null : (
        <ChoiceList
          label="Trust entries"
          options={names.trust}
          values={value.ids}
          onChange={(ids) => set({ ids })}
          problem={problem}
          empty="Nothing is trusted yet; add a key under Trust."
        />
      )}
    </div>
  );
}

function Vulnerabilities({ value, onChange, problems }: PartProps<'vulnerabilities'> & Problems): ReactElement {
  const set = (patch: Partial<Value<'vulnerabilities'>>) => onChange({ vulnerabilities: { ...value, ...patch } });
  const wrongAge = problems.get('requirements.vulnerabilities.maxAgeDays');
  return (
    <div className="ph-stack-small">
      <div className="ph-pair">
        <FormField id="need-above" label="None of this severity or worse">
          <FormSelect id="need-above" value={value.above} onChange={(_, above) => set({ above: above as Severity })}>
            {SEVERITIES.toReversed().map((severity) => (
              <FormSelectOption
                key={severity}
                value={severity}
                label={severity.replace(/^./, (a) => a.toUpperCase())}
              />
            ))}
          </FormSelect>
        </FormField>
        <FormField
          id="need-maxAgeDays"
          label="Report at most this many days old"
          problem={wrongAge}
          helper="An older report counts for nothing."
        >
          <TextInput
            id="need-maxAgeDays"
            className="ph-number"
            type="number"
            min={1}
            value={value.maxAgeDays}
            onChange={(_, maxAgeDays) => set({ maxAgeDays })}
            validated={wrongAge ? 'error' : 'default'}
            aria-describedby={noteId('need-maxAgeDays')}
          />
        </FormField>
      </div>
      <Checkbox
        id="need-onlyFixable"
        label="Only those with a fix count"
        isChecked={value.onlyFixable}
        onChange={(_, onlyFixable) => set({ onlyFixable })}
      />
      <Checkbox
        id="need-vex"
        label="Signed VEX takes out what it calls not affected or fixed"
        description="OpenVEX and CycloneDX analyses that a trusted key signed; unsigned ones never help."
        isChecked={value.vex === true}
        onChange={(_, vex) => set({ vex: vex || undefined })}
      />
    </div>
  );
}

function Extensions({ value, onChange, problems }: PartProps<'extensions'> & Problems): ReactElement {
  const set = (patch: Partial<Value<'extensions'>>) => onChange({ extensions: { ...value, ...patch } });
  return (
    <div className="ph-stack-small">
      <LinesField
        id="need-deny"
        label="None of these"
        text={value.deny}
        onChange={(deny) => set({ deny })}
        problems={problems}
        path="requirements.extensions.deny"
        placeholder="dblink"
        helper="Names of extensions, one a line."
      />
      <Checkbox
        id="need-allow-only"
        label="No others than the ones named here"
        isChecked={value.allow !== null}
        onChange={(_, only) => set({ allow: only ? '' : null })}
      />
      {value.allow === null ? null : (
        <LinesField
          id="need-allow"
          label="Only these"
          text={value.allow}
          onChange={(allow) => set({ allow })}
          problems={problems}
          path="requirements.extensions.allow"
          placeholder="pgvector"
          helper="Names of extensions, one a line. Empty: no extension at all."
        />
      )}
    </div>
  );
}
