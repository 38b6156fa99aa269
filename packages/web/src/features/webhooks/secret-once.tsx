import type { WebhookCreated } from '@pharos/contract';
import type { ReactElement } from 'react';
import { Code } from '../../components/code.tsx';
import { OnceAlert } from '../../components/show-once.tsx';

/** The secret, which is shown this once, and what it is for. */
export function SecretOnce({ created }: { created: WebhookCreated }): ReactElement {
  return (
    <div className="ph-stack">
      <OnceAlert what="the secret">
        With it your program makes sure that a request comes from Pharos: it is the key of the signature in the header{' '}
        <code>webhook-signature</code>.
      </OnceAlert>
      <div className="ph-stack-tiny">
        <h3 className="ph-label">Secret</h3>
        <Code text={created.secret} what="secret" />
      </div>
      <p>
        Signatures are those of{' '}
        <a href="https://www.standardwebhooks.com" target="_blank" rel="noopener noreferrer">
          Standard Webhooks
        </a>
        , which has libraries for most languages: hand them the secret, the headers and the body as it came. The same
        event may come twice; <code>webhook-id</code> tells.
      </p>
    </div>
  );
}
