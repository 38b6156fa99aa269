import { Button, Checkbox, FormGroup, FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core';
import { type CatalogDetail, RolloutPolicy } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useId, useState } from 'react';
import { locationMaintenanceQuery } from '../../api/agents.ts';
import { useSetCatalogPolicy } from '../../api/catalogs.ts';
import { FormDialog } from '../../components/form-dialog.tsx';
import { FormField, noteId } from '../../components/form-field.tsx';

const DEFAULTS = RolloutPolicy.parse({});

/** In which stages editions of a catalog reach its clusters. */
export function PolicyDialog({ catalog, onClose }: { catalog: CatalogDetail; onClose: () => void }): ReactElement {
  const { name, location, followers } = catalog;
  const id = useId();
  const [policy, setPolicy] = useState<RolloutPolicy>(catalog.policy ?? DEFAULTS);
  const save = useSetCatalogPolicy(name);
  const windows = useQuery(locationMaintenanceQuery(location)).data?.windows;
  const isEndless = windows?.length === 0 && policy.window === 'location';
  const patch = (more: Partial<RolloutPolicy>) => setPolicy({ ...policy, ...more });
  const choosable = followers.filter(({ apply }) => apply);
  const minutes = (key: 'healthyMinutes' | 'giveUpMinutes', label: string, helper: string) => (
    <FormField id={`${id}-${key}`} label={label} helper={helper}>
      <TextInput
        id={`${id}-${key}`}
        type="number"
        min={1}
        value={policy[key]}
        aria-describedby={noteId(`${id}-${key}`)}
        onChange={(_, value) => patch({ [key]: Math.max(1, Math.trunc(Number(value)) || 1) })}
      />
    </FormField>
  );
  const put = (next: RolloutPolicy | null) => save.mutate({ location, policy: next }, { onSuccess: onClose });
  return (
    <FormDialog
      title={`Stages of ${name}`}
      failed="Nothing was changed"
      error={save.error}
      confirm="Save"
      isBusy={save.isPending}
      other={
        catalog.policy === null ? null : (
          <Button variant="secondary" isDisabled={save.isPending} onClick={() => put(null)}>
            No stages
          </Button>
        )
      }
      body={{ tabIndex: 0, 'aria-label': 'Stages' }}
      onSubmit={() => put(policy)}
      onClose={onClose}
    >
      <FormGroup role="group" label="Canary clusters" fieldId={`${id}-canaries`}>
        {choosable.length === 0 ? (
          <p className="ph-quiet">
            No cluster that an agent applies follows this catalog. Windows and "go on" by hand work without canaries.
          </p>
        ) : (
          choosable.map((each) => (
            <Checkbox
              key={each.id}
              id={`${id}-${each.id}`}
              label={`${each.namespace}/${each.name}`}
              isChecked={policy.canaries.includes(each.id)}
              onChange={(_, on) =>
                patch({ canaries: [...policy.canaries.filter((one) => one !== each.id), ...(on ? [each.id] : [])] })
              }
            />
          ))
        )}
      </FormGroup>
      {policy.canaries.length === 0 ? null : (
        <>
          {minutes('healthyMinutes', 'Healthy for (minutes)', 'How long all of them must have been healthy.')}
          {minutes('giveUpMinutes', 'Give up after (minutes)', 'A canary that is not healthy for so long stops it.')}
        </>
      )}
      <FormField
        id={`${id}-window`}
        label="The others change"
        helper={isEndless ? `No window is set for ${location} yet: until then they wait for "go on".` : undefined}
      >
        <FormSelect
          id={`${id}-window`}
          aria-describedby={isEndless ? noteId(`${id}-window`) : undefined}
          value={policy.window}
          onChange={(_, value) => patch({ window: value as RolloutPolicy['window'] })}
        >
          <FormSelectOption value="location" label={`in a maintenance window of ${location}`} />
          <FormSelectOption value="any-time" label="at any time" />
        </FormSelect>
      </FormField>
      <FormField id={`${id}-advance`} label="Goes on">
        <FormSelect
          id={`${id}-advance`}
          value={policy.advance}
          onChange={(_, value) => patch({ advance: value as RolloutPolicy['advance'] })}
        >
          <FormSelectOption value="automatic" label="by itself" />
          <FormSelectOption value="by-hand" label='when somebody says "go on"' />
        </FormSelect>
      </FormField>
      <Checkbox
        id={`${id}-urgent`}
        label="What replaces a revoked image goes to every cluster at once"
        isChecked={policy.urgentRevocations}
        onChange={(_, on) => patch({ urgentRevocations: on })}
      />
    </FormDialog>
  );
}
