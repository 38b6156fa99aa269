import { Card, CardBody, CardTitle } from '@patternfly/react-core';
import { type ReactElement, type ReactNode, useEffect } from 'react';

/** The frame of the two pages before the door: sign-in and setup. */
export function Entrance({ title, children }: { title: string; children: ReactNode }): ReactElement {
  useEffect(() => {
    document.title = `${title} · Pharos`;
  }, [title]);
  return (
    <main className="ph-centre">
      <div className="ph-entrance">
        <div className="ph-brand">
          <img src="/favicon.svg" alt="" width="36" height="36" /> Pharos
        </div>
        <Card>
          <CardTitle component="h1">{title}</CardTitle>
          <CardBody>{children}</CardBody>
        </Card>
        <p className="ph-quiet">The Image Library and Model Library of your own registries.</p>
      </div>
    </main>
  );
}
