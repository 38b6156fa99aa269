/** The tree of commands. */
import { Command } from 'commander';
import type { Shell } from './command.ts';
import { activityCommand } from './commands/activity.ts';
import { admissionCommand } from './commands/admission.ts';
import { agentCommand } from './commands/agent.ts';
import { agentsCommand, locationsCommand } from './commands/agents.ts';
import { applyCommand } from './commands/apply.ts';
import { approvalsCommand } from './commands/approvals.ts';
import { auditCommand } from './commands/audit.ts';
import { catalogCommand } from './commands/catalog.ts';
import { clustersCommand } from './commands/clusters.ts';
import { compareCommand } from './commands/compare.ts';
import { completionCommand } from './commands/completion.ts';
import { configCommand } from './commands/config.ts';
import { decideCommands } from './commands/decide.ts';
import { encryptionCommand } from './commands/encryption.ts';
import { exceptionsCommand } from './commands/exceptions.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { hcpTagsCommand } from './commands/hcp-tags.ts';
import { imagesCommand } from './commands/images.ts';
import { localCommand } from './commands/local.ts';
import { modelsCommand } from './commands/models.ts';
import { policiesCommand } from './commands/policies.ts';
import { receiversCommand } from './commands/receivers.ts';
import { registriesCommand } from './commands/registries.ts';
import { repositoriesCommand } from './commands/repositories.ts';
import { rulesCommand } from './commands/rules.ts';
import { scanCommand } from './commands/scan.ts';
import { scansCommand } from './commands/scans.ts';
import { serverCommand } from './commands/server.ts';
import { statusCommand } from './commands/status.ts';
import { tagsCommand } from './commands/tags.ts';
import { teamsCommand } from './commands/teams.ts';
import { tokensCommand } from './commands/tokens.ts';
import { trustCommand } from './commands/trust.ts';
import { upCommand } from './commands/up.ts';
import { usersCommand } from './commands/users.ts';
import { verifyCommand } from './commands/verify.ts';
import { versionCommand } from './commands/version.ts';
import { webhooksCommand } from './commands/webhooks.ts';
import { EXIT_CODE_HELP } from './exit-code.ts';
import { addTwins } from './help.ts';
import { VERSION } from './version.ts';

/** Builds the whole tree for one run. Nothing heavy is loaded before an action runs. */
export function buildProgram(shell: Shell): Command {
  const program = new Command('pharos')
    .description('Pharos: the Image Library and Model Library of your own container registries.')
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpText('after', `\n${EXIT_CODE_HELP}`)
    .addHelpText('after', TOP_EXAMPLES);
  const groups: [string, Command[]][] = [
    ['Run:', [upCommand(shell), serverCommand(shell), agentCommand(shell)]],
    [
      'Library:',
      [
        statusCommand(shell),
        repositoriesCommand(shell),
        tagsCommand(shell),
        imagesCommand(shell),
        activityCommand(shell),
        modelsCommand(shell),
        hcpTagsCommand(shell),
        compareCommand(shell),
      ],
    ],
    [
      'Registries and rules:',
      [
        registriesCommand(shell),
        rulesCommand(shell),
        explainCommand(shell),
        receiversCommand(shell),
        webhooksCommand(shell),
      ],
    ],
    ['Everything in files:', [applyCommand(shell), exportCommand(shell)]],
    ['Databases:', [clustersCommand(shell), catalogCommand(shell)]],
    [
      'Approvals:',
      [approvalsCommand(shell), policiesCommand(shell), exceptionsCommand(shell), ...decideCommands(shell)],
    ],
    ['On this machine:', [localCommand(shell)]],
    ['Signatures:', [trustCommand(shell), verifyCommand(shell)]],
    ['Kubernetes:', [admissionCommand(shell)]],
    ['Reading:', [scanCommand(shell), scansCommand(shell), agentsCommand(shell), locationsCommand(shell)]],
    ['People:', [usersCommand(shell), teamsCommand(shell), auditCommand(shell)]],
    [
      'Setting up:',
      [
        tokensCommand(shell),
        encryptionCommand(shell),
        configCommand(shell),
        completionCommand(shell, () => program),
        versionCommand(shell),
      ],
    ],
  ];
  for (const [heading, commands] of groups) {
    for (const command of commands) program.addCommand(command.helpGroup(heading));
  }
  addTwins(program);
  const help = new Command('help').argument('[command]').summary('show the help of a command').helpGroup('Setting up:');
  program.addHelpCommand(help);
  return program;
}

const TOP_EXAMPLES = `
Examples:
  $ pharos up
  $ pharos registries add production registry.example.com --username robot --password-stdin < password.txt
  $ pharos rules add postgres --registry production --repository "postgres*" --kind postgres
  $ pharos scan --wait
  $ pharos tags list --engine postgresql --major 17

Every command takes --help. Lists take --json for programs and -q for ids.
Settings: flags, then PHAROS_… variables, then pharos.yaml; see "pharos config --help".`;
