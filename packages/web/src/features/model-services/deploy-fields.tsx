import { Checkbox, Form, FormSelect, FormSelectOption, TextArea, TextInput } from '@patternfly/react-core';
import type { FieldProblem, ModelFormat, ServingTarget } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { type DeployDraft, needsRuntime, type TextField } from './deploy-draft.ts';

interface DeployFieldsProps {
  draft: DeployDraft;
  set: (patch: Partial<DeployDraft>) => void;
  problems: ReadonlyMap<TextField, FieldProblem>;
  format: ModelFormat | null;
  target: ServingTarget;
  location: string;
}

const STORAGE = {
  'new-claim': ['A new volume', 'Its size, e.g. 50Gi'],
  claim: ['A volume that stands there', 'Name of the claim'],
  'object-storage': ['Object storage', 'Address, e.g. s3://models/llama'],
} as const;

/** What a deployment needs beside its image. */
export function DeployFields({ draft, set, problems, format, target, location }: DeployFieldsProps): ReactElement {
  const field = (id: TextField, label: string, helper?: string, type: 'text' | 'number' = 'text') => (
    <FormField
      id={`deploy-${id}`}
      label={label}
      problem={problems.get(id)}
      {...(helper === undefined ? {} : { helper })}
    >
      <TextInput
        id={`deploy-${id}`}
        type={type}
        value={draft[id]}
        validated={problems.has(id) ? 'error' : 'default'}
        aria-describedby={noteId(`deploy-${id}`)}
        onChange={(_, value) => set({ [id]: value })}
        autoComplete="off"
        {...(type === 'number' ? { min: 0 } : {})}
      />
    </FormField>
  );
  const isNim = format === 'nim';
  return (
    <Form isWidthLimited className="ph-form" onSubmit={(event) => event.preventDefault()}>
      {field('name', 'Name')}
      {field('namespace', 'Namespace')}
      {field('gpus', 'GPUs of each replica', '0: it runs without a GPU.', 'number')}
      {field('memory', 'Memory of each GPU in GiB (optional)', 'Checked against what the model needs.', 'number')}
      {field('min', 'Replicas at least', undefined, 'number')}
      {field('max', 'Replicas at most', undefined, 'number')}
      {needsRuntime(format) ? (
        <>
          {field('runtime', 'Runtime', 'Digest of an approved image that reads the files, e.g. of vLLM.')}
          <FormField
            id="deploy-args"
            label="Arguments of the runtime (optional)"
            helper="One a line."
            problem={problems.get('args')}
          >
            <TextArea
              id="deploy-args"
              className="ph-code-input"
              value={draft.args}
              aria-describedby={noteId('deploy-args')}
              onChange={(_, args) => set({ args })}
              rows={3}
              spellCheck={false}
            />
          </FormField>
        </>
      ) : null}
      {isNim
        ? field(
            'secret',
            'Secret with NGC_API_KEY',
            `Its name; it must stand in ${draft.namespace || 'the namespace'}.`,
          )
        : null}
      {field('pullSecret', 'Pull secret (optional)', 'Name of the secret that images are pulled with.')}
      {isNim ? (
        <>
          <FormField id="deploy-storageKind" label="Profiles are kept on">
            <FormSelect
              id="deploy-storageKind"
              value={draft.storageKind}
              onChange={(_, kind) => set({ storageKind: kind as DeployDraft['storageKind'], storage: '' })}
            >
              {(Object.keys(STORAGE) as (keyof typeof STORAGE)[])
                .filter((kind) => target === 'kserve' || kind !== 'object-storage')
                .map((kind) => (
                  <FormSelectOption key={kind} value={kind} label={STORAGE[kind][0]} />
                ))}
            </FormSelect>
          </FormField>
          {field('storage', 'Storage (optional)', STORAGE[draft.storageKind][1])}
        </>
      ) : null}
      <Checkbox
        id="deploy-apply"
        label={`Let an agent of ${location} apply it`}
        description="Otherwise the manifests are a file that you apply or commit."
        isChecked={draft.apply}
        onChange={(_, apply) => set({ apply })}
      />
    </Form>
  );
}
