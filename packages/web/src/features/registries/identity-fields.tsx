import { FormGroup, Radio, TextArea, TextInput } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import type { ReactElement, ReactNode } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import type { AzureMethod, IdentityDraft, IdentityType } from './identity-draft.ts';

interface IdentityFieldsProps {
  type: IdentityType;
  identity: IdentityDraft;
  onChange: (patch: Partial<IdentityDraft>) => void;
  problem: (field: string) => FieldProblem | undefined;
}

interface Field {
  key: Exclude<keyof IdentityDraft, 'method'>;
  label: string;
  isRequired?: boolean;
  isSecret?: boolean;
  helper?: ReactNode;
}

const METHODS: readonly [AzureMethod, string, string][] = [
  ['workload_identity', 'Workload identity', 'The agent’s own, in Kubernetes. No secret.'],
  ['managed_identity', 'Managed identity', 'Of the machine that the agent runs on. No secret.'],
  ['service_principal', 'Service principal', 'Of an app registration, with a client secret.'],
];

const TENANT: Field = { key: 'tenantId', label: 'Tenant id' };
const CLIENT: Field = { key: 'clientId', label: 'Client id' };

const AZURE: Readonly<Record<AzureMethod, readonly Field[]>> = {
  workload_identity: [
    { ...TENANT, helper: 'Without one, that of the agent’s environment.' },
    { ...CLIENT, helper: 'Without one, that of the agent’s environment.' },
  ],
  managed_identity: [{ ...CLIENT, helper: 'For a user-assigned identity; without one, that of the system.' }],
  service_principal: [
    { ...TENANT, isRequired: true },
    { ...CLIENT, isRequired: true },
    { key: 'clientSecret', label: 'Client secret', isRequired: true, isSecret: true },
  ],
};

const AWS: readonly Field[] = [
  { key: 'region', label: 'Region', helper: 'Only when the address does not show it.' },
  { key: 'roleArn', label: 'Role to assume', helper: 'arn:aws:iam::123456789012:role/reader' },
  { key: 'externalId', label: 'External id', helper: 'Where the role asks for one.' },
  {
    key: 'accessKeyId',
    label: 'Access key id',
    helper: 'Leave both empty to use the agent’s own identity: Pod Identity, IRSA or the role of its machine.',
  },
  { key: 'secretAccessKey', label: 'Secret access key', isSecret: true },
];

/** The few fields of an identity. Without a secret the identity that the agent itself has is used. */
export function IdentityFields({ type, identity, onChange, problem }: IdentityFieldsProps): ReactElement {
  const fields = type === 'acr' ? AZURE[identity.method] : type === 'ecr' ? AWS : [];
  return (
    <>
      {type === 'acr' ? (
        <FormGroup role="radiogroup" label="Which identity" fieldId="azure-method" isStack>
          {METHODS.map(([method, label, description]) => (
            <Radio
              key={method}
              id={`azure-${method}`}
              name="azure-method"
              label={label}
              description={description}
              isChecked={identity.method === method}
              onChange={() => onChange({ method })}
            />
          ))}
        </FormGroup>
      ) : null}
      {fields.map(({ key, label, helper, isRequired = false, isSecret = false }) => (
        <FormField
          key={key}
          id={`registry-${key}`}
          label={label}
          isRequired={isRequired}
          problem={problem(key)}
          helper={helper}
        >
          <TextInput
            id={`registry-${key}`}
            type={isSecret ? 'password' : 'text'}
            value={identity[key]}
            onChange={(_, value) => onChange({ [key]: value })}
            validated={problem(key) ? 'error' : 'default'}
            aria-describedby={noteId(`registry-${key}`)}
            isRequired={isRequired}
            autoComplete={isSecret ? 'new-password' : 'off'}
            spellCheck={false}
          />
        </FormField>
      ))}
      {type === 'gcp' ? <ServiceAccountKey {...{ identity, onChange, problem }} /> : null}
    </>
  );
}

function ServiceAccountKey({ identity, onChange, problem }: Omit<IdentityFieldsProps, 'type'>): ReactElement {
  const id = 'registry-service-account';
  return (
    <FormField
      id={id}
      label="Service account key"
      problem={problem('serviceAccountKey')}
      helper="JSON of the key. Leave it empty to use the agent’s own identity: GKE workload identity or that of its machine."
    >
      <TextArea
        id={id}
        value={identity.serviceAccountKey}
        onChange={(_, serviceAccountKey) => onChange({ serviceAccountKey })}
        validated={problem('serviceAccountKey') ? 'error' : 'default'}
        aria-describedby={noteId(id)}
        rows={6}
        resizeOrientation="vertical"
        autoComplete="off"
        spellCheck={false}
      />
    </FormField>
  );
}
