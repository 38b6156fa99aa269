/** Amazon ECR: an EventBridge rule with an API destination, whose connection sends the Authorization header. */
import { z } from 'zod';
import { hasAuthorization } from './proof.ts';
import { hint, NO_PUSH, nothing, type Source } from './source.ts';

const Event = z.object({
  id: z.string().optional(),
  source: z.string(),
  'detail-type': z.string(),
  account: z.string().optional(),
  region: z.string().optional(),
  detail: z
    .object({
      result: z.string().optional(),
      'action-type': z.string().optional(),
      'repository-name': z.string().optional(),
      'image-tag': z.string().optional(),
    })
    .optional(),
});

const HOST = /^(\d{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\./;

export const ecr: Source = {
  takesSecretAddress: false,
  proves: hasAuthorization,
  read(document, _incoming, registryUrl) {
    const event = Event.safeParse(document);
    if (!event.success) return null;
    const { id = null, account, region, detail = {} } = event.data;
    const name = detail['action-type'] ?? event.data['detail-type'];
    const names = detail['repository-name'] === undefined ? [] : [detail['repository-name']];
    const say = (why: string) => ({ notices: [nothing(name, why, id, names)] });
    if (event.data['detail-type'] !== 'ECR Image Action') return say(NO_PUSH);
    if (detail.result === 'FAILURE') return say('It failed at the registry.');
    // One rule covers an account and region; a wrong one would hint at repositories of another registry.
    const [, ownAccount, ownRegion] = HOST.exec(registryUrl) ?? [];
    const isOther = (own: string | undefined, sent: string | undefined) =>
      own !== undefined && sent !== undefined && own !== sent;
    if (isOther(ownAccount, account) || isOther(ownRegion, region)) return say('It is of another registry.');
    return { notices: [hint(name, names, detail['image-tag'], id)] };
  },
};
