/** Errors on the wire: RFC 9457 problem details with a stable code and a next step. */
import { z } from 'zod';

/** What a failed field of the input was, for forms. */
export const FieldProblem = z.object({
  path: z.string().meta({ description: 'Dotted path in the body or query, e.g. repositories.include.0' }),
  message: z.string(),
  position: z.number().int().optional().meta({ description: 'Offset in the text where a pattern goes wrong' }),
});
export type FieldProblem = z.infer<typeof FieldProblem>;

export const Problem = z.object({
  type: z.string().default('about:blank'),
  status: z.number().int(),
  code: z.string().meta({ description: 'Stable, kebab-case; see docs/errors.md' }),
  title: z.string(),
  detail: z.string().meta({ description: 'One sentence for a person' }),
  hint: z.string().optional().meta({ description: 'What to do next' }),
  errors: z.array(FieldProblem).optional(),
  requestId: z.string().optional(),
});
export type Problem = z.infer<typeof Problem>;

/**
 * Every code the control plane answers with, its HTTP status, title and default next step. Codes of the registry
 * client and of the agent's file travel inside scan and probe results and have their own tables (docs/errors.md).
 */
export const PROBLEMS = {
  'invalid-input': [400, 'The request is not valid', 'Correct the fields named in errors and send it again.'],
  'invalid-cursor': [400, 'The cursor is not valid', 'Start again without a cursor.'],
  'invalid-pattern': [400, 'A pattern cannot be run', 'Correct the pattern at the position given.'],
  'invalid-query': [400, 'The query cannot be read', 'Correct the query at the position given.'],
  'invalid-digest': [400, 'The digest does not fit', 'Send the digest that the bytes hash to.'],
  unauthenticated: [401, 'Sign in first', 'Sign in, or send Authorization: Bearer <token>.'],
  'wrong-credentials': [401, 'User name or password is wrong', 'Check both and try again.'],
  'setup-link-invalid': [401, 'The setup link is used up or too old', 'Restart Pharos to print a new one.'],
  'password-link-invalid': [
    401,
    'The link is used up or too old',
    'Ask an administrator for a new one; each link works once.',
  ],
  'identity-provider-refused': [
    401,
    'The identity provider did not confirm who you are',
    'Start again from the sign-in page; an administrator finds the cause in the log by the request id.',
  ],
  'delivery-refused': [
    401,
    'The notification is not accepted',
    'Compare address, secret and signature with what Pharos shows; rotate the secret when it is lost.',
  ],
  forbidden: [403, 'Your role does not allow this', 'Ask an administrator for the role this needs.'],
  'origin-refused': [403, 'The request comes from another site', 'Open Pharos by its own address.'],
  'user-needed': [
    403,
    'This belongs to a person',
    'Sign in with a user name and a password; a token stands for no person.',
  ],
  'not-found': [404, 'Not found', 'It may have been removed; go back to the list.'],
  'method-not-allowed': [405, 'This address does not take this method', 'Use one of the methods in the Allow header.'],
  conflict: [409, 'Somebody changed this meanwhile', 'Load it again and repeat the change.'],
  'name-taken': [409, 'The name is taken', 'Choose another name.'],
  'limit-reached': [409, 'There are too many of these', 'Remove one that is not needed any more.'],
  'read-only-source': [
    409,
    'This comes from an agent file',
    'Change it in beacon_agent.yaml; the agent sends it again.',
  ],
  'last-administrator': [
    409,
    'Somebody must stay administrator',
    'Make another person with a password administrator of everything first.',
  ],
  'external-user': [
    409,
    'This comes from the identity provider',
    'Change the groups there; they replace the roles at the next sign-in.',
  ],
  'second-person-needed': [
    409,
    'Another person must approve this',
    'Ask another approver; the rules for approvals say where two people are needed.',
  ],
  'policy-blocks': [
    409,
    'A policy forbids the approval',
    'Bring the evidence that the policy asks for, or ask for an exception that another person confirms.',
  ],
  'setup-done': [409, 'Setup is already done', 'Sign in instead.'],
  'stale-scan': [409, 'The scan belongs to an older state', 'Begin a new scan.'],
  'chunk-out-of-order': [409, 'A chunk is missing', 'Send the expected chunk first.'],
  'set-digest-mismatch': [409, 'The report is not what was sent', 'Send the scan again from the first chunk.'],
  'local-runs-off': [
    404,
    'This server starts no databases here',
    'Only "pharos up" does, listening on this machine alone, where podman or docker answers.',
  ],
  'local-run-failed': [409, 'The container engine failed', 'What it said stands with the message.'],
  'agent-absent': [409, 'No agent serves this location now', 'Start an agent for the location, then try again.'],
  'image-not-approved': [
    409,
    'The image is not approved',
    'Choose an approved image, or ask an approver to decide about this one.',
  ],
  'image-not-available': [
    409,
    'The image does not stand in this location',
    'Choose an image that a repository of the location holds now.',
  ],
  'deployment-not-admissible': [
    409,
    'The operator would refuse this deployment',
    'Correct what the failed checks name and send it again.',
  ],
  'service-not-ready': [
    409,
    'The service did not answer as it should',
    'Correct what the answer names; nothing was kept.',
  ],
  'no-maintenance-window': [
    409,
    'No maintenance window is set',
    'Set one for the cluster or its location, or upgrade now.',
  ],
  'cluster-not-admissible': [
    409,
    'The operator would refuse this cluster',
    'Correct what the failed checks name and send it again.',
  ],
  'too-large': [413, 'The request is too large', 'Send it in smaller parts.'],
  'unsupported-media-type': [415, 'Only application/json is accepted', 'Send Content-Type: application/json.'],
  'rate-limited': [429, 'Too many attempts', 'Wait a minute and try again.'],
  internal: [500, 'Pharos failed', 'Look at the server log for the request id.'],
  'credential-unreadable': [
    500,
    'A stored credential cannot be opened',
    'Restore the key file, or enter the credential again.',
  ],
  'database-unavailable': [503, 'The database does not answer', 'Check DATABASE_URL and the database.'],
  'identity-provider-unavailable': [
    503,
    'The identity provider does not answer',
    'Try again, or sign in with a local account.',
  ],
  'disk-full': [503, 'The disk is full', 'Free space where the data lives, then try again.'],
  stopping: [503, 'Pharos is stopping', 'Try again in a moment.'],
  'agent-timeout': [504, 'The agent did not answer in time', 'Look at Agents: is it connected? Then try again.'],
} as const satisfies Record<string, readonly [status: number, title: string, hint: string]>;

export type ProblemCode = keyof typeof PROBLEMS;
