/**
 * Which keys the agent's file has. Every object is strict: a key that nobody reads is a mistake that would
 * otherwise be found only when images are missing. What the incumbent's agent knows and Pharos has no use for is
 * listed by name and accepted with a notice, so that an existing file works as it stands.
 */
import { DisplayName, LocationId, Pattern, PROVIDERS, RuleSpec } from '@pharos/contract';
import { compileRule } from '@pharos/library';
import { z } from 'zod';
import { FileAdmission } from './admission/settings.ts';
import { parseDuration } from './duration.ts';

/** Dotted paths of keys of the incumbent's agent that are accepted and have no effect. */
export const UNUSED_KEYS: ReadonlySet<string> = new Set([
  'general',
  'provider',
  'agent.access_key_grpc_header',
  'agent.batch',
  'agent.batch_size',
  'agent.feature_flag_interval',
  'agent.plaintext',
  'agent.project_id',
  'agent.providers',
  'agent.root_ca_path',
  'agent.schema_providers',
  'agent.settings_providers',
  'dispatcher.mode',
]);

/** Keys of the incumbent's image discovery that are understood, below `provisioning` (see config-incumbent.ts). */
export const INCUMBENT_KEYS = [
  'imageDiscovery',
  'imagesetDiscoveryContainerRegistryURL',
  'imagesetDiscoveryContainerRegistryProvider',
  'imagesetDiscoveryAuthenticationType',
  'imagesetDiscoveryAllowInsecureRegistry',
  'imageset_discovery_ca_certs',
  'image_discovery_credentials_secret_name',
  'image_discovery_secret_name',
] as const;

const Text = z.string().min(1, 'must not be empty').max(20_000, 'is too long');

const Duration = z.string().transform((text, context) => {
  const seconds = parseDuration(text);
  if (typeof seconds === 'number') return seconds;
  context.addIssue({ code: 'custom', message: seconds, params: { code: 'duration-invalid' } });
  return z.NEVER;
});

const Region = z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'must be a region, such as eu-central-1');
const awsKeys = { region: Region.optional(), role_arn: Text.optional(), external_id: Text.optional() };

const FileAuthentication = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('basic'), username: Text, password: Text }),
  z.strictObject({ type: z.literal('token'), username: Text.optional(), token: Text }),
  z.strictObject({
    type: z.literal('docker_config'),
    path: Text.optional(),
    config: z.string().min(2).max(100_000).optional(),
  }),
  z.strictObject({
    type: z.literal('acr'),
    method: z.enum(['workload_identity', 'managed_identity', 'service_principal']).default('workload_identity'),
    tenant_id: Text.optional(),
    client_id: Text.optional(),
    client_secret: Text.optional(),
  }),
  z.strictObject({
    type: z.literal('ecr'),
    ...awsKeys,
    access_key_id: Text.optional(),
    secret_access_key: Text.optional(),
  }),
  z.strictObject({ type: z.literal('eks_managed_identity'), ...awsKeys }),
  z.strictObject({
    type: z.literal('gcp'),
    service_account_key: z.string().min(2).max(50_000).optional(),
  }),
]);
export type FileAuthentication = z.infer<typeof FileAuthentication>;

const FileTls = z.strictObject({
  ca_certs: z.string().max(200_000).default(''),
  skip_verify: z.boolean().default(false),
  plain_http: z.boolean().default(false),
});

const FileBudget = z.strictObject({
  requests_per_day: z.number().int().min(1).max(100_000_000).nullable().default(null),
  concurrency: z.number().int().min(1).max(64).nullable().default(null),
  vulnerability_reports: z.boolean().default(false),
});

const NamedRepository = z.strictObject({ name: Pattern, description: z.string().max(2000).default('') });
export type NamedRepository = z.infer<typeof NamedRepository>;

const AgentRule = RuleSpec.omit({ registryId: true }).superRefine((rule, context) => {
  try {
    compileRule({ ...rule, registryId: null });
  } catch (error) {
    const message = error instanceof Error ? error.message : 'A pattern of this rule cannot be run.';
    context.addIssue({ code: 'custom', message, params: { code: 'invalid-pattern' } });
  }
});

