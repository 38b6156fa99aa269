import { Button, Spinner } from '@patternfly/react-core';
import { Link, useNavigate } from '@tanstack/react-router';
import { type ReactElement, useEffect, useRef } from 'react';
import { useFinishOidc } from '../../api/session.ts';
import { ActionError } from '../../components/states.tsx';
import { Entrance } from './entrance.tsx';
import { takeNext } from './next-page.ts';

/** Where the identity provider sends the browser back to: what it says is handed on once, and leaves the address bar. */
export function ReturnPage(): ReactElement {
  const finish = useFinishOidc();
  const navigate = useNavigate();
  const isSent = useRef(false);
  useEffect(() => {
    if (isSent.current) return;
    isSent.current = true;
    const query = window.location.search.slice(1);
    window.history.replaceState(window.history.state, '', window.location.pathname);
    finish.mutate(query || 'none', { onSuccess: () => void navigate({ href: takeNext(), replace: true }) });
  }, [finish, navigate]);
  return (
    <Entrance title={finish.isError ? 'Not signed in' : 'Signing in'}>
      {finish.isError ? (
        <div className="ph-stack">
          <ActionError error={finish.error} what="Not signed in" />
          <Button component={(props) => <Link {...props} to="/sign-in" />}>Back to sign-in</Button>
        </div>
      ) : (
        <Spinner aria-label="Signing in" />
      )}
    </Entrance>
  );
}
