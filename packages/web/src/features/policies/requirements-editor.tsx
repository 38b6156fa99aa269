import {
  Button,
  Dropdown,
  DropdownItem,
  DropdownList,
  HelperText,
  HelperTextItem,
  MenuToggle,
} from '@patternfly/react-core';
import type { FieldProblem, PolicyRequirements, RequirementName } from '@pharos/contract';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { HostileText } from '../../components/hostile-text.tsx';
import { PlusCircleIcon, TimesIcon } from '../../components/icons.ts';
import { type Asked, BLANK, REQUIREMENTS } from './policy-draft.ts';
import { RequirementFields } from './requirement-fields.tsx';
import { type Names, REQUIREMENT_WORDS, requirementSentence } from './requirement-words.ts';

interface RequirementsEditorProps {
  asked: Asked;
  onChange: (asked: Asked) => void;
  /** The same as a policy has it, for the sentences. */
  requirements: PolicyRequirements;
  problems: ReadonlyMap<string, FieldProblem>;
  names: Names;
}

/** What an image has to show, all of it. Their order means nothing, so they stand in the order of their results. */
export function RequirementsEditor(props: RequirementsEditorProps): ReactElement {
  const { asked, onChange, requirements, problems, names } = props;
  const body = useRef<HTMLDivElement>(null);
  const [added, setAdded] = useState<RequirementName | null>(null);
  const here = REQUIREMENTS.filter((name) => asked[name] !== undefined);
  const left = REQUIREMENTS.filter((name) => asked[name] === undefined);
  const missing = problems.get('requirements');
  // The focus goes to what was added, where one goes on.
  useEffect(() => {
    if (added === null) return;
    const card = body.current?.querySelector<HTMLElement>(`[data-requirement="${added}"]`);
    (card?.querySelector<HTMLElement>('input, textarea, select') ?? card)?.focus();
    setAdded(null);
  }, [added]);
  const remove = (name: RequirementName) => {
    const { [name]: _gone, ...rest } = asked;
    onChange(rest);
    body.current?.querySelector<HTMLElement>('[data-add-requirement]')?.focus();
  };
  return (
    <fieldset className="ph-plain-set">
      <legend className="ph-label">What it must show</legend>
      <div className="ph-stack" ref={body}>
        <p className="ph-quiet">All of it. What is missing, unreadable or expired is not known, and so no pass.</p>
        {here.map((name) => (
          <fieldset key={name} className="ph-set" data-requirement={name} tabIndex={-1}>
            <legend>{REQUIREMENT_WORDS[name].title}</legend>
            <p className="ph-quiet" data-sentence>
              <HostileText text={requirementSentence(name, requirements[name] as never, names)} clamp={400} />
            </p>
            <RequirementFields
              name={name}
              asked={asked}
              onChange={(patch) => onChange({ ...asked, ...patch })}
              problems={problems}
              names={names}
            />
            <span>
              <Button
                variant="link"
                isInline
                icon={<TimesIcon />}
                aria-label={`Remove ${REQUIREMENT_WORDS[name].title}`}
                onClick={() => remove(name)}
              >
                Remove
              </Button>
            </span>
          </fieldset>
        ))}
        {left.length === 0 ? null : (
          <span>
            <AddRequirement
              left={left}
              onAdd={(name) => {
                onChange({ ...asked, [name]: BLANK[name] });
                setAdded(name);
              }}
            />
          </span>
        )}
        {missing ? (
          <HelperText isLiveRegion>
            <HelperTextItem variant="error">{missing.message}</HelperTextItem>
          </HelperText>
        ) : null}
      </div>
    </fieldset>
  );
}

function AddRequirement({ left, onAdd }: { left: readonly RequirementName[]; onAdd: (name: RequirementName) => void }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={(_, name) => {
        setOpen(false);
        onAdd(name as RequirementName);
      }}
      shouldFocusFirstItemOnOpen
      isScrollable
      popperProps={{ appendTo: 'inline' }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          data-add-requirement
          variant="secondary"
          icon={<PlusCircleIcon />}
          isExpanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          Add a requirement
        </MenuToggle>
      )}
    >
      <DropdownList>
        {left.map((name) => (
          <DropdownItem key={name} value={name} description={REQUIREMENT_WORDS[name].about}>
            {REQUIREMENT_WORDS[name].title}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
