/** What somebody asks for, in the one form that everything else reads. */
import type { ClusterExtension, ClusterInput, ClusterPatch, ClusterSpec, ClusterStorage } from '@pharos/contract';
import { sqlNameOf } from './placed-image.ts';

export function specOf({ apply: _, ...input }: ClusterInput): ClusterSpec {
  return { ...input, storage: storageOf(input.storage), extensions: input.extensions.map(extensionOf) };
}

/** What a patch leaves out stays; so does the image of an extension that is named without one. */
export function patchedSpec(
  spec: ClusterSpec,
  { instances, storage, resources, extensions, pullSecret }: Omit<ClusterPatch, 'when'>,
): ClusterSpec {
  return {
    ...spec,
    instances: instances ?? spec.instances,
    storage: storage === undefined ? spec.storage : storageOf(storage),
    resources: resources ?? spec.resources,
    extensions: extensions === undefined ? spec.extensions : extensions.map((each) => kept(extensionOf(each), spec)),
    pullSecret: pullSecret === undefined ? spec.pullSecret : pullSecret,
  };
}

function kept(extension: ClusterExtension, { extensions }: ClusterSpec): ClusterExtension {
  if (extension.image !== undefined) return extension;
  const image = extensions.find(({ name }) => sqlNameOf(name) === sqlNameOf(extension.name))?.image;
  return image === undefined ? extension : { ...extension, image };
}

function storageOf(storage: ClusterInput['storage']): ClusterStorage {
  return typeof storage === 'string' ? { size: storage } : storage;
}

function extensionOf(extension: ClusterInput['extensions'][number]): ClusterExtension {
  return typeof extension === 'string' ? { name: extension } : extension;
}
