import { Button, FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core';
import type { FieldProblem, ModelDetail } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { plural } from '../../components/format.ts';
import { PlusCircleIcon, TimesIcon } from '../../components/icons.ts';
import { draftOfProfile, EMPTY_PROFILE, type ProfileDraft } from './model-draft.ts';

interface ProfileFieldsProps {
  model: ModelDetail;
  /** null: as the sources say. */
  profiles: readonly ProfileDraft[] | null;
  problems: ReadonlyMap<string, FieldProblem>;
  onChange: (profiles: readonly ProfileDraft[] | null) => void;
}

/** The GPU profiles: as the sources say, or own ones that replace them all. */
export function ProfileFields({ model, profiles, problems, onChange }: ProfileFieldsProps): ReactElement {
  const fact = model.facts.profiles;
  const beneath = (fact.source === 'edit' ? fact.otherwise : fact.value) ?? [];
  if (profiles === null) {
    const start = beneath.length === 0 ? [EMPTY_PROFILE] : beneath.map(draftOfProfile);
    return (
      <fieldset className="ph-set">
        <legend>GPU profiles</legend>
        <p className="ph-quiet">
          {beneath.length === 0 ? 'None is known.' : `${plural(beneath.length, 'profile')}, as the sources say.`}
        </p>
        <div>
          <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={() => onChange(start)}>
            Write own profiles
          </Button>
        </div>
      </fieldset>
    );
  }
  const set = (at: number, patch: Partial<ProfileDraft>) =>
    onChange(profiles.map((each, place) => (place === at ? { ...each, ...patch } : each)));
  const without = (at: number) => {
    const rest = profiles.filter((_, place) => place !== at);
    onChange(rest.length === 0 ? null : rest);
  };
  return (
    <fieldset className="ph-set">
      <legend>GPU profiles</legend>
      {profiles.map((profile, at) => (
        <ProfileRow
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else that stays while they are typed
          key={at}
          at={at}
          profile={profile}
          problems={problems}
          onChange={(patch) => set(at, patch)}
          onRemove={() => without(at)}
        />
      ))}
      <div className="ph-actions">
        <Button
          variant="link"
          isInline
          icon={<PlusCircleIcon />}
          onClick={() => onChange([...profiles, EMPTY_PROFILE])}
        >
          Add a profile
        </Button>
        <Button variant="link" isInline onClick={() => onChange(null)}>
          As the sources say
        </Button>
      </div>
    </fieldset>
  );
}

interface ProfileRowProps {
  at: number;
  profile: ProfileDraft;
  problems: ReadonlyMap<string, FieldProblem>;
  onChange: (patch: Partial<ProfileDraft>) => void;
  onRemove: () => void;
}

const TEXTS = [
  ['gpu', 'GPU', 'L40S'],
  ['count', 'Count', '1'],
  ['memoryGiB', 'GiB of each', '48'],
  ['precision', 'Precision', 'FP8'],
] as const;

function ProfileRow({ at, profile, problems, onChange, onRemove }: ProfileRowProps): ReactElement {
  const id = (field: string) => `profile-${at}-${field}`;
  return (
    <fieldset className="ph-profile" aria-label={`Profile ${at + 1}`}>
      {TEXTS.map(([field, label, placeholder]) => {
        const problem = problems.get(`profiles.${at}.${field}`);
        return (
          <FormField key={field} id={id(field)} label={label} problem={problem}>
            <TextInput
              id={id(field)}
              value={profile[field]}
              placeholder={placeholder}
              onChange={(_, text) => onChange({ [field]: text })}
              validated={problem ? 'error' : 'default'}
              aria-describedby={problem ? noteId(id(field)) : undefined}
              autoComplete="off"
              spellCheck={false}
            />
          </FormField>
        );
      })}
      <FormField id={id('goal')} label="Tuned for">
        <FormSelect
          id={id('goal')}
          value={profile.goal}
          onChange={(_, goal) => onChange({ goal: goal as ProfileDraft['goal'] })}
        >
          <FormSelectOption value="" label="any" />
          <FormSelectOption value="latency" label="latency" />
          <FormSelectOption value="throughput" label="throughput" />
        </FormSelect>
      </FormField>
      <Button variant="plain" icon={<TimesIcon />} aria-label={`Remove profile ${at + 1}`} onClick={onRemove} />
    </fieldset>
  );
}
