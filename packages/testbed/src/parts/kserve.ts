/** The controller of KServe as a process beside an API server: its webhooks and its controllers. No pod of it ever runs. */
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { serverCertificate } from './certificates.ts';
import { onFreePort, startChild } from './child.ts';
import { send } from './http-client.ts';
import type { Kubernetes } from './kubernetes.ts';
import { callWebhooks, type WebhookConfiguration } from './operator-webhooks.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export type Kserve = { stop(): Promise<void> };

const NAMESPACE = 'kserve';

/**
 * Starts it and puts its webhooks in force. The definitions of its kinds are installed already; those of Knative, Istio and
 * KEDA are not, so that it serves in Standard mode alone. `config` is the ConfigMap `inferenceservice-config`.
 * Throws TestbedError.
 */
export async function startKserve(
  program: string,
  kubernetes: Kubernetes,
  { webhooks, config }: { webhooks: readonly WebhookConfiguration[]; config: object },
): Promise<Kserve> {
  const directory = temporaryDirectory('kserve');
  // Where controller-runtime looks for a certificate that no flag names: below the folder for temporary files.
  const certificates = join(directory.path, 'k8s-webhook-server/serving-certs');
  try {
    const { certificateFile, keyFile, ca } = await serverCertificate(directory.path);
    mkdirSync(certificates, { recursive: true });
    cpSync(certificateFile, join(certificates, 'tls.crt'));
    cpSync(keyFile, join(certificates, 'tls.key'));
    await kubernetes.call('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    await kubernetes.call('POST', `/api/v1/namespaces/${NAMESPACE}/configmaps`, config);
    const env = { KUBECONFIG: kubernetes.kubeconfig(), TMPDIR: directory.path, POD_NAMESPACE: NAMESPACE };
    const { child, port } = await onFreePort((free) =>
      startChild(program, [`--webhook-port=${free}`, '--metrics-addr=0', '--health-probe-addr=0'], {
        name: 'kserve',
        cwd: directory.path,
        env,
        timeoutMs: 60_000,
        // Whatever it answers where nothing is: it listens.
        ready: async () => (await send(`https://127.0.0.1:${free}/`, { ca })).status === 404,
      }),
    );
    const stop = async () => {
      await child.stop();
      directory.remove();
    };
    try {
      await callWebhooks(kubernetes, webhooks, { port, ca });
    } catch (cause) {
      await stop();
      throw cause;
    }
    return { stop };
  } catch (cause) {
    directory.remove();
    throw cause;
  }
}
