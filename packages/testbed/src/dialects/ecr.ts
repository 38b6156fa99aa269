import { type Answer, json, ociError } from '../answer.ts';
import { catalogPage, paging, tagPage } from '../good-registry.ts';
import { type Reply, type Row, slice } from '../list-page.ts';
import { unauthorized } from '../sign-in.ts';
import { isSigned } from './aws-signature.ts';
import type { Ask, Dialect, Route } from './dialect.ts';
import { type DigestRow, digestRows, imageFacts, inventedDigest } from './rows.ts';

const TARGET = 'AmazonEC2ContainerRegistry_V20150921';
const REGISTRY_ID = '123456789012';
const CAP = 1000;
const NORMAL = 100;
const HALF_A_DAY = 12 * 3600;

/** An error as JSON-1.1 services write it. */
function awsError(status: number, type: string, message: string): Answer {
  const answer = json({ __type: type, message }, { 'Content-Type': 'application/x-amz-json-1.1' });
  return { ...answer, status };
}

type Parameters = { repositoryName?: string; maxResults?: number; nextToken?: string; filter?: { tagStatus?: string } };

function parametersOf(body: string): Parameters {
  try {
    return JSON.parse(body) as Parameters;
  } catch {
    return {};
  }
}

/** All actions are POSTs to one address; a header says which is meant. */
function action(name: string, kind: Route['kind'], answer: (ask: Ask, parameters: Parameters) => Reply): Route {
  return {
    kind,
    path: /^\/$/,
    method: 'POST',
    matches: ({ headers }) => headers['x-amz-target'] === `${TARGET}.${name}`,
    repo: ({ body }) => parametersOf(body).repositoryName ?? '',
    answer: (ask) => answer(ask, parametersOf(ask.call.body)),
  };
}

const seconds = (at: Date) => at.getTime() / 1000;

