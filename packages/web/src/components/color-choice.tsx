import { FormGroup, Label, Radio } from '@patternfly/react-core';
import { HCP_TAG_COLORS, type HcpTagColor } from '@pharos/contract';
import type { ReactElement } from 'react';

interface ColorChoiceProps {
  id: string;
  value: HcpTagColor;
  onChange: (color: HcpTagColor) => void;
}

/** PatternFly's label colours by name and look; the name is there for who does not see the colour. */
export function ColorChoice({ id, value, onChange }: ColorChoiceProps): ReactElement {
  return (
    <FormGroup role="radiogroup" label="Colour" fieldId={id} isInline>
      {HCP_TAG_COLORS.map((color) => (
        <Radio
          key={color}
          id={`${id}-${color}`}
          name={id}
          label={
            <Label isCompact color={color}>
              {color === 'orangered' ? 'orange-red' : color}
            </Label>
          }
          isChecked={value === color}
          onChange={() => onChange(color)}
        />
      ))}
    </FormGroup>
  );
}
