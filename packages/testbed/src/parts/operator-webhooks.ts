/** Webhooks of an operator that runs as a process beside an API server. */
import type { Kubernetes } from './kubernetes.ts';

/** A Mutating- or ValidatingWebhookConfiguration as the operator's module has it. */
export type WebhookConfiguration = {
  kind: string;
  metadata: { name: string };
  webhooks: { clientConfig: { service?: { path?: string } } }[];
};

const PLURALS: Readonly<Record<string, string>> = {
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
};

/**
 * Puts them in force. No network of pods leads to a service here, so each is called at its address; `ca` is the PEM of what
 * signed the operator's certificate. Throws TestbedError.
 */
export async function callWebhooks(
  kubernetes: Kubernetes,
  configurations: readonly WebhookConfiguration[],
  { port, ca }: { port: number; ca: string },
): Promise<void> {
  const caBundle = Buffer.from(ca).toString('base64');
  for (const { kind, webhooks, ...rest } of configurations) {
    const called = webhooks.map(({ clientConfig: { service }, ...webhook }) => ({
      ...webhook,
      clientConfig: { url: `https://127.0.0.1:${port}${service?.path ?? ''}`, caBundle },
    }));
    const body = { ...rest, kind, webhooks: called };
    await kubernetes.call('POST', `/apis/admissionregistration.k8s.io/v1/${PLURALS[kind]}`, body);
  }
}
