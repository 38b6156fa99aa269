/**
 * A modelcar served by KServe: files under /models of a container image, mounted beside a runtime that reads them.
 * KServe 0.20 docs/samples/storage/oci-image-volume: `oci://` takes container images with `/models` and `sh` only.
 */
import type { KubernetesObject, ModelDeploymentSpec } from '@pharos/contract';
import { inferenceService, servingRuntime } from './kserve.ts';
import { nameWithDigest, type ServedImage, servedReference } from './served-image.ts';

/** Of vLLM, which most modelcars are served with. */
function defaultRuntimeArgs(name: string, port: number): string[] {
  return [`--port=${port}`, '--model=/mnt/models', `--served-model-name=${name}`];
}

/** `runtime` is the image of `spec.runtime`. */
export function modelcarManifests(
  spec: ModelDeploymentSpec,
  image: ServedImage,
  runtime: Pick<ServedImage, 'host' | 'repository' | 'tag' | 'digest'>,
): KubernetesObject[] {
  const { port, args } = spec.runtime!;
  const name = nameWithDigest([spec.name, 'runtime'], runtime.digest);
  const format = `modelcar-${spec.name}`;
  return [
    servingRuntime(spec, name, {
      annotations: {},
      format: { name: format, autoSelect: false },
      container: {
        name: 'kserve-container',
        image: servedReference(runtime),
        args: args ?? defaultRuntimeArgs(spec.name, port),
        ports: [{ containerPort: port, protocol: 'TCP' }],
        startupProbe: { tcpSocket: { port }, periodSeconds: 10, failureThreshold: 180 },
        readinessProbe: { httpGet: { path: '/health', port } },
        livenessProbe: { tcpSocket: { port } },
      },
    }),
    inferenceService(spec, {
      annotations: {},
      model: { modelFormat: { name: format }, runtime: name, storageUri: `oci://${servedReference(image)}` },
    }),
  ];
}
