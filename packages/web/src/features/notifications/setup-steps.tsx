import type { ReceiverSource } from '@pharos/contract';
import type { ReactElement } from 'react';
import { Code } from '../../components/code.tsx';
import { guideOf, type Pasted } from './setup-guide.ts';

/** What to do at the product, step by step, with a file to paste where there is one. */
export function SetupSteps({ source, pasted }: { source: ReceiverSource; pasted: Pasted }): ReactElement {
  const { steps, snippet } = guideOf(source, pasted);
  return (
    <div className="ph-stack">
      <ol className="ph-steps">
        {steps.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {snippet ? <Code text={snippet.text} what={snippet.what} /> : null}
    </div>
  );
}
