/** Reading what `pharos apply -f` takes: YAML or JSON with the things that Pharos is told to have. */
import type { FieldProblem, HcpTagInput } from '@pharos/contract';
import { CliError } from '../failure.ts';
import type { Io } from '../output.ts';
import { readTexts } from '../read-files.ts';
import type { ApprovalRuleDocument } from './approval-rule.ts';
import type { CatalogDocument } from './catalog.ts';
import type { ClusterDocument } from './cluster.ts';
import { entriesOf, type Place } from './entry.ts';
import type { LocationDocument } from './location.ts';
import type { ModelDocument } from './model.ts';
import type { ModelDeploymentDocument } from './model-deployment.ts';
import type { ModelServiceDocument } from './model-service.ts';
import type { DocumentOf, Noun } from './noun.ts';
import { NOUNS } from './nouns.ts';
import type { PolicyDocument } from './policy.ts';
import { Reader } from './reader.ts';
import type { ReceiverDocument } from './receiver.ts';
import type { RegistryDocument } from './registry.ts';
import type { RepositoryDocument } from './repository.ts';
import type { RuleDocument } from './rule.ts';
import type { TeamDocument } from './team.ts';
import type { TrustDocument } from './trust.ts';
import type { UserDocument } from './user.ts';
import type { WebhookDocument } from './webhook.ts';

export interface Documents {
  registries: RegistryDocument[];
  trust: TrustDocument[];
  hcpTags: DocumentOf<HcpTagInput>[];
  users: UserDocument[];
  teams: TeamDocument[];
  rules: RuleDocument[];
  approvalRules: ApprovalRuleDocument[];
  policies: PolicyDocument[];
  receivers: ReceiverDocument[];
  webhooks: WebhookDocument[];
  repositories: RepositoryDocument[];
  models: ModelDocument[];
  locations: LocationDocument[];
  clusters: ClusterDocument[];
  catalogs: CatalogDocument[];
  modelDeployments: ModelDeploymentDocument[];
  modelServices: ModelServiceDocument[];
}

/**
 * Reads files, directories (their .yaml, .yml and .json files, by name) or `-` for stdin. `$NAME` in an address and in
 * sign-in fields is taken from the environment; `$$` at the start stands for a dollar sign.
 *
 * @param bare what a document without `kind:` is
 * @throws CliError `apply-invalid` with every problem found and its line; `file-not-found`.
 */
export async function readDocuments(paths: readonly string[], io: Io, bare?: Noun): Promise<Documents> {
  const problems: FieldProblem[] = [];
  const documents = Object.fromEntries(NOUNS.map(({ list }) => [list, []])) as never as Documents;
  for (const text of await readTexts(paths, io)) {
    for (const { noun, entry } of entriesOf(text, NOUNS, problems, bare)) {
      const reader = new Reader(entry, io, problems);
      if (typeof entry.value !== 'object' || entry.value === null || Array.isArray(entry.value)) {
        reader.problem([], `A ${noun.noun} needs at least a name.`);
        continue;
      }
      const document = noun.read(reader);
      if (document !== null) (documents[noun.list] as { place: Place }[]).push(document);
    }
  }
  for (const noun of NOUNS) {
    const seen = new Map<string, Place>();
    for (const document of documents[noun.list]) {
      const key = noun.keyOf(document);
      const before = seen.get(key);
      if (before)
        problems.push({ path: document.place, message: `The ${noun.noun} "${key}" stands at ${before} already.` });
      else seen.set(key, document.place);
    }
  }
  if (problems.length > 0) {
    const errors = problems.slice(0, 50);
    const message = 'Nothing was applied; this has to be corrected first:';
    throw new CliError('apply-invalid', message, 'See "pharos apply --help".', { errors });
  }
  return documents;
}
