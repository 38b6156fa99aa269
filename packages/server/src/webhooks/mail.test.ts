import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { available, serverCertificate } from '@pharos/testbed';
import { SMTPServer } from 'smtp-server';
import { startTestServer, type TestServer } from '../testing.ts';
import { createMailer, wordsOf } from './mail.ts';

interface Received {
  from: string;
  to: string[];
  text: string;
}

/** Quoted-printable breaks long lines (RFC 2045 §6.7). */
const unfolded = (text: string) => text.replaceAll('=\r\n', '');

/** A mail server that takes what comes for `example.com`, from whom it knows. */
async function mailServer(certificate: { key: string; cert: string }) {
  const received: Received[] = [];
  const server = new SMTPServer({
    ...certificate,
    secure: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, done) =>
      username === 'pharos' && password === 'p@ss/word' ? done(null, { user: username }) : done(new Error('No.')),
    onRcptTo: ({ address }, _session, done) =>
      address.endsWith('@example.com') ? done() : done(Object.assign(new Error('Not here'), { responseCode: 550 })),
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        const to = envelope.rcptTo.map(({ address }) => address);
        received.push({ from, to, text: unfolded(Buffer.concat(chunks).toString('utf8')) });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.server.address() as AddressInfo;
  const url = (password = 'p%40ss%2Fword') => `smtps://pharos:${password}@localhost:${port}`;
  return { received, url, close: () => new Promise<void>((done) => server.close(() => done())) };
}

const FROM = 'Pharos <pharos@example.com>';
const PAYLOAD = JSON.stringify({
  type: 'approval.requested',
  timestamp: '2026-11-26T04:00:00.000Z',
  data: { message: 'Ada asks for 1 image of db/postgresql', path: '/library/r1', count: 1, items: [{ name: '17.6' }] },
});

describe('events as e-mail', { skip: available().openssl.skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'pharos-mail-'));
  let mail: Awaited<ReturnType<typeof mailServer>>;
  let ca: string;
  before(async () => {
    const made = await serverCertificate(folder);
    ca = made.ca;
    mail = await mailServer({
      key: readFileSync(made.keyFile, 'utf8'),
      cert: readFileSync(made.certificateFile, 'utf8'),
    });
  });
  after(async () => {
    await mail?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const send = (options: Partial<Parameters<typeof createMailer>[0]>, to = 'mailto:dba@example.com,it@example.com') => {
    const mailer = createMailer({ url: mail.url(), from: FROM, ca, ...options }, 'https://pharos.example.com');
    return mailer.send({ to, id: 'msg_1', payload: PAYLOAD }).finally(() => mailer.close());
  };

  it('is sent over TLS to all of its addresses, in words and with a link', async () => {
    assert.equal((await send({})).code, null);
    const [message] = mail.received;
    assert.deepEqual([message!.from, message!.to], ['pharos@example.com', ['dba@example.com', 'it@example.com']]);
    assert.match(message!.text, /^Subject: \[Pharos\] Ada asks for 1 image of db\/postgresql\r$/m);
    assert.match(message!.text, /^Message-ID: <msg_1@example\.com>\r$/m);
    assert.match(message!.text, /^auto-submitted: auto-generated\r$/im);
    assert.match(message!.text, /^- 17\.6\r$/m);
    assert.match(message!.text, /^https:\/\/pharos\.example\.com\/library\/r1\r$/m);
  });

  it('tells why it was not taken, and never what it signed in with', async () => {
    const refused = await send({}, 'mailto:somebody@elsewhere.example');
    assert.deepEqual([refused.code, refused.status], ['mail-refused', 550]);
    assert.match(refused.responseBody, /Not here/);
    const unknown = await send({ url: mail.url('wrong-password') });
    assert.equal(unknown.code, 'mail-sign-in-failed');
    assert.doesNotMatch(JSON.stringify(unknown), /wrong-password|p@ss/);
    assert.equal((await send({ ca: null })).code, 'mail-unreachable', 'a certificate that nobody vouches for');
    assert.equal((await send({ url: 'smtps://127.0.0.1:1' })).code, 'mail-unreachable');
  });

  it('no line of what a registry calls its things becomes a header', async () => {
    const hostile = 'db\r\nBcc: thief@example.com\r\n\r\nHello';
    const payload = JSON.stringify({ type: 'tag.added', timestamp: '', data: { message: hostile, items: [] } });
    const mailer = createMailer({ url: mail.url(), from: FROM, ca }, undefined);
    const count = mail.received.length;
    await mailer.send({ to: 'mailto:dba@example.com', id: 'msg_2', payload }).finally(() => mailer.close());
    const message = mail.received[count]!;
    assert.deepEqual(message.to, ['dba@example.com']);
    assert.doesNotMatch(message.text.split('\r\n\r\n')[0]!, /^Bcc:/m);
  });

  it('an entry of the audit log has words too, and a long list is cut', () => {
    const entry = {
      type: 'audit',
      timestamp: '',
      data: { actor: 'ada', action: 'rule.update', outcome: 'done', subject: 'db' },
    };
    assert.equal(wordsOf(JSON.stringify(entry), undefined).subject, '[Pharos] ada: rule.update db, done');
    const items = Array.from({ length: 50 }, (_, index) => ({ name: `t${index}` }));
    const long = { type: 'tag.added', timestamp: '', data: { message: '70 tags', count: 70, items } };
    assert.match(wordsOf(JSON.stringify(long), undefined).body, /- t19\n\n… and 50 more\./);
  });

  it('settings that cannot work are refused when Pharos starts', () => {
    for (const [url, from] of [
      ['https://mail.example.com', FROM],
      ['mail.example.com', FROM],
      ['smtps://mail.example.com', 'Pharos'],
      ['smtps://mail.example.com', 'a@b\r\nBcc: c@d'],
    ] as const) {
      assert.throws(
        () => createMailer({ url, from, ca: null }, undefined),
        { code: 'mail-settings-invalid' },
        url + from,
      );
    }
  });

  describe('as a webhook', () => {
    let pharos: TestServer;
    after(() => pharos?.stop());
    const create = (url: string) =>
      pharos.call('createWebhook', { body: { name: url.slice(0, 90), url, events: ['approval.requested'] } });

    it('a mailto: address is one, its test is a message, and what cannot be an address is refused', async () => {
      pharos = await startTestServer({ mail: { url: mail.url(), from: FROM, ca } });
      const { status, body } = await create('mailto:dba@example.com');
      assert.equal(status, 201, JSON.stringify(body));
      const count = mail.received.length;
      const tried = await pharos.call('testWebhook', { params: { id: body.id } });
      assert.equal(tried.body.state, 'delivered', tried.text);
      assert.match(mail.received[count]!.text, /A test: somebody wants to know/);
      for (const url of [
        'mailto:dba',
        'mailto:a@b.c?bcc=d@e.f',
        'mailto:a@b.c%0d%0aBcc:d@e.f',
        'mailto:',
        'javascript:1',
      ]) {
        assert.equal((await create(url)).status, 400, url);
      }
    });

    it('without a mail server its log says so', async (t) => {
      const bare = await startTestServer();
      t.after(() => bare.stop());
      const body = { name: 'mail', url: 'mailto:dba@example.com', events: ['approval.requested'] };
      const { id } = (await bare.call('createWebhook', { body })).body;
      const tried = await bare.call('testWebhook', { params: { id } });
      assert.deepEqual([tried.body.state, tried.body.tries[0].code], ['failed', 'mail-not-configured']);
    });
  });
});
