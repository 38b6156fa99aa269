import type { PolicySpec } from '@pharos/contract';
import type { ReactElement } from 'react';
import { Facts } from '../../components/facts.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { policySays } from './policy-difference.ts';
import { useNames } from './use-names.ts';

/** What a policy says, for those who do not write it; of a deleted one (`isPast`) what it said, without a state that is over. */
export function PolicySays({ spec, isPast = false }: { spec: PolicySpec; isPast?: boolean }): ReactElement {
  const names = useNames();
  const hidden = isPast ? ['name', 'description', 'state'] : ['name', 'description'];
  const said = policySays(spec, names).filter(({ key }) => !hidden.includes(key));
  return (
    <Panel title={isPast ? 'What it said last' : 'What it says'}>
      <Facts
        label="What the policy says"
        facts={said.map(({ key, label, sentence }) => [label, <HostileText key={key} text={sentence} clamp={400} />])}
      />
    </Panel>
  );
}
