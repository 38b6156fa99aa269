import { isFiles, type Registry } from '@pharos/contract';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { agentsQuery } from '../../api/agents.ts';
import { type Fact, Facts } from '../../components/facts.tsx';
import { formatInterval, plural } from '../../components/format.ts';
import { Panel } from '../../components/panel.tsx';
import { RelativeTime } from '../../components/relative-time.tsx';
import { PROVIDER_NAMES, signInWords } from './registry-words.ts';

export function RegistryFactsPanel({ registry }: { registry: Registry }): ReactElement {
  return (
    <Panel title="About">
      <Facts
        label="About this registry"
        facts={[
          [
            'Address',
            <code key="a" className="ph-break">
              {registry.url}
            </code>,
          ],
          registry.provider === 'auto' ? null : ['Provider', PROVIDER_NAMES[registry.provider] ?? registry.provider],
          registry.apiUrl
            ? [
                'Product’s API',
                <code key="p" className="ph-break">
                  {registry.apiUrl}
                </code>,
              ]
            : null,
          ['Location', registry.locationId],
          ...connectionFacts(registry),
          ['Scans', `${formatInterval(registry.intervalSeconds)}`],
          ['Next scan', <RelativeTime key="n" time={registry.nextScanAt} absent="not planned" />],
          ['Last scan', <RelativeTime key="l" time={registry.lastScanAt} />],
          [
            'In the library',
            <Link key="i" to="/library" search={{ registryId: registry.id }}>
              {plural(registry.repositoryCount, 'repository', 'repositories')}, {plural(registry.tagCount, 'tag')}
            </Link>,
          ],
          [
            'Rules',
            <Link key="r" to="/manage/rules" search={{ registryId: registry.id }}>
              {plural(registry.ruleCount, 'rule')}
            </Link>,
          ],
          [
            'Notifications',
            <Link key="w" to="/manage/notifications" search={{ registryId: registry.id }}>
              Receivers of this registry
            </Link>,
          ],
          ['Written in', <Source key="s" registry={registry} />],
        ]}
      />
    </Panel>
  );
}

/** Files are read from the disk of the agent: neither sign-in nor certificates have a part in it. */
function connectionFacts({ url, locationId, authentication, tls }: Registry): Fact[] {
  if (isFiles(url)) return [['Read from', `files on the machine of the agent of ${locationId}`]];
  return [
    ['Sign-in', signInWords(authentication)],
    ['Own CA', tls.caCerts ? 'given' : 'none; the system’s CAs are trusted'],
  ];
}

function Source({ registry }: { registry: Registry }): ReactElement {
  const agents = useQuery(agentsQuery);
  if (registry.source === 'ui') return <>Pharos, changed here</>;
  if (registry.isSample) return <>Pharos’ own sample; it goes when you connect a registry in the agent’s file</>;
  const path = agents.data?.items.find(
    (agent) => agent.locationId === registry.locationId && agent.configPath,
  )?.configPath;
  return (
    <span>
      {path ? <code className="ph-break">{path}</code> : 'The agent’s file'}, so it is read-only here. Change the file;
      the agent sends it again.
      {registry.isDefault
        ? ' The file gives no address; this is the default one of ephemeral environments. Set url in the file, or PHAROS_REGISTRY_URL.'
        : ''}
    </span>
  );
}
