import { Checkbox, Form, FormSelect, FormSelectOption, TextArea, TextInput } from '@patternfly/react-core';
import type { FieldProblem, ModelFit, ModelFormat, ServingTarget } from '@pharos/contract';
import type { ReactElement } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { escapeHostile } from '../../components/format.ts';
import { type DeployDraft, needsRuntime, type TextField } from './deploy-draft.ts';

interface DeployFieldsProps {
  draft: DeployDraft;
  set: (patch: Partial<DeployDraft>) => void;
  problems: ReadonlyMap<TextField, FieldProblem>;
  format: ModelFormat | null;
  target: ServingTarget;
  location: string;
  fit: ModelFit | undefined;
  /** Of a deployment that is changed: name and namespace stay, and an agent that applies it goes on doing so. */
  isChange?: 'applied' | 'file';
}

const STORAGE = {
  'new-claim': ['A new volume', 'Its size, e.g. 50Gi'],
  claim: ['A volume that stands there', 'Name of the claim'],
  'object-storage': ['Object storage', 'Address, e.g. s3://models/llama'],
} as const;

/** What a deployment needs beside its image. */
export function DeployFields({
  draft,
  set,
  problems,
  format,
  target,
  location,
  fit,
  isChange,
}: DeployFieldsProps): ReactElement {
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
      {isChange === undefined ? (
        <>
          {field('name', 'Name')}
          {field('namespace', 'Namespace')}
        </>
      ) : null}
      <ProfileField {...{ draft, set, fit }} />
      <FormField
        id="deploy-gpus"
        label="GPUs of each replica"
        problem={problems.get('gpus')}
        helper="0: it runs without a GPU."
      >
        <TextInput
          id="deploy-gpus"
          type="number"
          min={0}
          value={draft.gpus}
          validated={problems.has('gpus') ? 'error' : 'default'}
          aria-describedby={noteId('deploy-gpus')}
          onChange={(_, gpus) => set({ gpus, gpuBy: 'own' })}
          autoComplete="off"
        />
      </FormField>
      {field('memory', 'Memory of each GPU in GiB (optional)', 'Checked against what the model needs.', 'number')}
      {field('labels', 'Labels of its nodes (optional)', 'E.g. nvidia.com/gpu.product=NVIDIA-L40S; commas between.')}
      {field('min', 'Replicas at least', undefined, 'number')}
      {field('max', 'Replicas at most', undefined, 'number')}
      {field('cpu', 'CPU of each replica (optional)', 'E.g. 12; asked for and at most.')}
      {field('ram', 'Memory of each replica (optional)', 'E.g. 64Gi; asked for and at most.')}
      {isNim
        ? field('nimProfile', 'Profile of the NIM (optional)', 'Its id or name; else the NIM chooses by its GPUs.')
        : null}
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
          {draft.storageKind === 'object-storage'
            ? field(
                'storageSecret',
                'Secret of the storage (optional)',
                'Its name; for s3:// with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Without it the service account’s is taken.',
              )
            : null}
        </>
      ) : null}
      {isChange === 'applied' ? null : (
        <Checkbox
          id="deploy-apply"
          label={`Let an agent of ${location} apply it`}
          description="Otherwise the manifests are a file that you apply or commit."
          isChecked={draft.apply}
          onChange={(_, apply) => set({ apply })}
        />
      )}
    </Form>
  );
}

const FITS = { yes: 'fits', no: 'does not fit', unknown: 'may fit' } as const;

/** The tested ways to serve the model, and whether the location has nodes for them. */
function ProfileField({ draft, set, fit }: Pick<DeployFieldsProps, 'draft' | 'set' | 'fit'>): ReactElement | null {
  if (fit === undefined) return null;
  const { profiles, chosen, message } = fit;
  if (profiles.length === 0) return message === '' ? null : <p className="ph-quiet">{message}</p>;
  const at = draft.gpuBy === 'fit' ? chosen : draft.gpuBy === 'own' ? null : draft.gpuBy;
  const taken = at === null ? undefined : profiles[at];
  const words = taken === undefined ? message : `It ${taken.fits === 'unknown' ? 'is ' : ''}${taken.message}.`;
  return (
    <FormField
      id="deploy-gpuBy"
      label="GPU profile"
      helper={taken?.fits === 'no' ? `Does not fit: ${taken.message}.` : words}
    >
      <FormSelect
        id="deploy-gpuBy"
        value={at === null ? 'own' : String(at)}
        aria-describedby={noteId('deploy-gpuBy')}
        onChange={(_, value) => set({ gpuBy: value === 'own' ? 'own' : Number(value) })}
      >
        <FormSelectOption value="own" label="By the number of GPUs alone" />
        {profiles.map(({ profile, fits }, index) => (
          <FormSelectOption
            // biome-ignore lint/suspicious/noArrayIndexKey: profiles have no name, and their order is that of the library
            key={index}
            value={String(index)}
            label={`${escapeHostile(profileWords(profile))}: ${FITS[fits]}`}
          />
        ))}
      </FormSelect>
    </FormField>
  );
}

function profileWords({ gpu, count, memoryGiB, precision, goal }: ModelFit['profiles'][number]['profile']): string {
  const product = gpu.toLowerCase() === 'any' ? 'any GPU' : gpu;
  const more = [memoryGiB === null ? null : `${memoryGiB} GiB each`, precision, goal].filter((part) => part !== null);
  return [`${count} × ${product}`, ...more].join(', ');
}