/** A stand-in for a private registry of Amazon ECR. */
export const ecr: Dialect = {
  line: 'Amazon ECR: the JSON-1.1 API (DescribeImages …) on its own origin, Basic AWS:… for /v2, n above 1000 is 405',
  hasApiOrigin: true,
  hasReferrers: true,
  username: 'AWS',
  // There is no token server, whatever the mode.
  realm: { hasTokens: false },
  tags: (ask) => overCap(ask) ?? tagPage(ask, { normal: NORMAL, cap: CAP }),
  catalog: (ask) => overCap(ask) ?? catalogPage(ask, { normal: NORMAL, cap: CAP }),
  finish: (answer, { origin }) => {
    if (answer.status !== 401) return answer;
    return unauthorized(`Basic realm="${origin}/",service="ecr.amazonaws.com"`);
  },
  routes: [
    action('DescribeImages', 'bulk', describeImages),
    action('DescribeRepositories', 'repositories', describeRepositories),
    action('GetAuthorizationToken', 'api', authorizationToken),
    { kind: 'api', path: /^\/$/, method: 'POST', answer: () => awsError(400, 'UnknownOperationException', '') },
  ],
  guard: ({ call, signIn }) => {
    if (call.headers.authorization === undefined) {
      return awsError(400, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    if (isSigned(call, signIn.credential.password, 'ecr')) return undefined;
    return awsError(400, 'InvalidSignatureException', 'The request signature we calculated does not match.');
  },
  closed: ({ call }) =>
    awsError(
      400,
      'AccessDeniedException',
      `User: arn:aws:iam::${REGISTRY_ID}:user/pharos is not authorized to perform: ecr:${String(call.headers['x-amz-target']).split('.')[1]}`,
    ),
  tooMany: (call, wait) =>
    call.headers['x-amz-target'] === undefined
      ? ociError(429, 'TOOMANYREQUESTS', 'Rate exceeded', { 'Retry-After': String(wait) })
      : awsError(400, 'ThrottlingException', 'Rate exceeded'),
};

function overCap({ call }: Ask): Answer | undefined {
  const { n = 0 } = paging(call.url);
  if (!(n > CAP)) return undefined;
  const message = `Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to ${CAP}'`;
  return ociError(405, 'UNSUPPORTED', message);
}

/** A page by `maxResults` and `nextToken`, which is a place in the list that nobody outside can read. */
function tokenPage<T>(
  { pageSize }: Ask,
  parameters: Parameters,
  field: string,
  all: readonly T[],
  row: (entry: T) => Row,
  invent: (tag: string) => Row,
): Reply {
  const { maxResults = NORMAL, nextToken = '' } = parameters;
  if (maxResults < 1 || maxResults > CAP) {
    return awsError(400, 'InvalidParameterException', `Member must have value less than or equal to ${CAP}`);
  }
  const start = Number(Buffer.from(nextToken, 'base64').toString()) || 0;
  const { items, next } = slice(all, start, Math.min(maxResults, pageSize));
  return {
    style: 'token',
    here: nextToken,
    next: next === undefined ? undefined : Buffer.from(String(next)).toString('base64'),
    rows: items.map(row),
    render: (rows, to) =>
      json(
        { [field]: rows, ...(to === undefined ? {} : { nextToken: to }) },
        { 'Content-Type': 'application/x-amz-json-1.1' },
      ),
    invent,
  };
}

function describeImages(ask: Ask, parameters: Parameters): Reply {
  const { content, repo } = ask;
  if (!content.tags(repo)) {
    return awsError(
      400,
      'RepositoryNotFoundException',
      `The repository with name '${repo}' does not exist in the registry with id '${REGISTRY_ID}'`,
    );
  }
  const { tagStatus = 'ANY' } = parameters.filter ?? {};
  const rows = digestRows(content, repo).filter(
    ({ tags }) => tagStatus === 'ANY' || (tagStatus === 'TAGGED') === tags.length > 0,
  );
  const common = { registryId: REGISTRY_ID, repositoryName: ask.call.repo };
  return tokenPage(
    ask,
    parameters,
    'imageDetails',
    rows,
    (row) => ({ ...common, ...detail(ask, row) }),
    (tag) => ({
      ...common,
      imageDigest: inventedDigest(tag),
      imageTags: [tag],
      imageSizeInBytes: 1,
      imagePushedAt: 1_767_225_600,
    }),
  );
}

function detail({ content, repo }: Ask, { digest, stored, tags, pushed }: DigestRow) {
  const facts = imageFacts(content, repo, stored);
  // An index has the size of its largest child.
  const sizes = facts.children.map((child) => {
    const manifest = content.manifest(repo, child.digest);
    return (manifest && imageFacts(content, repo, manifest).size) ?? 0;
  });
  return {
    imageDigest: digest,
    ...(tags.length > 0 ? { imageTags: tags } : {}),
    imageSizeInBytes: facts.size ?? Math.max(0, ...sizes),
    imagePushedAt: seconds(pushed),
    imageManifestMediaType: stored.mediaType,
    ...(facts.configMediaType ? { artifactMediaType: facts.configMediaType } : {}),
  };
}

function describeRepositories(ask: Ask, parameters: Parameters): Reply {
  const describe = (name: string) => ({
    repositoryArn: `arn:aws:ecr:eu-central-1:${REGISTRY_ID}:repository/${name}`,
    registryId: REGISTRY_ID,
    repositoryName: name,
    repositoryUri: `${new URL(ask.origin).host}/${name}`,
    createdAt: 1_767_225_600.123,
    imageTagMutability: 'MUTABLE',
    imageScanningConfiguration: { scanOnPush: false },
    encryptionConfiguration: { encryptionType: 'AES256' },
  });
  return tokenPage(ask, parameters, 'repositories', ask.content.repositories(), describe, describe);
}

/** The password that it gives is good at /v2 from now on. */
function authorizationToken({ signIn, origin }: Ask): Reply {
  const password = signIn.newPassword();
  const data = {
    authorizationToken: Buffer.from(`AWS:${password}`).toString('base64'),
    expiresAt: Math.floor(Date.now() / 1000) + HALF_A_DAY,
    proxyEndpoint: origin,
  };
  return json({ authorizationData: [data] }, { 'Content-Type': 'application/x-amz-json-1.1' });
}
