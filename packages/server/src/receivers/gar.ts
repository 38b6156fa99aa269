/** Google Artifact Registry: a push subscription of the Pub/Sub topic `gcr`. References are whole: host/project/repository/image. */
import { z } from 'zod';
import { BY_ADDRESS, hint, nothing, type Source } from './source.ts';

const Push = z.object({ message: z.object({ data: z.string(), messageId: z.string().optional() }) });
const Data = z.object({ action: z.string(), tag: z.string().optional(), digest: z.string().optional() });

export const gar: Source = {
  ...BY_ADDRESS,
  read(document, _incoming, registryUrl) {
    const push = Push.safeParse(document);
    if (!push.success) return null;
    const data = Data.safeParse(parse(push.data.message.data));
    if (!data.success) return null;
    const { action, tag, digest } = data.data;
    const id = push.data.message.messageId ?? null;
    const reference = tag ?? digest?.replace(/@.*$/, '') ?? '';
    const [, host, name, tagName] = /^([^/]+)\/(.+?)(?::([^/:]+))?$/.exec(reference) ?? [];
    if (host === undefined || name === undefined) return { notices: [nothing(action, 'It names no repository.', id)] };
    if (host !== registryUrl.split('/', 1)[0]) return { notices: [nothing(action, 'It is of another registry.', id)] };
    return { notices: [hint(action, [name], tag === undefined ? null : tagName, id)] };
  },
};

function parse(base64: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
  } catch {
    return null;
  }
}