const registryKeys = {
  url: z.string().trim().min(1, 'must not be empty').max(500).optional(),
  provider: z.enum(PROVIDERS).default('auto'),
  api_url: z
    .url({ protocol: /^https?$/, error: 'must be an https:// address' })
    .max(500)
    .optional(),
  interval: Duration.optional(),
  authentication: FileAuthentication.default({ type: 'none' }),
  tls: FileTls.default({ ca_certs: '', skip_verify: false, plain_http: false }),
  budget: FileBudget.default({ requests_per_day: null, concurrency: null, vulnerability_reports: false }),
  token_hosts: z.array(z.string().min(1).max(255)).max(20).default([]),
  postgres_repositories: z.array(NamedRepository).max(1000).optional(),
  model_repositories: z.array(NamedRepository).max(1000).optional(),
  rules: z.array(AgentRule).max(1000).optional(),
};

const OneRegistry = z.strictObject({ name: DisplayName.optional(), ...registryKeys });
const NamedRegistry = z.strictObject({ name: DisplayName, ...registryKeys });
export type FileRegistryEntry = z.infer<typeof OneRegistry>;

const Discovery = z.strictObject({
  interval: Duration.default(300),
  registry: OneRegistry.optional(),
  registries: z.array(NamedRegistry).max(1000).default([]),
});

const NAMESPACE = 'must be the name of a namespace';

/** The file as a whole, after environment variables are put in and unused keys are taken out. */
export const AgentDocument = z.strictObject({
  agent: z
    .strictObject({
      beacon_server: Text.optional(),
      access_key: Text.optional(),
      join_token: Text.optional(),
      name: z.string().min(1).max(200).optional(),
    })
    .default({}),
  dispatcher: z
    .strictObject({
      enabled: z.boolean().default(true),
      location_id: LocationId.optional(),
      kubernetes: z
        .strictObject({
          kubeconfig: Text.optional(),
          context: Text.optional(),
          namespaces: z
            .array(z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, NAMESPACE))
            .max(100)
            .default([]),
        })
        .optional(),
      capabilities: z
        .strictObject({
          provisioning: z
            .strictObject({ images: z.strictObject({ discovery: Discovery.optional() }).optional() })
            .optional(),
          admission: FileAdmission.optional(),
        })
        .optional(),
    })
    .default({ enabled: true }),
});
export type AgentDocument = z.infer<typeof AgentDocument>;

interface SchemaNode {
  def: {
    type: string;
    shape?: Record<string, SchemaNode>;
    innerType?: SchemaNode;
    element?: SchemaNode;
    in?: SchemaNode;
    options?: SchemaNode[];
  };
}

/** Keys that the schema has at a path of the document, for suggestions. */
export function knownKeys(path: readonly PropertyKey[]): string[] {
  let nodes: SchemaNode[] = unwrap(AgentDocument as unknown as SchemaNode);
  for (const part of path) {
    nodes = nodes.flatMap((node) => {
      const next = typeof part === 'number' ? node.def.element : node.def.shape?.[String(part)];
      return next === undefined ? [] : unwrap(next);
    });
  }
  const own = nodes.flatMap((node) => Object.keys(node.def.shape ?? {}));
  const prefix = path.map(String).concat('').join('.');
  const unused = [...UNUSED_KEYS].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  const incumbent = prefix === 'dispatcher.capabilities.provisioning.' ? [...INCUMBENT_KEYS] : [];
  return [...new Set([...own, ...unused.filter((key) => !key.includes('.')), ...incumbent])];
}

function unwrap(node: SchemaNode): SchemaNode[] {
  if (node.def.innerType) return unwrap(node.def.innerType);
  if (node.def.in) return unwrap(node.def.in);
  return node.def.options ? node.def.options.flatMap(unwrap) : [node];
}
