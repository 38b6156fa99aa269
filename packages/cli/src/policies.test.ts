/** Policies and exceptions from the command line, against a control plane that answers as the contract says. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { run } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'pharos-policies-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const DIGEST = `sha256:${'a'.repeat(64)}`;

async function command(args: string[], answers: Record<string, unknown> = {}) {
  const asked: { method: string; path: string; body: unknown }[] = [];
  let [stdout, stderr] = ['', ''];
  const code = await run(args, {
    env: { PHAROS_URL: 'http://pharos.invalid', PHAROS_TOKEN: 'token' },
    cwd: folder,
    stdin: (async function* () {})(),
    stdout: { write: (text: string) => (stdout += text) },
    stderr: { write: (text: string) => (stderr += text) },
    fetch: (async (url: string | URL | Request, init?: RequestInit) => {
      const path = new URL(String(url)).pathname.replace('/api/v1', '');
      const method = init?.method ?? 'GET';
      asked.push({ method, path, body: init?.body ? JSON.parse(String(init.body)) : undefined });
      return new Response(JSON.stringify(answers[`${method} ${path}`]), { status: 200 });
    }) as typeof fetch,
  });
  return { code, stdout, stderr, asked };
}

test('a policy is made from a file; what is wrong in it is named and nothing is sent', async () => {
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, 'name: signed\neffect: require\nrequirements: { signedBy: any }\n');
  const policy = { id: 'p1', name: 'signed', version: 1, mode: 'report' };
  const made = await command(['policies', 'create', file], { 'POST /policies': policy });
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /"signed" is at version 1: it reports, and decides nothing/);
  const sent = made.asked[0]!.body as { mode: string; requirements: unknown };
  assert.deepEqual([sent.mode, sent.requirements], ['report', { signedBy: 'any' }]);

  writeFileSync(file, 'name: signed\neffect: forbid\nrequirements: {}\n');
  const refused = await command(['policies', 'create', file]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /policy-invalid/);
  assert.match(refused.stderr, /effect: /);
  assert.match(refused.stderr, /line 3: "requirements" must hold at least one requirement/);
  assert.deepEqual(refused.asked, []);
});

test('check tells each requirement with its sentence, and ends with 6 when a policy forbids the approval', async () => {
  const requirements = [
    { requirement: 'signedBy', outcome: 'unknown', sentence: 'No trusted key signed this digest.' },
  ];
  const result = {
    policyId: 'p1',
    policy: 'signed',
    version: 1,
    effect: 'require',
    mode: 'enforce',
    outcome: 'unknown',
  };
  const answer = {
    digest: DIGEST,
    isApprovable: false,
    sentence: '"signed" forbids its approval: No trusted key signed this digest.',
    results: [{ ...result, isExcepted: false, requirements }],
  };
  const { code, stdout } = await command(['policies', 'check', DIGEST], {
    [`GET /images/${encodeURIComponent(DIGEST)}/policies`]: answer,
  });
  assert.equal(code, 6);
  assert.match(stdout, /"signed" forbids its approval/);
  assert.match(stdout, /signed: unknown \(require, enforce\)/);
});

test('preview says who runs now what the policy is against', async () => {
  const file = join(folder, 'preview.yaml');
  writeFileSync(file, 'name: signed\neffect: require\nrequirements: { signedBy: any }\n');
  const use = {
    ...{ locationId: 'eu-west', apiVersion: 'v1', kind: 'Pod', namespace: 'team', name: 'orders-1' },
    ...{ container: 'postgres', image: 'r/postgresql:17.4', digest: DIGEST, owner: 'Cluster/orders' },
    ...{ since: '2026-01-01T00:00:00Z', lastSeenAt: '2026-01-02T00:00:00Z' },
  };
  const image = { digest: DIGEST, repositoryId: 'r1', repository: 'db/postgresql', tag: '17.4', state: 'approved' };
  const hit = { ...image, sentence: 'No trusted key signed this digest.', effect: 'blocked', uses: 3, where: [use] };
  const answer = {
    ...{ images: 1, isWhole: true, counts: { pass: 0, fail: 0, unknown: 1 }, reasons: [] },
    effects: { approved: 0, rejected: 0, blocked: 1, blockedApproved: 1, blockedAlone: 1 },
    difference: { blocked: 1, freed: 0 },
    examples: { pass: [], fail: [], unknown: [] },
    inUse: { images: 1, uses: 3, first: [hit] },
  };
  const { code, stdout } = await command(['policies', 'preview', file], { 'POST /policies/preview': answer });
  assert.equal(code, 0);
  assert.match(stdout, /db\/postgresql:17\.4 {2}would be blocked {2}3 uses/);
  assert.match(stdout, /eu-west: team\/Pod\/orders-1 of Cluster\/orders/);
  assert.match(stdout, /and 2 more/);
  assert.match(stdout, /newly forbidden +1/);
});
