import type { Answer } from './answer.ts';
import type { Call, CallKind } from './call.ts';
import type { Content } from './content.ts';
import type { ListPage } from './list-page.ts';
import type { SignIn } from './sign-in.ts';

/** What a fault can be told, beside its name. Each fault's line says which of these it reads. */
export type FaultOptions = {
  /** Only calls to this repository. */
  repo?: string;
  /** Only calls to this tag (or digest) of a manifest. */
  tag?: string;
  /** Only calls whose path and query contain this, or match it. */
  path?: string | RegExp;
  /** The first n calls that match pass unharmed. */
  afterRequests?: number;
  /** The fault ends after it has struck so often. */
  times?: number;
  /** shrunken-list: how much of the list is left (default 40). */
  percent?: number;
  /** n-over-cap-*: the cap (default 100). */
  cap?: number;
  /** hidden-tag: the tags that no list shows (default: the first of the list). */
  hidden?: readonly string[];
  /** manifest-huge: body size in bytes (default 200 MiB). */
  bytes?: number;
  /** nested-index: how many indexes stand around the image (default 6); manifest-deep: how many arrays. */
  depth?: number;
  /** retry-after-*, rate-limited: seconds told (default 1). */
  seconds?: number;
  /** slow-*: the pause in milliseconds (default 60,000 before headers, 1,000 between bytes). */
  ms?: number;
  /** token-expires-mid-page: calls a token is good for (default 2); banned-after-failures: failures (default 30). */
  uses?: number;
};

/** What a fault sees of the call it strikes. */
export type FaultContext = {
  call: Call;
  content: Content;
  signIn: SignIn;
  options: FaultOptions;
  pageSize: number;
  /** `http://127.0.0.1:PORT` of the registry. */
  origin: string;
  /** Another origin with a log of its own, for credentials that go where they must not. */
  foreignOrigin: string;
  /** The answer without this fault. */
  good: () => Answer;
  /** The page of a list that is asked for; undefined when the call asks for none, or may not see it. */
  page: () => ListPage | undefined;
  /** The answer that other content, or a smaller page, would give. */
  instead: (change: Partial<Pick<FaultContext, 'content' | 'pageSize'>>) => Answer;
  /** How the product says that there were too many requests. */
  tooMany: (seconds: number) => Answer;
};

/** One way to misbehave. */
export type Fault = {
  /** What it does, in one line. */
  line: string;
  /** The calls it touches. */
  on: readonly CallKind[];
  /** Strikes also callers who are not signed in. */
  beforeSignIn?: boolean;
  apply: (context: FaultContext) => Answer;
};

/** All of the registry API and the product's own, without token endpoints. */
export const API: readonly CallKind[] = [
  'root',
  'catalog',
  'tags',
  'manifest',
  'blob',
  'referrers',
  'bulk',
  'repositories',
  'api',
  'other',
];
