import { Alert, ExpandableSection, Switch, TextArea } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { FormField, noteId } from '../../components/form-field.tsx';
import type { RegistryDraft } from './registry-draft.ts';

interface TlsFieldsProps {
  draft: RegistryDraft;
  onChange: (patch: Partial<RegistryDraft>) => void;
  problems: ReadonlyMap<string, FieldProblem>;
}

/** A CA of one's own first; the two dangers are behind an explanation, each with its own switch. */
export function TlsFields({ draft, onChange, problems }: TlsFieldsProps): ReactElement {
  const [isOpen, setOpen] = useState(draft.skipVerify || draft.plainHttp);
  return (
    <>
      <FormField
        id="ca"
        label="CA certificates"
        problem={problems.get('tls.caCerts')}
        helper="PEM. For a registry whose certificate your own CA signed; trusted besides the system’s CAs."
      >
        <TextArea
          id="ca"
          value={draft.caCerts}
          onChange={(_, caCerts) => onChange({ caCerts })}
          validated={problems.has('tls.caCerts') ? 'error' : 'default'}
          placeholder="-----BEGIN CERTIFICATE-----"
          aria-describedby={noteId('ca')}
          rows={3}
          resizeOrientation="vertical"
          spellCheck={false}
        />
      </FormField>
      <ExpandableSection
        toggleText="Connect without safe TLS"
        isExpanded={isOpen}
        onToggle={(_, open) => setOpen(open)}
        toggleId="unsafe-toggle"
        contentId="unsafe"
      >
        <div className="ph-stack">
          <Alert variant="warning" isInline component="h3" title="Both switches let others listen in">
            Whoever is on the way can read the credential and change what Pharos sees. The registry carries a warning
            wherever it is shown. A CA certificate above is the safe way.
          </Alert>
          <Switch
            id="skip-verify"
            label="Do not check the certificate"
            isChecked={draft.skipVerify}
            onChange={(_, skipVerify) => onChange({ skipVerify })}
          />
          <Switch
            id="plain-http"
            label="No TLS at all (plain HTTP)"
            isChecked={draft.plainHttp}
            onChange={(_, plainHttp) => onChange({ plainHttp })}
          />
        </div>
      </ExpandableSection>
    </>
  );
}
