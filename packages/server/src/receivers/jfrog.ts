/** JFrog Artifactory: `repo_key` is the local repository, though people pull from the virtual one above it. */
import { z } from 'zod';
import { equalSecret } from '../identity/secret.ts';
import { isSigned } from './proof.ts';
import { header, hint, NO_PUSH, nothing, type Source } from './source.ts';

const Event = z.object({
  domain: z.string(),
  event_type: z.string(),
  data: z.object({ repo_key: z.string().optional(), image_name: z.string().optional(), tag: z.string().optional() }),
});

const HEADER = 'x-jfrog-event-auth';

export const jfrog: Source = {
  takesSecretAddress: false,
  proves(incoming, secret) {
    // Two settings of the product, one header: the secret itself, or the HMAC of the body with it.
    return (
      equalSecret(header(incoming, HEADER) ?? '', secret) ||
      isSigned(incoming, secret, { header: HEADER, algorithm: 'sha256' })
    );
  },
  read(document) {
    const event = Event.safeParse(document);
    if (!event.success) return null;
    const { domain, event_type: type, data } = event.data;
    if (domain !== 'docker' || !['pushed', 'deleted', 'promoted'].includes(type)) {
      return { notices: [nothing(`${domain}.${type}`, NO_PUSH)] };
    }
    const image = data.image_name;
    const names =
      image === undefined ? [] : data.repo_key === undefined ? [image] : [`${data.repo_key}/${image}`, image];
    return { notices: [hint(type, names, data.tag)] };
  },
};
