/** The port of the store: Repository Rules. */
import type { Page, PageQuery, Rule, RulePatch, RuleSpec } from '@pharos/contract';

export interface Rules {
  list(query: PageQuery & { q?: string | undefined; registryId?: string | undefined }): Promise<Page<Rule>>;
  get(id: string): Promise<Rule | null>;
  create(spec: RuleSpec, now: Date): Promise<Rule>;
  update(id: string, patch: RulePatch, now: Date): Promise<Rule | null>;
  remove(id: string): Promise<boolean>;
  /** Enabled UI rules that apply to registries of this location (registryId null included). */
  ofLocation(locationId: string): Promise<Rule[]>;
  /** Enabled rules, of both sources, that apply to a registry. */
  ofRegistry(registryId: string): Promise<Rule[]>;
}
