import { Button, Switch, TextInput } from '@patternfly/react-core';
import type { ModelService } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { useUpdateService } from '../../api/model-services.ts';
import { Facts } from '../../components/facts.tsx';
import { fieldErrors } from '../../components/field-errors.ts';
import { FormDialog } from '../../components/form-dialog.tsx';
import { FormField, noteId } from '../../components/form-field.tsx';
import { HostileText } from '../../components/hostile-text.tsx';

/** Name, model and key of an external service: it is asked again before anything is kept. */
export function EditService({ service }: { service: ModelService }): ReactElement {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button variant="secondary" onClick={() => setOpen(true)}>
        Edit
      </Button>
      {isOpen ? <Dialog service={service} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function Dialog({ service, onClose }: { service: ModelService; onClose: () => void }): ReactElement {
  const [name, setName] = useState(service.name);
  const [model, setModel] = useState(service.model);
  const [apiKey, setKey] = useState('');
  const [isWithout, setWithout] = useState(false);
  const save = useUpdateService(service.id);
  const problems = fieldErrors(save.error);
  const key = isWithout ? { apiKey: null } : apiKey === '' ? {} : { apiKey };
  const patch = { ...(name === service.name ? {} : { name }), ...(model === service.model ? {} : { model }), ...key };
  const isChanged = Object.keys(patch).length > 0 && name.trim() !== '' && model.trim() !== '';
  return (
    <FormDialog
      title={`Edit ${service.name}`}
      size="medium"
      failed="Not changed"
      error={save.error}
      confirm={save.isPending ? 'Asking the service' : 'Save'}
      isBusy={save.isPending}
      isReady={isChanged}
      onSubmit={() => save.mutate(patch, { onSuccess: onClose })}
      onClose={onClose}
    >
      <FormField id="edit-service-name" label="Name" isRequired problem={problems.get('name')}>
        <TextInput id="edit-service-name" value={name} onChange={(_, value) => setName(value)} autoComplete="off" />
      </FormField>
      <FormField
        id="edit-service-model"
        label="Model"
        isRequired
        problem={problems.get('model')}
        helper="As the service names it; upper and lower case count."
      >
        <TextInput
          id="edit-service-model"
          value={model}
          aria-describedby={noteId('edit-service-model')}
          validated={problems.has('model') ? 'error' : 'default'}
          onChange={(_, value) => setModel(value)}
          autoComplete="off"
        />
      </FormField>
      {isWithout ? null : (
        <FormField
          id="edit-service-key"
          label="New key"
          problem={problems.get('apiKey')}
          helper={service.hasKey ? 'Empty: the kept one stays.' : 'Empty: it is asked without one, as now.'}
        >
          <TextInput
            id="edit-service-key"
            type="password"
            value={apiKey}
            aria-describedby={noteId('edit-service-key')}
            onChange={(_, value) => setKey(value)}
            autoComplete="new-password"
          />
        </FormField>
      )}
      {service.hasKey ? (
        <Switch
          id="edit-service-without"
          label="Forget the kept key"
          isChecked={isWithout}
          onChange={(_, value) => setWithout(value)}
        />
      ) : null}
      <Facts
        label="What stays"
        facts={[
          ['Address', <HostileText key="address" text={service.baseUrl} />],
          ['Why it stays', 'The key is sealed for this address. Register another service for another one.'],
        ]}
      />
    </FormDialog>
  );
}
