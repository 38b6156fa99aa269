import { Button } from '@patternfly/react-core';
import { type ReactElement, useState } from 'react';
import { useMay } from '../../api/session.ts';
import { Code } from '../../components/code.tsx';
import { Panel } from '../../components/panel.tsx';
import { CreateJoinToken } from './join-token.tsx';

/** The smallest file that makes an agent in another location report here. */
const agentFile = (origin: string) => `agent:
  beacon_server: ${origin}
  join_token: $BEACON_AGENT_JOIN_TOKEN
dispatcher:
  enabled: true
  location_id: eu-west
  capabilities:
    provisioning:
      images:
        discovery:
          interval: 5m
          registry:
            url: registry.example.com
            authentication: { type: basic, username: $REGISTRY_USER, password: $REGISTRY_PASSWORD }
            postgres_repositories:
              - { name: postgresql, description: Community PostgreSQL }
`;

/** How a second location gets its agent. */
export function StartAgent(): ReactElement {
  const mayToken = useMay('tokens:manage');
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel title="Start an agent in another location">
      <ol className="ph-steps">
        <li>
          {mayToken ? (
            <Button variant="link" isInline onClick={() => setOpen(true)}>
              Create a join token
            </Button>
          ) : (
            'Ask an administrator for a join token'
          )}{' '}
          and put it into the environment as <code>BEACON_AGENT_JOIN_TOKEN</code>. It is used once; the agent has a key
          of its own from then on.
        </li>
        <li>
          Save this as <code>beacon_agent.yaml</code> in the other location and name your registry in it:
          <Code text={agentFile(location.origin)} what="agent file" />
        </li>
        <li>
          Check it, then start it. It appears above within seconds.
          <Code text={'pharos agent -f beacon_agent.yaml --check\npharos agent -f beacon_agent.yaml'} what="commands" />
        </li>
      </ol>
      {isOpen ? <CreateJoinToken onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}
