/** What `pharos apply` takes, in the order in which it is carried out: what is named by others comes first. */
import { approvalRuleNoun } from './approval-rule.ts';
import { catalogNoun } from './catalog.ts';
import { clusterNoun } from './cluster.ts';
import { hcpTagNoun } from './hcp-tag.ts';
import { modelDeploymentNoun } from './model-deployment.ts';
import { modelServiceNoun } from './model-service.ts';
import type { Noun } from './noun.ts';
import { policyNoun } from './policy.ts';
import { registryNoun } from './registry.ts';
import { ruleNoun } from './rule.ts';
import { trustNoun } from './trust.ts';

export const NOUNS: readonly Noun[] = [
  registryNoun,
  trustNoun,
  hcpTagNoun,
  ruleNoun,
  approvalRuleNoun,
  policyNoun,
  catalogNoun,
  clusterNoun,
  modelDeploymentNoun,
  modelServiceNoun,
];
