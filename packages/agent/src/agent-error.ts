/** What can go wrong in the agent itself, with the next step. Registry errors are RegistryError, file errors AgentConfigError. */
const HINTS = {
  'state-directory-in-use': 'Stop the other agent, or give this one a state folder of its own.',
  'state-directory-unusable': 'Check that the folder exists or can be made, and that this user may write to it.',
  'access-key-missing':
    'Make a join token with "pharos agents join-token NAME --location LOCATION" and write agent.join_token: $BEACON_AGENT_JOIN_TOKEN.',
  'disk-full': 'Free space where the agent keeps its state; the next scan tries again.',
  'spool-full': 'Raise the limit of the spool, or narrow the rules: this one report is larger than the whole spool.',
  'spool-unwritable': 'Check the permissions and the disk of the agent state folder.',
  'sealed-secret-invalid': 'Enter the credential of the registry again.',
  'sealed-secret-origin': 'Enter the credential of the registry again, for its present address.',
  'credential-missing': 'Wait until the control plane answers: credentials entered in the UI are not kept on disk.',
  'admission-listen-failed':
    'Choose another address with dispatcher.capabilities.admission.listen, or end what listens there.',
  'admission-certificate-unusable':
    'Check the files under dispatcher.capabilities.admission.tls: PEM, readable, and of one pair. Without them the agent makes its own.',
  'admission-off': 'Write admission: { enabled: true } under dispatcher.capabilities in beacon_agent.yaml.',
  'admission-snapshot-missing':
    'Let the agent run until it has fetched one, name its state folder with --state-dir, or ask the control plane instead.',
} as const;

export type AgentErrorCode = keyof typeof HINTS;

/** A stable `code`, a sentence and a `hint`. Holds no secret. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: AgentErrorCode;
  readonly hint: string;

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.hint = HINTS[code];
  }
}
