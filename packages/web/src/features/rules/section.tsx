import { ExpandableSection } from '@patternfly/react-core';
import type { FieldProblem } from '@pharos/contract';
import { type ReactElement, type ReactNode, useState } from 'react';

interface SectionProps {
  title: string;
  /** What it says now; with nothing said it begins closed. */
  words: readonly string[];
  problems: ReadonlyMap<string, FieldProblem>;
  /** Beginnings of the paths of its fields: a problem in one of them opens it. */
  paths: readonly string[];
  children: ReactNode;
}

/** A part of the form that most rules do without. */
export function Section({ title, words, problems, paths, children }: SectionProps): ReactElement {
  const [isOpen, setOpen] = useState(words.length > 0);
  const hasProblem = [...problems.keys()].some((key) => paths.some((path) => key.startsWith(path)));
  const isShown = isOpen || hasProblem;
  return (
    <ExpandableSection
      toggleText={isShown || words.length === 0 ? title : `${title}: ${words.join('; ')}`}
      isExpanded={isShown}
      onToggle={(_, open) => setOpen(open)}
      isIndented
    >
      <div className="ph-stack-small">{children}</div>
    </ExpandableSection>
  );
}
