/** GitHub Packages: `package` events of repositories, `registry_package` of organisations and apps. */
import { z } from 'zod';
import { isSigned } from './proof.ts';
import { header, hint, NO_PUSH, nothing, type Source } from './source.ts';

const Package = z.object({
  namespace: z.string(),
  name: z.string(),
  package_type: z.string().optional(),
  ecosystem: z.string().optional(),
  package_version: z
    .object({
      container_metadata: z.object({ tag: z.object({ name: z.string().optional() }).nullish() }).nullish(),
    })
    .nullish(),
});
const Event = z.object({
  action: z.string().optional(),
  package: Package.optional(),
  registry_package: Package.optional(),
});

export const github: Source = {
  takesSecretAddress: false,
  proves: (incoming, secret) =>
    isSigned(incoming, secret, { header: 'x-hub-signature-256', algorithm: 'sha256', prefix: 'sha256=' }),
  read(document, incoming) {
    const id = header(incoming, 'x-github-delivery');
    const type = header(incoming, 'x-github-event') ?? 'event';
    if (type !== 'package' && type !== 'registry_package') return { notices: [nothing(type, NO_PUSH, id)] };
    const event = Event.safeParse(document);
    const pack = event.data?.package ?? event.data?.registry_package;
    if (pack === undefined) return null;
    const name = `${type}.${event.data?.action ?? 'unknown'}`;
    if (!/^(container|docker)$/i.test(pack.package_type ?? pack.ecosystem ?? '')) {
      return { notices: [nothing(name, 'It is no container image.', id)] };
    }
    // Owners may be written with capitals; repositories of GHCR never are.
    const names = [`${pack.namespace}/${pack.name}`.toLowerCase()];
    return { notices: [hint(name, names, pack.package_version?.container_metadata?.tag?.name, id)] };
  },
};
