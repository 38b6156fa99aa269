import { Card, CardBody, CardHeader, CardTitle } from '@patternfly/react-core';
import type { ReactElement, ReactNode } from 'react';

interface PanelProps {
  title: string;
  children: ReactNode;
  actions?: ReactNode;
  id?: string;
  isFullWidth?: boolean;
}

/** A part of a page with a heading of its own. */
export function Panel({ title, children, actions, id, isFullWidth = false }: PanelProps): ReactElement {
  return (
    <Card isCompact component="section" id={id} className={isFullWidth ? 'ph-wide' : undefined}>
      <CardHeader {...(actions ? { actions: { actions, hasNoOffset: true } } : {})}>
        <CardTitle component="h2">{title}</CardTitle>
      </CardHeader>
      <CardBody>{children}</CardBody>
    </Card>
  );
}
