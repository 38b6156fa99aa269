/** What somebody asks for, in the one form that everything else reads. */
import type { ClusterExtension, ClusterInput, ClusterPatch, ClusterSpec, ClusterStorage } from '@pharos/contract';

export function specOf({ apply: _, ...input }: ClusterInput): ClusterSpec {
  return { ...input, storage: storageOf(input.storage), extensions: input.extensions.map(extensionOf) };
}

/** What a patch leaves out stays. */
export function patchedSpec(
  spec: ClusterSpec,
  { instances, storage, resources, extensions, pullSecret }: ClusterPatch,
) {
  return {
    ...spec,
    instances: instances ?? spec.instances,
    storage: storage === undefined ? spec.storage : storageOf(storage),
    resources: resources ?? spec.resources,
    extensions: extensions === undefined ? spec.extensions : extensions.map(extensionOf),
    pullSecret: pullSecret === undefined ? spec.pullSecret : pullSecret,
  };
}

function storageOf(storage: ClusterInput['storage']): ClusterStorage {
  return typeof storage === 'string' ? { size: storage } : storage;
}

function extensionOf(extension: ClusterInput['extensions'][number]): ClusterExtension {
  return typeof extension === 'string' ? { name: extension } : extension;
}
