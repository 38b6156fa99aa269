/** Admission control, asked by a real kube-apiserver with the configurations that are handed out for it: of any version. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ApiError, type Client } from '@pharos/contract';
import { admissionManifest } from '@pharos/library';
import { type Kubernetes, type KubernetesParts, startKubernetes } from '@pharos/testbed';
import { startAdmission } from '../../packages/agent/src/admission/start.ts';
import { BAD, GOOD, makeSigner, OLD, REPOSITORY, SETTINGS } from '../../packages/agent/src/admission/testing.ts';
import { folder, silent } from '../../packages/agent/src/testing/fixtures.ts';

const PLURALS: Record<string, string> = {
  MutatingWebhookConfiguration: 'mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
};
const EXEMPT = 'exempt';
const TEAM = 'team';

/** The whole suite, against one server. */
export function apiServerSuite(parts: KubernetesParts): void {
  describe('admission control, asked by a real API server', { skip: parts.skip, timeout: 180_000 }, () => {
    let kubernetes: Kubernetes;
    let control: Awaited<ReturnType<typeof startAdmission>>;
    let pods = 0;

    before(async () => {
      kubernetes = await startKubernetes({ parts });
      for (const name of [TEAM, EXEMPT]) {
        // An API server from 1.21 on sets this label itself; an older one is told.
        const labels = { 'kubernetes.io/metadata.name': name };
        await kubernetes.call('POST', '/api/v1/namespaces', { metadata: { name, labels } });
      }
      const away = { type: 'about:blank', status: 0, code: 'control-plane-unreachable', title: '', detail: '' };
      const { snapshot } = makeSigner();
      let isAsked = false;
      const client = (async (name: string) => {
        // The control plane is there once, and gone from then on.
        if (isAsked || name !== 'agentAdmissionSnapshot') throw new ApiError(away);
        isAsked = true;
        return snapshot();
      }) as unknown as Client;
      const settings = { ...SETTINGS, exemptNamespaces: [EXEMPT], service: { name: 'localhost', namespace: 'x' } };
      const agentId = '00000000-0000-4000-8000-0000000000a1';
      control = await startAdmission({
        settings,
        stateDir: folder(),
        locationId: 'here',
        agentId,
        client,
        log: silent,
      });
      const objects = admissionManifest({
        ...{ name: 'pharos-admission', namespace: 'pharos-system', port: control.port, caBundle: control.ca! },
        ...{ selector: {}, exemptNamespaces: [EXEMPT], failurePolicy: 'Fail', pinTags: true, timeoutSeconds: 5 },
      });
      for (const object of objects) {
        const plural = PLURALS[object.kind as string];
        if (plural === undefined) continue;
        // No network of pods leads to a service here: the same webhook by its address.
        const webhooks = (object.webhooks as { clientConfig: { service?: { path: string }; caBundle: string } }[]).map(
          ({ clientConfig: { service, caBundle }, ...webhook }) => ({
            ...webhook,
            clientConfig: { url: `https://localhost:${control.port}${service!.path}`, caBundle },
          }),
        );
        await kubernetes.call('POST', `/apis/admissionregistration.k8s.io/v1/${plural}`, { ...object, webhooks });
      }
    });
    after(async () => {
      await control?.stop();
      await kubernetes?.stop();
    });

    /** Creates a pod; answers it, or why it was refused. */
    async function pod(image: string, namespace = TEAM) {
      pods += 1;
      const spec = { containers: [{ name: 'main', image }] };
      const response = await kubernetes
        .call<{ spec: typeof spec }>('POST', `/api/v1/namespaces/${namespace}/pods`, {
          metadata: { name: `pod-${pods}` },
          spec,
        })
        .then((made) => ({ image: made.spec.containers[0]!.image, refused: null }))
        .catch((error: Error & { hint?: string }) => ({ image: null, refused: `${error.message} ${error.hint}` }));
      return response;
    }

    /** A configuration is in force a moment after it was made, and the agent reads its snapshot beside that. */
    async function inForce(): Promise<void> {
      for (let tries = 0; tries < 100; tries += 1) {
        if (/revoked/.test((await pod(`${REPOSITORY}@${BAD}`)).refused ?? '')) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      throw new Error('the configurations never came into force');
    }

    test('admits what is approved, refuses the rest with the reason, with the control plane gone', async () => {
      await inForce();
      assert.equal((await pod(`${REPOSITORY}@${GOOD}`)).image, `${REPOSITORY}@${GOOD}`);
      assert.equal((await pod(`${REPOSITORY}:17@${OLD}`)).refused, null, 'deprecated keeps running');
      const revoked = await pod(`${REPOSITORY}@${BAD}`);
      assert.match(revoked.refused!, /revoked/);
      assert.match(revoked.refused!, /the platform team/);
      assert.match((await pod('docker.io/library/nginx:1.27')).refused!, /nginx/);
    });

    test('a tag is pinned to the digest that the library knows it by', async () => {
      assert.equal((await pod(`${REPOSITORY}:17`)).image, `${REPOSITORY}:17@${GOOD}`);
    });

    test('a namespace that is exempt by name is not asked about', async () => {
      assert.equal((await pod('docker.io/library/nginx:1.27', EXEMPT)).refused, null);
    });

    test('when nobody answers, nothing is admitted', async () => {
      await control.stop();
      assert.match((await pod(`${REPOSITORY}@${GOOD}`)).refused!, /500|failed calling webhook/);
    });
  });
}
