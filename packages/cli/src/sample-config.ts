/** What the embedded agent reads when nobody has named a registry: the sample. */
import type { AgentFile, withRegistry } from '@pharos/agent';
import type { Sample } from '@pharos/sample';

/** The name under which the sample registry shows up. */
const SAMPLE_NAME = 'Sample registry';

/**
 * Adds the sample registry to a configuration that names no registry, with a rule for each of its repositories. `add` is
 * the agent's `withRegistry`, handed in so that this file does not load the agent.
 */
export function sampleConfig(
  config: AgentFile,
  sample: Pick<Sample, 'url' | 'repositories'>,
  add: typeof withRegistry,
): AgentFile {
  const registry = {
    name: SAMPLE_NAME,
    url: new URL(sample.url).host,
    provider: 'auto',
    apiUrl: null,
    budget: { requestsPerDay: null, concurrency: null },
    authentication: { type: 'none' },
    tls: { caCerts: '', skipVerify: false, plainHttp: true },
    intervalSeconds: 300,
    isSample: true,
    isDefault: false,
  } as const;
  const rules = sample.repositories.map(({ name, description, kind }) => ({
    name,
    enabled: true,
    kind,
    description,
    repositories: { include: [name], exclude: [] },
    tags: [],
  }));
  return add(config, registry, rules);
}
