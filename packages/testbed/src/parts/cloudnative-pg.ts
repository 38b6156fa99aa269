/** The operator CloudNativePG as a process beside an API server: its webhooks and its controllers. No pod of it ever runs. */
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { serverCertificate } from './certificates.ts';
import { onFreePort, startChild } from './child.ts';
import { send } from './http-client.ts';
import type { Kubernetes } from './kubernetes.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A Mutating- or ValidatingWebhookConfiguration as the operator's module has it. */
export type WebhookConfiguration = {
  kind: string;
  metadata: { name: string };
  webhooks: { clientConfig: { service?: { path?: string } } }[];
};

export type CloudnativePg = { stop(): Promise<void> };

const NAMESPACE = 'cnpg-system';
const PLURALS: Readonly<Record<string, string>> = {
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
};

/**
 * Starts it and puts its webhooks in force. The definitions of its kinds are installed already. No network of pods leads to a
 * service here, so each webhook is called by its address; the certificate is brought along, as OLM does.
 * Throws TestbedError.
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
      const caBundle = Buffer.from(ca).toString('base64');
      for (const { kind, webhooks, ...rest } of configurations) {
        const called = webhooks.map(({ clientConfig: { service }, ...webhook }) => ({
          ...webhook,
          clientConfig: { url: `https://127.0.0.1:${port}${service?.path ?? ''}`, caBundle },
        }));
        const body = { ...rest, kind, webhooks: called };
        await kubernetes.call('POST', `/apis/admissionregistration.k8s.io/v1/${PLURALS[kind]}`, body);
      }
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
