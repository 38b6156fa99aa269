import { Tooltip, type TooltipProps } from '@patternfly/react-core';
import { cloneElement, type ReactElement, type RefAttributes, type SyntheticEvent, useRef, useState } from 'react';

type Child = RefAttributes<HTMLElement> & {
  onPointerEnter?: (event: SyntheticEvent) => void;
  onFocus?: (event: SyntheticEvent) => void;
};

interface HintProps extends Pick<TooltipProps, 'content' | 'aria' | 'entryDelay' | 'appendTo'> {
  /** One element that takes a ref, with no `ref`, `onPointerEnter` or `onFocus` of its own. */
  children: ReactElement<Child>;
}

/**
 * A tooltip that is made when somebody points at its child or focuses it: the fifty rows of a list have two hundred of them,
 * and each costs a third of a millisecond to draw although nobody sees it.
 */
export function Hint({ content, children, ...props }: HintProps): ReactElement {
  const place = useRef<HTMLElement>(null);
  const [isMade, setMade] = useState(false);
  const make = () => setMade(true);
  return (
    <>
      {cloneElement(children, { ref: place, onPointerEnter: make, onFocus: make })}
      {isMade ? <Tooltip content={content} triggerRef={place} isVisible aria-live="off" {...props} /> : null}
    </>
  );
}
