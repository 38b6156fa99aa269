import type { IncomingMessage } from 'node:http';
import { type Answer, json, NOT_FOUND } from './answer.ts';
import { type Call, readCall } from './call.ts';
import type { Content } from './content.ts';
import { blob } from './good-registry.ts';
import { startServer } from './server.ts';
import type { SignIn } from './sign-in.ts';

/** Another origin. It lets a careless client succeed, so that a test sees what it sent and what it believed. */
export function startForeign(
  content: Content,
  signIn: SignIn,
  record: (request: IncomingMessage, body: string) => void,
): ReturnType<typeof startServer> {
  return startServer(0, (request, body) => {
    record(request, body);
    const call = readCall(request.method ?? '', request.url ?? '', 'http://127.0.0.1', request.headers);
    return answer(content, signIn, call);
  });
}

function answer(content: Content, signIn: SignIn, call: Call): Answer {
  const isToken = call.kind === 'token' || call.url.pathname === signIn.realm.path;
  if (isToken) return json(signIn.newToken(call.url.searchParams.getAll('scope')));
  if (call.kind === 'tags') return json({ name: call.repo, tags: ['stolen'] });
  return call.kind === 'blob' ? blob(content, call) : NOT_FOUND;
}
