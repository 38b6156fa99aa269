import { Button, Checkbox, FormGroup, Radio, TextInput } from '@patternfly/react-core';
import { isTimeZone, type MaintenanceWindow, WEEKDAY_NAMES, Weekday } from '@pharos/contract';
import { type ReactElement, useId, useState } from 'react';
import { FormDialog } from './form-dialog.tsx';
import { FormField, noteId } from './form-field.tsx';

interface WindowsDialogProps {
  title: string;
  windows: readonly MaintenanceWindow[] | null;
  /** Where it has none of its own it takes those of this location; absent: it is the location. */
  location?: string;
  upgradeApproval: boolean;
  isBusy: boolean;
  error: unknown;
  onSave: (windows: MaintenanceWindow[] | null, upgradeApproval: boolean) => void;
  onClose: () => void;
}

/** A window as it is typed. */
interface Draft {
  readonly key: number;
  readonly days: readonly Weekday[];
  readonly from: string;
  readonly hours: string;
  readonly timeZone: string;
}

/** Sets maintenance windows, and whether a second person confirms upgrades. */
export function WindowsDialog(props: WindowsDialogProps): ReactElement {
  const id = useId();
  const { location } = props;
  const [isOwn, setOwn] = useState(location === undefined || props.windows !== null);
  const [approval, setApproval] = useState(props.upgradeApproval);
  const [drafts, setDrafts] = useState<readonly Draft[]>(() =>
    props.windows === null || (location !== undefined && props.windows.length === 0)
      ? [emptyDraft(0)]
      : props.windows.map(draftOf),
  );
  const windows = drafts.map(windowOf);
  const isGood = !isOwn || (windows.every((each) => each !== null) && (location === undefined || windows.length > 0));
  const save = () => props.onSave(isOwn ? windows.flatMap((each) => each ?? []) : null, approval);
  const change = (key: number, patch: Partial<Draft>) =>
    setDrafts(drafts.map((draft) => (draft.key === key ? { ...draft, ...patch } : draft)));
  return (
    <FormDialog
      title={props.title}
      description="Upgrades that are asked for “in the next window” begin when one opens."
      size="medium"
      failed="Nothing was changed"
      error={props.error}
      confirm="Save"
      isBusy={props.isBusy}
      isReady={isGood}
      onSubmit={save}
      onClose={props.onClose}
    >
      {location === undefined ? null : (
        <FormGroup role="radiogroup" label="Windows" fieldId={`${id}-whose`}>
          <Radio
            id={`${id}-inherit`}
            name={`${id}-whose`}
            label={`Those of ${location}`}
            isChecked={!isOwn}
            onChange={() => setOwn(false)}
          />
          <Radio
            id={`${id}-own`}
            name={`${id}-whose`}
            label="Its own"
            isChecked={isOwn}
            onChange={() => setOwn(true)}
          />
        </FormGroup>
      )}
      {isOwn ? (
        <>
          {drafts.map((draft, index) => (
            <WindowFields
              key={draft.key}
              id={`${id}-${draft.key}`}
              name={drafts.length > 1 ? `Window ${index + 1}` : 'Window'}
              draft={draft}
              onChange={(patch) => change(draft.key, patch)}
              onRemove={
                location !== undefined && drafts.length === 1
                  ? null
                  : () => setDrafts(drafts.filter(({ key }) => key !== draft.key))
              }
            />
          ))}
          {drafts.length === 0 ? <p className="ph-quiet">No window: upgrades begin at once only.</p> : null}
          {drafts.length < 20 ? (
            <div>
              <Button
                variant="link"
                isInline
                onClick={() => setDrafts([...drafts, emptyDraft(Math.max(-1, ...drafts.map(({ key }) => key)) + 1)])}
              >
                Add a window
              </Button>
            </div>
          ) : null}
        </>
      ) : null}
      <Checkbox
        id={`${id}-approval`}
        label="A second person confirms each upgrade"
        description="Whoever asks for an upgrade cannot confirm it."
        isChecked={approval}
        onChange={(_, on) => setApproval(on)}
      />
    </FormDialog>
  );
}

interface WindowFieldsProps {
  id: string;
  name: string;
  draft: Draft;
  onChange: (patch: Partial<Draft>) => void;
  onRemove: (() => void) | null;
}

function WindowFields({ id, name, draft, onChange, onRemove }: WindowFieldsProps): ReactElement {
  const isZone = isTimeZone(draft.timeZone);
  return (
    <fieldset className="ph-window">
      <legend className="pf-v6-c-form__label-text">{name}</legend>
      <FormGroup role="group" label="Days" fieldId={`${id}-days`} isInline isRequired>
        {Weekday.options.map((day) => (
          <Checkbox
            key={day}
            id={`${id}-${day}`}
            label={WEEKDAY_NAMES[day]}
            isChecked={draft.days.includes(day)}
            onChange={(_, on) =>
              onChange({ days: on ? [...draft.days, day] : draft.days.filter((one) => one !== day) })
            }
          />
        ))}
      </FormGroup>
      <div className="ph-window-times">
        <FormField id={`${id}-from`} label="Opens at" isRequired>
          <TextInput
            id={`${id}-from`}
            type="time"
            value={draft.from}
            onChange={(_, from) => onChange({ from: from.slice(0, 5) })}
          />
        </FormField>
        <FormField id={`${id}-hours`} label="For hours" isRequired>
          <TextInput
            id={`${id}-hours`}
            type="number"
            min={0.25}
            max={168}
            step={0.25}
            value={draft.hours}
            onChange={(_, hours) => onChange({ hours })}
          />
        </FormField>
        <FormField
          id={`${id}-zone`}
          label="Time zone"
          isRequired
          problem={isZone ? undefined : { path: 'timeZone', message: 'Write a name such as Europe/Berlin or UTC.' }}
        >
          <TextInput
            id={`${id}-zone`}
            aria-describedby={isZone ? undefined : noteId(`${id}-zone`)}
            validated={isZone ? 'default' : 'error'}
            value={draft.timeZone}
            onChange={(_, timeZone) => onChange({ timeZone })}
            autoComplete="off"
            spellCheck={false}
          />
        </FormField>
      </div>
      {onRemove === null ? null : (
        <Button variant="link" isInline isDanger onClick={onRemove}>
          Remove<span className="pf-v6-u-screen-reader"> {name}</span>
        </Button>
      )}
    </fieldset>
  );
}

function emptyDraft(key: number): Draft {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return { key, days: ['sat'], from: '22:00', hours: '4', timeZone };
}

function draftOf({ days, from, minutes, timeZone }: MaintenanceWindow, key: number): Draft {
  return { key, days, from, hours: String(minutes / 60), timeZone };
}

/** null: it is not complete yet. */
function windowOf({ days, from, hours, timeZone }: Draft): MaintenanceWindow | null {
  const minutes = Math.round(Number(hours) * 60);
  const isGood =
    days.length > 0 && /^\d\d:\d\d$/.test(from) && minutes >= 5 && minutes <= 10_080 && isTimeZone(timeZone);
  return isGood ? { days: [...days], from, minutes, timeZone } : null;
}
