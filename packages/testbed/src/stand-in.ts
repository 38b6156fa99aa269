import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, NOT_FOUND, ociError } from './answer.ts';
import { type Call, readCall } from './call.ts';
import type { Content } from './content.ts';
import { type Ask, type Dialect, findRepository, type Meter, type Route } from './dialects/dialect.ts';
import type { FaultContext } from './fault.ts';
import type { FaultSwitch } from './fault-switch.ts';
import { goodReply } from './good-registry.ts';
import { answerOf, type Reply } from './list-page.ts';
import type { SignIn } from './sign-in.ts';

/** A request before it is taken apart. */
export type Incoming = { method: string; target: string; headers: IncomingHttpHeaders; body: string };

/** Where a request arrives: at the registry, or at the other origin of a product's own API. */
export type Plane = 'registry' | 'api';

/** Answers as a product does, with the faults that are on. */
export class StandIn {
  readonly dialect: Dialect;
  readonly content: Content;
  readonly signIn: SignIn;
  readonly switches: FaultSwitch;
  readonly meter: Meter;
  readonly #pageSize: number;
  readonly #hasReferrers: boolean;
  isApiClosed: boolean;
  foreignOrigin = '';

  constructor(options: {
    dialect: Dialect;
    content: Content;
    signIn: SignIn;
    switches: FaultSwitch;
    meter: Meter;
    pageSize: number;
    hasReferrers: boolean;
    isApiClosed: boolean;
  }) {
    this.dialect = options.dialect;
    this.content = options.content;
    this.signIn = options.signIn;
    this.switches = options.switches;
    this.meter = options.meter;
    this.#pageSize = options.pageSize;
    this.#hasReferrers = options.hasReferrers;
    this.isApiClosed = options.isApiClosed;
  }

  answer(plane: Plane, incoming: Incoming): Answer {
    const { call, route, names } = this.#read(plane, incoming);
    const repo = findRepository(this.content, call.repo, this.dialect.namespace);
    const ask: Ask = {
      call,
      repo,
      names,
      content: this.content,
      signIn: this.signIn,
      meter: this.meter,
      pageSize: this.#pageSize,
      origin: this.signIn.origins.registry,
      apiOrigin: this.signIn.origins.api,
    };
    const refusal = route ? this.#refuseRoute(route, ask) : this.#refuse(plane, ask);
    const reply = (asked: Ask) => (route ? route.answer(asked) : this.#reply(plane, asked));
    const answer = (asked: Ask) => this.#finish(plane, refusal ?? answerOf(reply(asked)), asked);
    let good = () => answer(ask);
    const seen = { ...call, repo };
    for (const { fault, options } of this.switches.take(seen)) {
      if (refusal && !fault.beforeSignIn) continue;
      const context: FaultContext = {
        call: seen,
        content: this.content,
        signIn: this.signIn,
        options,
        pageSize: this.#pageSize,
        origin: ask.origin,
        foreignOrigin: this.foreignOrigin,
        good,
        page: () => {
          const page = refusal ?? reply(ask);
          return 'render' in page ? page : undefined;
        },
        instead: (change) => answer({ ...ask, ...change }),
        tooMany: (seconds) => this.tooMany(call, seconds),
      };
      good = () => fault.apply(context);
    }
    return good();
  }

  /** For calls that come too fast, whatever they ask for. */
  refuseRate(plane: Plane, incoming: Incoming): Answer {
    return this.tooMany(this.#read(plane, incoming).call, 1);
  }

  tooMany(call: Call, seconds: number): Answer {
    const told = this.dialect.tooMany?.(call, seconds);
    return told ?? ociError(429, 'TOOMANYREQUESTS', 'too many requests', { 'Retry-After': String(seconds) });
  }

  #read(plane: Plane, { method, target, headers, body }: Incoming): { call: Call; route?: Route; names: Ask['names'] } {
    const base = this.signIn.origins[plane];
    const url = URL.parse(target, base) ?? new URL('/', base);
    const call: Call = { kind: 'other', method, url, repo: '', reference: '', headers, body };
    for (const route of this.dialect.routes ?? []) {
      const here = this.dialect.hasApiOrigin && !route.isAtRegistry ? 'api' : 'registry';
      const found = here === plane && isMethod(route, method) ? route.path.exec(url.pathname) : null;
      if (!found || route.matches?.(call) === false) continue;
      const names = decodeAll(found.groups ?? {});
      return {
        call: { ...call, kind: route.kind, repo: route.repo?.(call, names) ?? names.repo ?? '' },
        route,
        names,
      };
    }
    if (plane === 'api') return { call, names: {} };
    const rewritten = this.dialect.rewrite?.(target) ?? target;
    return { call: readCall(method, rewritten, base, headers, body, this.signIn.realm.path), names: {} };
  }

  #refuseRoute(route: Route, ask: Ask): Answer | undefined {
    if (route.kind === 'token') return undefined;
    if (this.isApiClosed && !route.isNeverClosed)
      return this.dialect.closed?.(ask) ?? ociError(403, 'DENIED', 'access is denied');
    return this.signIn.mode === 'open' || route.isOpen ? undefined : this.dialect.guard?.(ask);
  }

  #refuse(plane: Plane, { call }: Ask): Answer | undefined {
    if (plane === 'api') return undefined;
    const refusal = this.signIn.refuse(call);
    if (refusal || this.signIn.mode !== 'open') return refusal;
    const isAsked = this.dialect.alwaysChallenges && call.kind === 'root' && !this.signIn.holdsToken(call);
    return isAsked ? this.signIn.challenge(call) : undefined;
  }

  #reply(plane: Plane, ask: Ask): Reply {
    const { call } = ask;
    if (plane === 'api') return NOT_FOUND;
    if (call.kind === 'token') return this.signIn.issue(call);
    const own = call.kind === 'tags' ? this.dialect.tags : call.kind === 'catalog' ? this.dialect.catalog : undefined;
    return own && isRead(call.method) ? own(ask) : goodReply(ask, this.#hasReferrers);
  }

  #finish(plane: Plane, answer: Answer, ask: Ask): Answer {
    if (plane === 'api') return answer;
    const { finish, headers } = this.dialect;
    const finished = finish ? finish(answer, ask) : answer;
    return headers ? { ...finished, headers: { ...headers, ...finished.headers } } : finished;
  }
}

const isRead = (method: string) => method === 'GET' || method === 'HEAD';

const isMethod = (route: Route, method: string) => (route.method === 'POST' ? method === 'POST' : isRead(method));

function decodeAll(groups: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(groups)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, decode(value)]),
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
