/** What a person reads after the start. */
import type { Output } from './output.ts';
import type { Serving } from './serve.ts';
import type { Settings } from './settings.ts';
import { VERSION } from './version.ts';

/** Address, one-time setup link, what is read, where the data is, how to stop. */
export function showBanner(out: Output, { server, config, sample }: Serving, settings: Settings): void {
  const open = settings.publicUrl ?? server.url;
  out.line();
  out.line(out.style({ text: `Pharos ${VERSION} is running.`, style: 'bold' }));
  out.line();
  out.fields([
    ['Open', { text: open, style: 'cyan' }],
    ['Set up', server.setupLink ? { text: server.setupLink, style: 'cyan' } : null],
    ['', server.setupLink ? 'Open this link once to create the administrator; it is valid for an hour.' : null],
    ['Reads', sample ? `the sample registry (${sample.repositories.length} repositories)` : readsText(config)],
    ['', sample ? 'Connect your own: in the UI, or with pharos registries add.' : null],
    ['Data', settings.databaseUrl ? `PostgreSQL; key and agent state in ${settings.dataDir}` : settings.dataDir],
    ['Stop', 'Ctrl+C'],
  ]);
  out.line();
}

function readsText(config: Serving['config']): string {
  if (config === null) return 'nothing itself; agents report here (pharos agent -f FILE)';
  if (!config.enabled) return `nothing: the dispatcher is not enabled in ${config.path}`;
  const { registries, path } = config;
  if (registries.length === 0)
    return path ? `registries of the library (${path} names none)` : 'registries of the library';
  const names = registries.slice(0, 3).map((registry) => `${registry.name}${registry.isDefault ? ' (default)' : ''}`);
  const more = registries.length > names.length ? ` and ${registries.length - names.length} more` : '';
  return `${names.join(', ')}${more} (from ${path ?? 'PHAROS_REGISTRY_URL'})`;
}
