import { Wizard, type WizardProps } from '@patternfly/react-core';
import { type ReactElement, useEffect, useId } from 'react';

/**
 * PatternFly's wizard, whose toggle on narrow pages is called by what it shows: step and name. PatternFly calls it "Wizard toggle", in
 * English and without the words that are on it, so that who speaks them to the page does not reach it (WCAG 2.5.3, label in name); the
 * label cannot be set from outside. React does not put it back: what it rendered does not change.
 */
export function StepsWizard(props: Omit<WizardProps, 'id' | 'ref'>): ReactElement {
  const id = useId();
  useEffect(() => {
    document.getElementById(id)?.querySelector('.pf-v6-c-wizard__toggle')?.removeAttribute('aria-label');
  });
  return <Wizard {...props} id={id} />;
}
