import { RECEIVER_KINDS, type ReceiverCreated } from '@pharos/contract';
import type { ReactElement } from 'react';
import { Code } from '../../components/code.tsx';
import { OnceAlert } from '../../components/show-once.tsx';
import { SetupSteps } from './setup-steps.tsx';

const LOOPBACK = /^(localhost|127\..*|\[::1\])$/;

/** Address and secret, which are shown this once, and where they go. */
export function SecretOnce({ created }: { created: ReceiverCreated }): ReactElement {
  const { source, proof, secret } = created;
  const address = window.location.origin + created.url;
  return (
    <div className="ph-stack">
      <OnceAlert>
        {proof === 'url'
          ? 'The address holds the secret: whoever has it can tell Pharos to read again what it knows, and nothing else.'
          : 'Whoever has the secret can tell Pharos to read again what it knows, and nothing else.'}
      </OnceAlert>
      <div className="ph-stack-tiny">
        <h3 className="ph-label">Address</h3>
        <Code text={address} what="address" />
        {LOOPBACK.test(window.location.hostname) ? (
          <p className="ph-quiet">
            This is the address of this page, which only this machine reaches. From elsewhere, put the host name of
            Pharos before <code>/api</code>.
          </p>
        ) : null}
      </div>
      {proof === 'url' ? null : (
        <div className="ph-stack-tiny">
          <h3 className="ph-label">Secret</h3>
          <Code text={secret} what="secret" />
        </div>
      )}
      <h3 className="ph-label">At {RECEIVER_KINDS[source].name}</h3>
      <SetupSteps source={source} pasted={{ address, secret }} />
    </div>
  );
}
