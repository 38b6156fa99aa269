export { admissionObjects, checkOffline } from './admission/offline.ts';
export type { AdmissionSettings } from './admission/settings.ts';
export { startAdmission } from './admission/start.ts';
export { type AgentOptions, type RunningAgent, startAgent } from './agent.ts';
export { AgentError, type AgentErrorCode } from './agent-error.ts';
export type { JoinAddress } from './agent-key.ts';
export { type CheckedRegistry, type CheckedRepository, type CheckReport, checkAgent, formatCheck } from './check.ts';
export {
  type AgentFile,
  DEFAULT_LOCATION,
  loadAgentConfig,
  parseAgentConfig,
  withRegistry,
} from './config.ts';
export type { ConfigNotice, Environment } from './config-document.ts';
export { AgentConfigError, type ConfigProblem } from './config-error.ts';
export type { AgentRegistry } from './config-registries.ts';
export { connectKubernetes, type KubernetesApi, type KubernetesConfig } from './kubernetes/api.ts';
export type { Cluster } from './kubernetes/apply.ts';
export { kubernetesStatus } from './kubernetes/capabilities.ts';
export { Discovery } from './kubernetes/discovery.ts';
export { Dispatcher } from './kubernetes/dispatcher.ts';
export { watchNodes } from './kubernetes/node-watch.ts';
export { CAPABILITIES, type CapabilityName, type RbacOptions, rbacObjects } from './kubernetes/rbac.ts';
export { lookForSecrets } from './kubernetes/secrets.ts';
export { watchUsages } from './kubernetes/used-by.ts';
export type { AgentMetrics } from './metrics.ts';
