/** The operator CloudNativePG as a process beside an API server: its webhooks and its controllers. No pod of it ever runs. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { serverCertificate } from './certificates.ts';
import { onFreePort, startChild } from './child.ts';
import { send } from './http-client.ts';
import type { Kubernetes } from './kubernetes.ts';
import { callWebhooks, type WebhookConfiguration } from './operator-webhooks.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export type CloudnativePg = { stop(): Promise<void> };

const NAMESPACE = 'cnpg-system';

/**
 * Starts it and puts its webhooks in force. The definitions of its kinds are installed already. The certificate is brought
 * along, as OLM does. Throws TestbedError.
 */
export async function startCloudnativePg(
  program: string,
  kubernetes: Kubernetes,
  configurations: readonly WebhookConfiguration[],
): Promise<CloudnativePg> {
  const directory = temporaryDirectory('cloudnative-pg');
  const at = (name: string) => join(directory.path, name);
  try {
    const { certificateFile, keyFile, ca } = await serverCertificate(directory.path);
    cpSync(certificateFile, at('apiserver.crt'));
    cpSync(keyFile, at('apiserver.key'));
    mkdirSync(at('plugins'));
    // Its image holds the program once for each architecture, and it looks there for what instances may run.
    mkdirSync(at('operator'));
    symlinkSync(program, at(`operator/manager_${process.arch === 'x64' ? 'amd64' : process.arch}`));
    await kubernetes.call('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } });
    const env = {
      KUBECONFIG: kubernetes.kubeconfig(),
      WEBHOOK_CERT_DIR: directory.path,
      PLUGIN_SOCKET_DIR: at('plugins'),
      OPERATOR_NAMESPACE: NAMESPACE,
      OPERATOR_IMAGE_NAME: 'registry.example/cloudnative-pg:1.30.0',
    };
    const { child, port } = await onFreePort((free) =>
      startChild(program, ['controller', `--webhook-port=${free}`, '--metrics-bind-address=0'], {
        name: 'cloudnative-pg',
        cwd: directory.path,
        env,
        timeoutMs: 60_000,
        ready: async () => (await send(`https://127.0.0.1:${free}/readyz`, { ca })).status === 200,
      }),
    );
    const stop = async () => {
      await child.stop();
      directory.remove();
    };
    try {
      await callWebhooks(kubernetes, configurations, { port, ca });
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
