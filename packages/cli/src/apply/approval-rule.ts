/** How many people an approval takes, of files. */
import { ApprovalRuleInput } from '@pharos/contract';
import type { DocumentOf, Noun } from './noun.ts';
import { conflict, create, update } from './step.ts';

export type ApprovalRuleDocument = DocumentOf<ApprovalRuleInput>;

export const approvalRuleNoun: Noun<ApprovalRuleDocument> = {
  noun: 'approval rule',
  kind: 'ApprovalRule',
  list: 'approvalRules',
  needs: ['approvalRules'],
  keyOf: ({ spec }) => spec.pattern,
  read: (reader) => {
    const spec = reader.parse(ApprovalRuleInput, reader.value, Object.keys(ApprovalRuleInput.shape));
    return spec && { place: reader.place, spec };
  },
  plan: ({ spec }, { approvalRules }) => {
    const head = { noun: 'approval rule', name: spec.pattern };
    const before = approvalRules.find(({ pattern }) => pattern === spec.pattern);
    if (!before) {
      return create(head, { people: spec.people }, spec, (client) => client('createApprovalRule', { body: spec }));
    }
    if (before.people === spec.people) return update(head, before.id, [], spec, async () => undefined);
    // Removing it first would leave a moment in which one person is enough.
    const reason = `It asks for ${before.people} and cannot be changed; remove it with "pharos approvals rules", then apply again.`;
    return conflict(head, before.id, reason);
  },
  write: ({ approvalRules }) => approvalRules.map(({ pattern, people }) => ({ fields: { pattern, people } })),
};
