/** Sonatype Nexus: component webhooks; the version is the tag. The signature is over the body as it is sent. */
import { z } from 'zod';
import { isSigned } from './proof.ts';
import { header, hint, NO_PUSH, nothing, type Source } from './source.ts';

const Event = z.object({
  action: z.string(),
  repositoryName: z.string().optional(),
  component: z.object({ format: z.string(), name: z.string(), version: z.string().nullish() }).optional(),
});

export const nexus: Source = {
  takesSecretAddress: false,
  proves: (incoming, secret) => isSigned(incoming, secret, { header: 'x-nexus-webhook-signature', algorithm: 'sha1' }),
  read(document, incoming) {
    const id = header(incoming, 'x-nexus-webhook-delivery');
    const event = Event.safeParse(document);
    if (!event.success) return null;
    const { action, repositoryName, component } = event.data;
    // Assets, users and searches have webhooks too; their components tell the same push again.
    if (component === undefined) return { notices: [nothing(action, NO_PUSH, id)] };
    if (component.format !== 'docker') return { notices: [nothing(action, 'It is no container image.', id)] };
    const names =
      repositoryName === undefined ? [component.name] : [component.name, `${repositoryName}/${component.name}`];
    return { notices: [hint(action, names, component.version, id)] };
  },
};
