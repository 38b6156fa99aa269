import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { filesPath, isFiles, shellWord, type TagDetail } from '@pharos/contract';
import { type ReactElement, useState } from 'react';
import { Code } from '../../components/code.tsx';
import { Panel } from '../../components/panel.tsx';
import { LocalRunPanel } from './local-run.tsx';

/** Commands that pull exactly this image: by digest, whatever the tag points to later. */
export function PullPanel({ tag }: { tag: TagDetail }): ReactElement | null {
  const [tool, setTool] = useState(tag.pull[0]?.tool ?? '');
  if (isFiles(tag.host)) return <CopyFromFiles tag={tag} />;
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
      <div className="ph-stack">
        <RunHere tag={tag} />
        <LocalRunPanel tag={tag} />
      </div>
    </Panel>
  );
}

/** How to try a database on one's own machine; the command refuses what is not approved, so it is shown for what is. */
function RunHere({ tag: { kind, state, repository, name } }: { tag: TagDetail }): ReactElement | null {
  if (kind !== 'postgres') return null;
  return (
    <div className="ph-stack-small">
      <h3 className="pf-v6-c-title pf-m-md">Run on your machine</h3>
      {state === 'approved' ? (
        <Code text={`pharos local start ${shellWord(`${repository}:${name}`)}`} what="command to run it locally" />
      ) : (
        <p>Once this digest is approved, a command stands here that starts it with podman or docker.</p>
      )}
    </div>
  );
}

/** Files answer to no pull; what helps is the way from them into a registry. */
function CopyFromFiles({ tag }: { tag: TagDetail }): ReactElement {
  const path = filesPath(tag.host);
  return (
    <Panel title="These are files">
      <div className="ph-stack-small">
        <p>
          This copy stands in <code className="ph-break">{path}</code> on the machine of the agent of{' '}
          {tag.locations.join(', ')}. Nothing can pull from there. To run the image, copy it into a registry with{' '}
          <code className="ph-break">skopeo copy --all --preserve-digests</code>, from{' '}
          <code className="ph-break">oci-archive:FILE:NAME</code> for an archive or{' '}
          <code className="ph-break">oci:FOLDER:NAME</code> for a folder; the digest stays the same.
        </p>
      </div>
    </Panel>
  );
}
