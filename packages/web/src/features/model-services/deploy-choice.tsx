import { Form, FormGroup, FormSelect, FormSelectOption, Radio } from '@patternfly/react-core';
import type { Model, ModelImage, ServingTarget } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { escapeHostile } from '../../components/format.ts';
import { tagIn } from './deploy-draft.ts';
import type { DeploySearch } from './search.ts';
import { TARGET_NAMES } from './status-label.tsx';

interface DeployChoiceProps {
  models: readonly Model[];
  model: Model;
  offered: readonly ModelImage[];
  image: ModelImage | undefined;
  location: string | undefined;
  locations: readonly string[];
  target: ServingTarget;
  choose: (patch: DeploySearch) => void;
}

const NEEDS: Record<ServingTarget, string> = {
  kserve: 'Needs KServe in the cluster; serves NIMs, and modelcars with a runtime image.',
  'nim-operator': 'Needs the NVIDIA NIM Operator in the cluster and a secret with NGC_API_KEY; serves NIMs only.',
};

/** Which version, where, and by what. */
export function DeployChoice(props: DeployChoiceProps): ReactElement {
  const { models, model, offered, image, location, locations, target, choose } = props;
  return (
    <Form isWidthLimited className="ph-form" onSubmit={(event) => event.preventDefault()}>
      <FormField id="deploy-model" label="Model">
        <FormSelect
          id="deploy-model"
          value={model.id}
          onChange={(_, id) => choose({ model: id, image: undefined, location: undefined, target: undefined })}
        >
          {models.map(({ id, key }) => (
            <FormSelectOption key={id} value={id} label={escapeHostile(key)} />
          ))}
        </FormSelect>
      </FormField>
      {image === undefined || location === undefined ? null : (
        <>
          <FormField id="deploy-location" label="Location">
            <FormSelect
              id="deploy-location"
              value={location}
              onChange={(_, next) => choose({ location: next, image: undefined })}
            >
              {locations.map((each) => (
                <FormSelectOption key={each} value={each} label={each} />
              ))}
            </FormSelect>
          </FormField>
          <FormField
            id="deploy-image"
            label="Version"
            helper="The newest approved one is chosen; those that are not approved are left out."
          >
            <FormSelect
              id="deploy-image"
              aria-describedby={noteId('deploy-image')}
              value={image.digest}
              onChange={(_, digest) => choose({ image: digest })}
            >
              {offered.map((each) => (
                <FormSelectOption
                  key={each.digest}
                  value={each.digest}
                  label={`${escapeHostile(tagIn(each, location))} (${each.digest.slice(7, 19)})`}
                />
              ))}
            </FormSelect>
          </FormField>
          <FormGroup role="radiogroup" label="Served by" fieldId="deploy-target" isStack>
            {(['kserve', 'nim-operator'] as const).map((each) => (
              <Radio
                key={each}
                id={`deploy-target-${each}`}
                name="deploy-target"
                label={TARGET_NAMES[each]}
                description={NEEDS[each]}
                isChecked={target === each}
                isDisabled={each === 'nim-operator' && model.format !== 'nim'}
                onChange={() => choose({ target: each })}
              />
            ))}
          </FormGroup>
        </>
      )}
    </Form>
  );
}
