import type { PolicySpec } from '@pharos/contract';
import type { ReactElement } from 'react';
import { Facts } from '../../components/facts.tsx';
import { HostileText } from '../../components/hostile-text.tsx';
import { Panel } from '../../components/panel.tsx';
import { policySays } from './policy-difference.ts';
import { useNames } from './use-names.ts';

/** What a policy says, for those who do not write it. */
export function PolicySays({ spec }: { spec: PolicySpec }): ReactElement {
  const names = useNames();
  const said = policySays(spec, names).filter(({ key }) => key !== 'name' && key !== 'description');
  return (
    <Panel title="What it says">
      <Facts
        label="What the policy says"
        facts={said.map(({ key, label, sentence }) => [label, <HostileText key={key} text={sentence} clamp={400} />])}
      />
    </Panel>
  );
}
