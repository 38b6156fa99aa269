import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import type { TagDetail } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { Code } from '../../components/code.tsx';
import { Panel } from '../../components/panel.tsx';

/** Commands that pull exactly this image: by digest, whatever the tag points to later. */
export function PullPanel({ tag }: { tag: TagDetail }): ReactElement | null {
  const [tool, setTool] = useState(tag.pull[0]?.tool ?? '');
  if (tag.pull.length === 0) return null;
  return (
    <Panel title="Pull by digest">
      <Tabs isSubtab activeKey={tool} onSelect={(_, key) => setTool(String(key))} aria-label="Tools to pull with">
        {tag.pull.map((each) => (
          <Tab key={each.tool} eventKey={each.tool} title={<TabTitleText>{each.tool}</TabTitleText>}>
            <Code text={each.command} what={`${each.tool} command`} />
          </Tab>
        ))}
      </Tabs>
    </Panel>
  );
}
