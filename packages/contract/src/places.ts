/** Where one image stands: the same digest may be tagged in several registries and locations. */
import type { ImageTag } from './image.ts';

/** A registry in its location, with the tags of one image in it. */
export interface RegistryPlaces extends Pick<ImageTag, 'registryId' | 'registry' | 'host' | 'locationId'> {
  tags: ImageTag[];
}

/** Groups the places of an image by registry, in the order of the first of each. */
export function placesByRegistry(tags: readonly ImageTag[]): RegistryPlaces[] {
  const groups = new Map<string, RegistryPlaces>();
  for (const tag of tags) {
    const { registryId, registry, host, locationId } = tag;
    const group = groups.get(registryId) ?? { registryId, registry, host, locationId, tags: [] };
    group.tags.push(tag);
    groups.set(registryId, group);
  }
  return [...groups.values()];
}

/** Whether the address of a registry is no host but the path of an OCI layout on the machine of an agent. */
export function isFiles(host: string): boolean {
  return host.startsWith('oci-layout:');
}

/** The path within such an address. */
export function filesPath(host: string): string {
  return host.slice('oci-layout:'.length);
}
