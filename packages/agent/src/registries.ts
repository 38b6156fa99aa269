/** The registries and rules in force: those of the file, and those of the control plane. */
import type { KeyObject } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentConfig, AuthenticationInput, FileRule } from '@pharos/contract';
import { type CompiledRule, compileRule, ruleApplies } from '@pharos/library';
import { type Limits, namesFiles, RegistryError } from '@pharos/oci';
import type { Logger } from 'pino';
import { AgentError } from './agent-error.ts';
import type { AgentFile } from './config.ts';
import type { AgentRegistry } from './config-registries.ts';
import type { AgentMetrics } from './metrics.ts';
import { originOf, RegistryReader } from './registry-reader.ts';
import { openSealedSecret } from './sealed-secret.ts';
import { writeWhole } from './write-file.ts';

export interface RegistriesOptions {
  file: AgentFile;
  privateKey: KeyObject;
  /** Where the last good configuration is kept, without secrets. */
  cachePath: string;
  /** Folder for the counts of requests, one file a registry. */
  spendFolder: string;
  log: Logger;
  metrics: AgentMetrics;
  version: string;
  limits?: Partial<Limits> | undefined;
}

/** A registry in force. `reader` is null when it cannot be read at all, and `error` says why. */
export interface ActiveRegistry {
  description: AgentRegistry;
  origin: string;
  reader: RegistryReader | null;
  error: { code: string; message: string; hint: string } | null;
  rules: readonly CompiledRule[];
  /** Changes with everything that decides what is read. */
  fingerprint: string;
}

/** What changed: registries whose rules or description are not what they were. */
export interface Changes {
  changed: string[];
}

interface Cache {
  serverEpoch: string | null;
  config: AgentConfig | null;
}

export class Registries {
  readonly #options: RegistriesOptions;
  #active = new Map<string, ActiveRegistry>();
  #cache: Cache = { serverEpoch: null, config: null };
  configVersion = '';

  constructor(options: RegistriesOptions) {
    this.#options = options;
  }

  get all(): readonly ActiveRegistry[] {
    return [...this.#active.values()];
  }

  get(id: string): ActiveRegistry | undefined {
    return this.#active.get(id);
  }

  /** Takes the last good configuration from disk; its registries have no credentials until the control plane answers. */
  async loadCache(): Promise<string | null> {
    try {
      this.#cache = JSON.parse(await readFile(this.#options.cachePath, 'utf8')) as Cache;
    } catch {
      // First start, or damaged: the control plane sends it again.
    }
    return this.#cache.serverEpoch ?? null;
  }

  /** Puts a configuration into force; null is the last good one. */
  async apply(config: AgentConfig | null, serverEpoch: string | null): Promise<Changes> {
    const next = config ?? this.#cache.config;
    if (config !== null) {
      this.configVersion = config.configVersion;
      await this.#store({ serverEpoch, config: withoutSecrets(config) });
    }
    const { file } = this.#options;
    const remote = next?.registries ?? [];
    const own = file.enabled ? file.registries : [];
    const ids = new Set(own.map((registry) => registry.id));
    const rules = this.#compile([
      ...file.rules,
      ...(next?.rules ?? []).filter((rule) => !file.rules.some(({ id }) => id === rule.id)),
    ]);
    const active = new Map<string, ActiveRegistry>();
    for (const registry of own) active.set(registry.id, this.#activate(registry, null, rules));
    for (const registry of remote) {
      if (!file.enabled || ids.has(registry.id)) continue;
      const { authentication, ...rest } = registry;
      const description = {
        ...rest,
        authentication: { type: 'none' as const },
        isSample: false,
        isDefault: false,
        fromOwnFile: false,
      };
      active.set(registry.id, this.#activate(description, authentication, rules));
    }
    await mkdir(this.#options.spendFolder, { recursive: true, mode: 0o700 });
    const before = this.#active;
    const isNew = ({ description, reader }: ActiveRegistry) => before.get(description.id)?.reader !== reader;
    await Promise.all([...active.values()].filter(isNew).map(({ reader }) => reader?.load()));
    return this.#replace(active);
  }

  async close(): Promise<void> {
    const readers = this.all.map((registry) => registry.reader);
    this.#active = new Map();
    await Promise.all(readers.map((reader) => reader?.close()));
  }

  #compile(rules: readonly FileRule[]): CompiledRule[] {
    return rules.flatMap((rule) => {
      try {
        return [compileRule(rule)];
      } catch (error) {
        // One bad rule stays one.
        this.#options.log.error(
          { ruleId: rule.id, code: 'invalid-pattern', message: (error as Error).message },
          'a rule cannot be run and was left out',
        );
        return [];
      }
    });
  }

