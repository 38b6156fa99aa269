/** `pharos agent rbac`: the least that an agent must be allowed in Kubernetes, as YAML to apply. */
import type { CapabilityName } from '@pharos/agent';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { action, type CommonOptions, examples, printingCommand, type Shell } from '../command.ts';

/** As the agent has them (rbac.ts); here so that help and completion load nothing. */
const CAPABILITIES: readonly CapabilityName[] = ['provisioning', 'models', 'used-by', 'admission', 'nodes', 'secrets'];
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

interface Options extends CommonOptions {
  capability?: CapabilityName[];
  namespace?: string[];
  secretName?: string[];
  serviceAccount: { namespace: string; name: string };
}

export function agentRbacCommand(shell: Shell): Command {
  const command = printingCommand('rbac', 'print the Kubernetes roles that an agent needs, as YAML')
    .option(
      '--capability <NAMES>',
      `what it shall do: ${CAPABILITIES.join(', ')} (default: the first three)`,
      listOf((text) => {
        const found = CAPABILITIES.find((name) => name === text);
        if (found === undefined) throw new InvalidArgumentError(`It must be one of ${CAPABILITIES.join(', ')}.`);
        return found;
      }),
    )
    .option('--namespace <NAMES>', 'Roles in these namespaces instead of ClusterRoles', listOf(namespaceOf))
    .option('--secret-name <NAMES>', 'with the capability secrets: only secrets of these names', listOf(secretOf))
    .addOption(
      new Option('--service-account <NAMESPACE/NAME>', 'who gets them')
        .argParser((text) => {
          const [namespace = '', name = '', ...more] = text.split('/');
          if (!NAME.test(namespace) || !NAME.test(name) || more.length > 0)
            throw new InvalidArgumentError('It must be NAMESPACE/NAME.');
          return { namespace, name };
        })
        .default({ namespace: 'pharos', name: 'pharos-agent' }, 'pharos/pharos-agent'),
    );
  return examples(
    command,
    'agent rbac | kubectl apply -f -',
    'agent rbac --capability used-by --namespace team-a',
    'agent rbac --capability nodes,secrets --namespace models --secret-name ngc-api-secret,ngc-secret',
  ).action(
    action<Options>(shell, async ({ out }, _args, options) => {
      const { rbacObjects } = await import('@pharos/agent');
      const { capability = CAPABILITIES.slice(0, 3), namespace = [], secretName = [], serviceAccount } = options;
      const items = rbacObjects({
        capabilities: capability,
        namespaces: namespace,
        secretNames: secretName,
        serviceAccount,
      });
      if (out.json) out.body({ apiVersion: 'v1', kind: 'List', items });
      else {
        const { stringify } = await import('yaml');
        out.line(
          items
            .map((item) => `---\n${stringify(item, { aliasDuplicateObjects: false })}`)
            .join('')
            .trimEnd(),
        );
      }
    }),
  );
}

/** Commas and repetition: `--namespace a,b --namespace c`. */
function listOf<T>(read: (text: string) => T): (text: string, before: T[] | undefined) => T[] {
  return (text, before = []) => [...before, ...text.split(',').map((part) => read(part.trim()))];
}

function secretOf(text: string): string {
  if (/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text)) return text;
  throw new InvalidArgumentError('It must be the name of a secret.');
}

function namespaceOf(text: string): string {
  if (NAME.test(text)) return text;
  throw new InvalidArgumentError('It must be the name of a namespace.');
}
