/** Flags of `registries add` and `edit` that say how to sign in. Secrets come from stdin, a variable or a file. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type AuthenticationInput, signInProblem } from '@pharos/contract';
import { type Command, Option } from 'commander';
import { CliError } from './failure.ts';
import type { Io } from './output.ts';
import { readSecret } from './secret-input.ts';

const IDENTITIES = ['acr', 'ecr', 'gcp'] as const;
const AZURE_METHODS = ['workload_identity', 'managed_identity', 'service_principal'] as const;

export interface SignInOptions {
  username?: string;
  passwordStdin?: boolean;
  passwordEnv?: string;
  tokenStdin?: boolean;
  tokenEnv?: string;
  dockerConfig?: string;
  auth?: (typeof IDENTITIES)[number];
  authMethod?: (typeof AZURE_METHODS)[number];
  tenantId?: string;
  clientId?: string;
  region?: string;
  roleArn?: string;
  externalId?: string;
  accessKeyId?: string;
  secretStdin?: boolean;
  secretEnv?: string;
  serviceAccountKey?: string;
}

export function signInFlags(command: Command): Command {
  return command
    .option('--username <NAME>', 'sign in with a user name and a password')
    .addOption(new Option('--password-stdin', 'read the password from stdin').conflicts(['passwordEnv', 'tokenStdin']))
    .option('--password-env <NAME>', 'take the password from this variable')
    .addOption(new Option('--token-stdin', 'sign in with a token read from stdin').conflicts('tokenEnv'))
    .option('--token-env <NAME>', 'sign in with the token in this variable')
    .option('--docker-config <FILE>', 'sign in with a .dockerconfigjson or ~/.docker/config.json')
    .addOption(
      new Option('--auth <TYPE>', "identity of a cloud; without a secret the agent's own is used")
        .choices([...IDENTITIES])
        .conflicts(['username', 'tokenStdin', 'tokenEnv', 'passwordStdin', 'passwordEnv', 'dockerConfig', 'anonymous']),
    )
    .addOption(
      new Option('--auth-method <METHOD>', 'acr: which identity (default: workload_identity)').choices([
        ...AZURE_METHODS,
      ]),
    )
    .option('--tenant-id <ID>', 'acr: tenant')
    .option('--client-id <ID>', 'acr: client')
    .option('--region <REGION>', 'ecr: where the address does not show it')
    .option('--role-arn <ARN>', 'ecr: role to assume')
    .option('--external-id <ID>', 'ecr: where the role asks for one')
    .option('--access-key-id <ID>', 'ecr: access key, with its secret by --secret-stdin or --secret-env')
    .addOption(
      new Option('--secret-stdin', 'acr, ecr: read client secret or secret access key from stdin').conflicts(
        'secretEnv',
      ),
    )
    .option('--secret-env <NAME>', 'acr, ecr: take it from this variable')
    .option('--service-account-key <FILE>', 'gcp: JSON of a service account key');
}

/**
 * The sign-in that the flags describe; undefined when they say nothing of it.
 *
 * @throws CliError `sign-in-incomplete`, `secret-missing`
 */
export async function readSignIn(io: Io, options: SignInOptions): Promise<AuthenticationInput | undefined> {
  if (options.auth !== undefined) return readIdentity(io, options.auth, options);
  refuseForeign(options, null);
  const { username, dockerConfig } = options;
  if (dockerConfig !== undefined) return { type: 'docker_config', config: readText(io, dockerConfig) };
  const token = await readSecret(io, { stdin: options.tokenStdin, env: options.tokenEnv }, 'token');
  if (token !== null) return { type: 'token', token, ...(username === undefined ? {} : { username }) };
  const password = await readSecret(io, { stdin: options.passwordStdin, env: options.passwordEnv }, 'password');
  if (password !== null && username !== undefined) return { type: 'basic', username, password };
  if (password === null && username === undefined) return undefined;
  throw new CliError(
    'sign-in-incomplete',
    password === null ? `--username ${username} comes without a password.` : 'The password comes without --username.',
    'Give --username NAME and --password-stdin or --password-env NAME.',
  );
}

/** Flags by the identity that they belong to. */
const OF: Readonly<Record<(typeof IDENTITIES)[number], readonly (keyof SignInOptions)[]>> = {
  acr: ['authMethod', 'tenantId', 'clientId', 'secretStdin', 'secretEnv'],
  ecr: ['region', 'roleArn', 'externalId', 'accessKeyId', 'secretStdin', 'secretEnv'],
  gcp: ['serviceAccountKey'],
};

function refuseForeign(options: SignInOptions, type: (typeof IDENTITIES)[number] | null): void {
  const own = type === null ? [] : OF[type];
  const foreign = Object.values(OF)
    .flat()
    .find((key) => options[key] !== undefined && !own.includes(key));
  if (foreign === undefined) return;
  const owners = IDENTITIES.filter((each) => OF[each].includes(foreign));
  throw new CliError(
    'sign-in-incomplete',
    `${flagOf(foreign)} belongs to --auth ${owners.join(' or ')}.`,
    `Give --auth ${owners[0]}, or leave ${flagOf(foreign)} out.`,
  );
}

async function readIdentity(
  io: Io,
  type: (typeof IDENTITIES)[number],
  options: SignInOptions,
): Promise<AuthenticationInput> {
  refuseForeign(options, type);
  const secret = await readSecret(io, { stdin: options.secretStdin, env: options.secretEnv }, 'secret');
  const input = identityOf(io, type, options, secret);
  const problem = signInProblem(input);
  if (problem === null) return input;
  throw new CliError(
    'sign-in-incomplete',
    `The sign-in lacks a part: ${problem.field} ${problem.message}.`,
    'See "pharos registries add --help" for the flags; a secret comes by --secret-stdin or --secret-env NAME.',
  );
}

function identityOf(
  io: Io,
  type: (typeof IDENTITIES)[number],
  options: SignInOptions,
  secret: string | null,
): AuthenticationInput {
  const { tenantId, clientId, region, roleArn, externalId, accessKeyId, serviceAccountKey } = options;
  switch (type) {
    case 'acr': {
      const method = options.authMethod ?? 'workload_identity';
      return { type, method, ...given({ tenantId, clientId, clientSecret: secret ?? undefined }) };
    }
    case 'ecr':
      return {
        type,
        ...given({ region, roleArn, externalId, accessKeyId, secretAccessKey: secret ?? undefined }),
      };
    case 'gcp':
      return serviceAccountKey === undefined ? { type } : { type, serviceAccountKey: readText(io, serviceAccountKey) };
  }
}

function given<K extends string>(values: Record<K, string | undefined>): Partial<Record<K, string>> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<
    Record<K, string>
  >;
}

function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function readText(io: Io, file: string): string {
  return readFileSync(resolve(io.cwd, file), 'utf8');
}
