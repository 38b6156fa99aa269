import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type AuditEvent, auditHeadText, auditText } from '@pharos/contract';
import { type Answer, type Call, runIn, temporaryDirectory } from './testing.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const keys = generateKeyPairSync('ed25519');
const PEM = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();

function logOf(count: number): AuditEvent[] {
  const entries: AuditEvent[] = [];
  for (let seq = 1; seq <= count; seq += 1) {
    const content: Omit<AuditEvent, 'previousHash' | 'hash'> = {
      seq,
      at: '2026-11-01T00:00:00.000Z',
      actor: `a${seq}`,
      actorKind: 'session',
      action: 'rule.update',
      outcome: 'done',
      subjectKind: 'rule',
      subject: 's\u001b[31m',
      locationId: null,
      reason: '',
      requestId: null,
      detail: '{}',
    };
    const previousHash = entries.at(-1)?.hash ?? '';
    entries.push({ ...content, previousHash, hash: sha256(auditText(previousHash, content)) });
  }
  return entries;
}

function headOf(entries: readonly AuditEvent[], more: { serverEpoch?: string } = {}) {
  const last = entries.at(-1)!;
  const head = { serverEpoch: 'epoch', seq: last.seq, hash: last.hash, at: '2026-11-02T00:00:00.000Z', ...more };
  const signature = sign(null, Buffer.from(auditHeadText(head)), keys.privateKey).toString('base64');
  return { ...head, signature, publicKey: PEM };
}

/** A control plane with this log, in pages of three. */
const api =
  (entries: readonly AuditEvent[], head = headOf(entries)) =>
  ({ path }: Call): Answer => {
    if (path.startsWith('/audit-head')) return { status: 200, body: { head, verified: null } };
    const start = Number(new URLSearchParams(path.split('?')[1]).get('cursor') ?? 0);
    const items = entries.slice(start, start + 3);
    const next = start + 3 < entries.length ? String(start + 3) : null;
    return { status: 200, body: { items, next, total: entries.length } };
  };

const LOG = logOf(10);

test('verify says that a log is whole, and names what is wrong with it with exit code 6', async () => {
  const good = await runIn({ api: api(LOG) }, 'audit', 'verify');
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, /^10 entries verified/);
  const head = headOf(LOG);
  const edits: [RegExp, AuditEvent[]][] = [
    [/Entry 4 was changed/, LOG.map((each) => (each.seq === 4 ? { ...each, actor: 'eve' } : each))],
    [/Entry 5 is missing/, LOG.filter(({ seq }) => seq !== 5)],
    [/Entry 5 stands behind entry 6/, [...LOG.slice(0, 4), LOG[5]!, LOG[4]!, ...LOG.slice(6)]],
    [/ends with entry 8, but had 10/, LOG.slice(0, 8)],
  ];
  for (const [words, entries] of edits) {
    const ran = await runIn({ api: api(entries, head) }, 'audit', 'verify');
    assert.match(ran.stdout, words);
    assert.equal(ran.code, 6);
    const json = await runIn({ api: api(entries, head) }, 'audit', 'verify', '--json');
    assert.deepEqual([json.code, JSON.parse(json.stdout).verified], [6, false]);
  }
});

test('a log that was cut short or written anew is held against a head that was kept', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(join(directory, 'head.json'), JSON.stringify(headOf(LOG)));
  writeFileSync(join(directory, 'key.pem'), PEM);
  const other = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
  writeFileSync(join(directory, 'other.pem'), other);
  const flags = ['--head', 'head.json', '--public-key', 'key.pem'];
  const verify = (entries: AuditEvent[], ...more: string[]) =>
    runIn({ api: api(entries), cwd: directory }, 'audit', 'verify', ...more);
  assert.equal((await verify(LOG, ...flags)).code, 0);
  assert.equal((await verify(logOf(12), ...flags)).code, 0, 'it may have grown');
  const cut = await verify(LOG.slice(0, 8), ...flags);
  assert.match(cut.stdout, /cut short/);
  assert.equal(cut.code, 6);
  const anew: AuditEvent[] = [];
  for (const entry of LOG) {
    const previousHash = anew.at(-1)?.hash ?? '';
    const content = { ...entry, actor: 'eve' };
    anew.push({ ...content, previousHash, hash: sha256(auditText(previousHash, content)) });
  }
  assert.equal((await verify(anew)).code, 0, 'nothing else tells');
  assert.equal((await verify(anew, ...flags)).code, 6);
  const foreign = await verify(LOG, '--head', 'head.json', '--public-key', 'other.pem');
  assert.equal(foreign.code, 2);
  assert.match(foreign.stderr, /signature of the head at entry 10 does not fit this public key/);
  writeFileSync(join(directory, 'head.json'), JSON.stringify({ ...headOf(LOG), seq: 9 }));
  assert.match((await verify(LOG, '--head', 'head.json')).stderr, /does not fit/);
  writeFileSync(join(directory, 'head.json'), JSON.stringify(headOf(LOG, { serverEpoch: 'another' })));
  assert.match((await verify(LOG, '--head', 'head.json')).stderr, /another database/);
});

test('an export is verified without a server: every line of it', async (t) => {
  const cwd = temporaryDirectory(t);
  const exported = await runIn({ api: api(LOG), cwd }, 'audit', 'export', '--output', 'log.jsonl');
  assert.equal(exported.code, 0, exported.stderr);
  const text = readFileSync(join(cwd, 'log.jsonl'), 'utf8');
  const verify = async (edited: string, ...flags: string[]) => {
    writeFileSync(join(cwd, 'edited.jsonl'), edited);
    const ran = await runIn({ cwd }, 'audit', 'verify', '--file', 'edited.jsonl', ...flags);
    assert.deepEqual(ran.calls, []);
    return ran;
  };
  assert.equal((await verify(text)).code, 0);
  const lines = text.trim().split('\n');
  for (let index = 0; index < 10; index += 1) {
    assert.equal((await verify(lines.toSpliced(index, 1).join('\n'))).code, 6, `without line ${index}`);
    assert.equal((await verify(lines.with(index, '{').join('\n'))).code, 6, `line ${index} broken`);
    const edited = lines.with(index, lines[index]!.replace('rule.update', 'rule.delete'));
    assert.match((await verify(edited.join('\n'))).stdout, new RegExp(`Entry ${index + 1} was changed`));
  }
  const unsigned = await verify(lines.slice(0, 10).join('\n'));
  assert.match(unsigned.stderr, /No signed head ends this file/);
  const part = await runIn({ api: api(LOG), cwd }, 'audit', 'export', '--after', '6');
  assert.equal((await verify(part.stdout)).code, 6, 'a part is not the whole');
  assert.equal((await verify(part.stdout, '--after', '6')).code, 0);
});

test('list shows hostile text as text and passes the filters on', async () => {
  const ran = await runIn({ api: api(LOG) }, 'audit', 'list', '--action', 'rule.*', '--outcome', 'denied');
  assert.ok(!ran.stdout.includes('\u001b[31m'));
  assert.match(ran.calls[0]!.path, /action=rule\.\*&outcome=denied/);
  const pem = await runIn({ api: api(LOG) }, 'audit', 'head', '--public-key');
  assert.equal(pem.stdout, PEM);
});
