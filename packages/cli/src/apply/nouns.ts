/** What `pharos apply` takes, in the order in which it is carried out: what is named by others comes first. */
import { approvalRuleNoun } from './approval-rule.ts';
import { catalogNoun } from './catalog.ts';
import { clusterNoun } from './cluster.ts';
import { hcpTagNoun } from './hcp-tag.ts';
import { locationNoun } from './location.ts';
import { modelNoun } from './model.ts';
import { modelDeploymentNoun } from './model-deployment.ts';
import { modelServiceNoun } from './model-service.ts';
import type { Noun } from './noun.ts';
import { policyNoun } from './policy.ts';
import { receiverNoun } from './receiver.ts';
import { registryNoun } from './registry.ts';
import { repositoryNoun } from './repository.ts';
import { ruleNoun } from './rule.ts';
import { teamNoun } from './team.ts';
import { trustNoun } from './trust.ts';
import { userNoun } from './user.ts';
import { webhookNoun } from './webhook.ts';

export const NOUNS: readonly Noun[] = [
  registryNoun,
  trustNoun,
  hcpTagNoun,
  userNoun,
  teamNoun,
  ruleNoun,
  approvalRuleNoun,
  policyNoun,
  receiverNoun,
  webhookNoun,
  repositoryNoun,
  modelNoun,
  locationNoun,
  clusterNoun,
  catalogNoun,
  modelDeploymentNoun,
  modelServiceNoun,
];