  #activate(
    registry: AgentRegistry,
    sealed: AgentConfig['registries'][number]['authentication'],
    rules: readonly CompiledRule[],
  ): ActiveRegistry {
    const mine = rules.filter((rule) => ruleApplies(rule, registry.id));
    const base = {
      description: registry,
      origin: '',
      reader: null,
      rules: mine,
      fingerprint: JSON.stringify(mine.map((rule) => rule.spec)),
    };
    try {
      if (registry.fromOwnFile !== true && namesFiles(registry)) throw filesRefused();
      const origin = originOf(registry);
      const authentication = sealed === null ? registry.authentication : this.#open(sealed, origin);
      const description = { ...registry, authentication };
      const connection = JSON.stringify(description);
      const before = this.#active.get(registry.id);
      // The same connection keeps its reader, with its tokens and open sockets.
      const reader =
        before?.reader && JSON.stringify(before.description) === connection ? before.reader : this.#reader(description);
      return { ...base, description, origin, reader, error: null, fingerprint: base.fingerprint + connection };
    } catch (error) {
      if (!(error instanceof RegistryError) && !(error instanceof AgentError)) throw error;
      return { ...base, error: { code: error.code, message: error.message, hint: error.hint } };
    }
  }

  #open(sealed: NonNullable<AgentConfig['registries'][number]['authentication']>, origin: string): AuthenticationInput {
    if (sealed.ciphertext === '') {
      throw new AgentError('credential-missing', 'The credential of this registry is not known to the agent yet.');
    }
    return openSealedSecret(sealed, this.#options.privateKey, origin);
  }

  #reader(description: AgentRegistry): RegistryReader {
    const { metrics, version, limits, spendFolder } = this.#options;
    const spendPath = join(spendFolder, `${description.id}.json`);
    return new RegistryReader(description, { metrics, version, limits, spendPath });
  }

  #replace(active: Map<string, ActiveRegistry>): Changes {
    const before = this.#active;
    this.#active = active;
    for (const [id, { reader }] of before) {
      if (reader !== null && active.get(id)?.reader !== reader) void reader.close();
    }
    const isChanged = ([id, registry]: [string, ActiveRegistry]) =>
      before.has(id) && before.get(id)!.fingerprint !== registry.fingerprint;
    return { changed: [...active].filter(isChanged).map(([id]) => id) };
  }

  async #store(cache: Cache): Promise<void> {
    this.#cache = cache;
    try {
      await writeWhole(this.#options.cachePath, [JSON.stringify(cache)]);
    } catch (error) {
      this.#options.log.warn(
        { code: (error as NodeJS.ErrnoException).code },
        'the configuration could not be kept on disk',
      );
    }
  }
}

/** Whoever runs the control plane, or broke into it, must not be able to look into the disk of this machine. */
function filesRefused(): RegistryError {
  return new RegistryError({
    code: 'layout-refused',
    message: 'The control plane names files of this machine as a registry; only the file of this agent may do so.',
  });
}

/** A sealed credential can be opened by whoever has this folder, so it stays in memory; its place says that there is one. */
function withoutSecrets(config: AgentConfig): AgentConfig {
  const registries = config.registries.map((registry) => ({
    ...registry,
    authentication: registry.authentication && { ephemeralKey: '', nonce: '', ciphertext: '', origin: '' },
  }));
  return { ...config, registries };
}
