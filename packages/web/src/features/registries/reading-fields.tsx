import { Alert, ExpandableSection, Switch, TextInput } from '@patternfly/react-core';
import type { FieldProblem, Registry } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import { isApiElsewhere } from './reading-draft.ts';
import type { RegistryDraft } from './registry-draft.ts';

interface ReadingFieldsProps {
  draft: RegistryDraft;
  onChange: (patch: Partial<RegistryDraft>) => void;
  problems: ReadonlyMap<string, FieldProblem>;
  /** The registry as it is, when one is edited. */
  stored: Registry | undefined;
}

/** Products whose API often stands apart from the registry; for every other the field is under "More". */
const WITH_API: Partial<Record<RegistryDraft['provider'], string>> = {
  gitlab: 'https://gitlab.example.com',
  nexus: 'https://nexus.example.com',
  openshift: 'https://api.cluster.example.com:6443',
  artifactory: 'https://artifactory.example.com/artifactory',
  harbor: 'https://harbor.example.com',
  quay: 'https://quay.example.com',
  ghcr: 'https://api.github.com',
  dockerhub: 'https://hub.docker.com',
  cloudsmith: 'https://api.cloudsmith.io',
};

/** Where the product's own API stands, and what may be spent. */
export function ReadingFields({ draft, onChange, problems, stored }: ReadingFieldsProps): ReactElement {
  const hasApi = WITH_API[draft.provider] !== undefined;
  const [isOpen, setOpen] = useState(!hasApi && draft.apiUrl !== '');
  const api = <ApiField draft={draft} onChange={onChange} problem={problems.get('apiUrl')} stored={stored} />;
  return (
    <>
      {hasApi ? api : null}
      <NumberField
        id="requests-per-day"
        label="Requests a day"
        value={draft.requestsPerDay}
        most={100_000_000}
        problem={problems.get('budget.requestsPerDay')}
        helper="Most requests in 24 hours. A scan that comes to the end goes on from there next time. Empty: no limit of ours."
        onChange={(requestsPerDay) => onChange({ requestsPerDay })}
      />
      <NumberField
        id="concurrency"
        label="Requests at once"
        value={draft.concurrency}
        most={64}
        problem={problems.get('budget.concurrency')}
        helper="1 to 64. Fewer go out by themselves while the registry is slow or asks for it. Empty: the agent’s own limit."
        onChange={(concurrency) => onChange({ concurrency })}
      />
      <FormField
        id="vulnerability-reports"
        label="Vulnerability reports"
        problem={problems.get('budget.vulnerabilityReports')}
        helper="What Harbor’s own scanner says, one request an image and day, and reports that hang on images unsigned, two requests each. Policies use them."
      >
        <Switch
          id="vulnerability-reports"
          label="Read vulnerability reports"
          isChecked={draft.vulnerabilityReports}
          onChange={(_, vulnerabilityReports) => onChange({ vulnerabilityReports })}
          aria-describedby={noteId('vulnerability-reports')}
        />
      </FormField>
      {hasApi ? null : (
        <ExpandableSection
          toggleText="More"
          isExpanded={isOpen || problems.has('apiUrl')}
          onToggle={(_, open) => setOpen(open)}
          toggleId="reading-more-toggle"
          contentId="reading-more"
        >
          {api}
        </ExpandableSection>
      )}
    </>
  );
}

interface ApiFieldProps extends Omit<ReadingFieldsProps, 'problems'> {
  problem: FieldProblem | undefined;
}

function ApiField({ draft, onChange, problem, stored }: ApiFieldProps): ReactElement {
  const hint = apiHint(draft);
  const shown = problem ?? (hint ? { path: 'apiUrl', message: hint } : undefined);
  return (
    <>
      <FormField
        id="api-url"
        label="Product’s own API address"
        problem={shown}
        helper="Only when it is not at the registry’s own host. The sign-in is sent there too."
      >
        <TextInput
          id="api-url"
          value={draft.apiUrl}
          onChange={(_, apiUrl) => onChange({ apiUrl })}
          placeholder={WITH_API[draft.provider] ?? 'https://example.com'}
          validated={shown ? 'error' : 'default'}
          aria-describedby={noteId('api-url')}
          autoComplete="off"
          spellCheck={false}
        />
      </FormField>
      {stored && isApiElsewhere(draft, stored) ? (
        <Alert variant="warning" isInline component="h3" title="Another API address drops the stored credential">
          The credential would be sent to a host that it was not entered for. Enter it again under Sign-in.
        </Alert>
      ) : null}
    </>
  );
}

/** What is wrong with the address as far as it is typed, before the server is asked. */
function apiHint({ apiUrl, plainHttp }: RegistryDraft): string | undefined {
  const text = apiUrl.trim();
  if (text === '') return undefined;
  if (/^http:\/\//i.test(text) && !plainHttp) return 'http:// sends passwords unprotected; write https://.';
  if (text.includes('@')) return 'No user name or password in the address; sign-in is set above.';
  if (/[?#]/.test(text)) return 'Leave the query out.';
  return undefined;
}

interface NumberFieldProps {
  id: string;
  label: string;
  value: string;
  most: number;
  helper: string;
  problem: FieldProblem | undefined;
  onChange: (value: string) => void;
}

function NumberField({ id, label, value, most, helper, problem, onChange }: NumberFieldProps): ReactElement {
  return (
    <FormField id={id} label={label} problem={problem} helper={helper}>
      <TextInput
        id={id}
        type="number"
        min={1}
        max={most}
        step={1}
        value={value}
        onChange={(_, text) => onChange(text)}
        validated={problem ? 'error' : 'default'}
        aria-describedby={noteId(id)}
        className="ph-number"
      />
    </FormField>
  );
}
