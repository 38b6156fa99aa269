import { Alert } from '@patternfly/react-core';
import type { ModelDetail, ModelFormat } from '@pharos/contract';
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { useMay } from '../../api/session.ts';
import { Panel } from '../../components/panel.tsx';
import { isNgc } from './model-words.ts';

const ARTIFACT = (
  <p>
    This is a model artifact, not a container that runs. KServe’s <code>oci://</code> does not take it: it needs a
    container image with the files under <code>/models</code> and a shell. A runtime that pulls this format itself
    serves it.
  </p>
);

/** What can serve each format, and what it needs there. */
const SERVING: Record<ModelFormat, ReactNode> = {
  nim: (
    <>
      <p>
        KServe serves it by a ServingRuntime, the NIM Operator by a NIMCache and a NIMService. It answers on port 8000
        and is ready at <code>/v1/health/ready</code>, minutes after it started.
      </p>
      <p>
        The image holds no weights: it loads them from NGC at its start, with the secret <code>NGC_API_KEY</code>, or
        takes them from a cache that was filled before.
      </p>
    </>
  ),
  modelcar: (
    <p>
      KServe serves it by <code>storageUri: oci://…</code> beside a runtime, where <code>enableModelcar</code> or{' '}
      <code>enableOciModelSupport</code> is on in its configuration.
    </p>
  ),
  modelpack: ARTIFACT,
  'docker-model': ARTIFACT,
  modelkit: ARTIFACT,
  ollama: ARTIFACT,
  container: (
    <p>
      An ordinary container image that a rule declares a model. Whether it serves by itself or carries files for a
      runtime, the image does not say.
    </p>
  ),
};

/** What it takes to serve the model, and the way to do it where an image of it is approved. */
export function ModelServingPanel({ model }: { model: ModelDetail }): ReactElement {
  const registries = new Set(
    model.images.flatMap(({ places }) => places.filter(({ host }) => isNgc(host)).map(({ registry }) => registry)),
  );
  const mayDeploy = useMay('model-services:write') && model.images.some(({ state }) => state === 'approved');
  return (
    <Panel
      title="Serving"
      actions={
        mayDeploy ? (
          <Link
            to="/model-services/new"
            search={{ model: model.id }}
            className="pf-v6-c-button pf-m-primary pf-m-small"
          >
            <span className="pf-v6-c-button__text">Deploy</span>
          </Link>
        ) : null
      }
    >
      <div className="ph-stack-small">
        {model.format === null ? <p className="ph-quiet">No image of it was read yet.</p> : SERVING[model.format]}
        {registries.size > 0 ? <NgcTerms registries={[...registries]} /> : null}
      </div>
    </Panel>
  );
}

function NgcTerms({ registries }: { registries: readonly string[] }): ReactElement {
  return (
    <Alert variant="info" isInline component="h3" title={`${registries.join(', ')} is NVIDIA’s own registry`}>
      <p>
        Its terms are accepted for each model, in the browser, by an account of your organisation. Until then a pull is
        answered with 401, 402 or 403.
      </p>
      <p>
        The pull secret’s user is <code>$oauthtoken</code>, its password an NGC key. It must stand in the namespace that
        the model runs in.
      </p>
    </Alert>
  );
}
