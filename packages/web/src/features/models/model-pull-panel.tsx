import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { ModelDetail } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { Code } from '../../components/code.tsx';
import { Panel } from '../../components/panel.tsx';

/** Commands that pull the newest image, by its digest. */
export function ModelPullPanel({ model }: { model: ModelDetail }): ReactElement | null {
  const [tool, setTool] = useState(model.pull[0]?.tool ?? '');
  if (model.pull.length === 0) return null;
  return (
    <Panel title={`Pull ${model.newestTag ?? 'the newest image'} by digest`}>
      <Tabs isSubtab activeKey={tool} onSelect={(_, key) => setTool(String(key))} aria-label="Tools to pull with">
        {model.pull.map((each) => (
          <Tab key={each.tool} eventKey={each.tool} title={<TabTitleText>{each.tool}</TabTitleText>}>
            <Code text={each.command} what={`${each.tool} command`} />
          </Tab>
        ))}
      </Tabs>
    </Panel>
  );
}
