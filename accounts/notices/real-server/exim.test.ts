import { randomUUID } from 'node:crypto';
import { findNotice } from '#db/notice-attempts.ts';
import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { answerQuestion, takeQuestion } from '../../questions/act.ts';
import { PostRoom } from '../../questions/testing/post-room.ts';
import { receiptWords } from '../../receipts/notice-words.ts';
import type { ReceiptNews } from '../../receipts/receipt.ts';
import { notifyWith } from '../notice.ts';
import type { Mail } from '../ports.ts';
import { sendNotice } from '../send.ts';
import { smtpSender, type SmtpOptions } from '../smtp-sender.ts';
import { startExim, type Exim } from '../testing/exim.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

let exim: Exim;
let server: TestDatabase;
const now = () => new Date('2026-05-01T12:00:00Z');
beforeAll(async () => {
  [exim, server] = await Promise.all([startExim(), startTestDatabase()]);
});
afterAll(() => Promise.all([exim.stop(), server.stop()]));

const senderWith = (over: Partial<SmtpOptions> = {}) =>
  smtpSender({
    ...{ url: `smtp://${exim.at}`, from: 'Homeline <news@homeline.example>', now, ca: exim.certificate },
    ...over,
  });
const mail = (to = 'family@example.com', body = 'Hello.\n'): Mail => ({
  ...{ to, subject: 'News', body, noticeId: '7' },
});

/** RFC 5322 §2.2: header fields unfolded, and the body with it. */
function read(message: string): { readonly head: Readonly<Record<string, string>>; readonly body: string } {
  const [top = '', ...rest] = message.split('\n\n');
  const fields = top.replace(/\n[ \t]+/g, ' ').split('\n');
  const head = Object.fromEntries(fields.map((field) => field.split(/:\s*(.*)/s).slice(0, 2) as [string, string]));
  return { head, body: rest.join('\n\n') };
}

/** RFC 2045 §6.7 */
const unquoted = (text: string): string =>
  Buffer.from(
    text.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

/** RFC 2047 §2, Q encoding in UTF-8: one word after another. */
const decoded = (subject: string): string =>
  subject.replace(/=\?UTF-8\?Q\?(.*?)\?=\s*/g, (_, word: string) => unquoted(word.replaceAll('_', ' ')));

async function written(email: string, language: 'en' | 'es' = 'es'): Promise<string> {
  const by = { kind: 'card', brand: 'visa', lastFour: '4242' } as const;
  const paid = { cents: 2_500, balanceCents: 2_700, reference: '0000012344', by, at: now() };
  const news: ReceiptNews = { kind: 'deposited', ...paid };
  const key = randomUUID();
  await notifyWith(receiptWords, now)(server.db, { key, language, accountEnding: '0042', to: { email }, news });
  const row = server.db.selectFrom('notice').select('id').where('key', '=', key);
  return (await row.executeTakeFirstOrThrow()).id;
}
const noTexts = () => Promise.reject(new Error('No text is sent here.'));
const sent = (id: string, mails = senderWith()) =>
  sendNotice(server.db, { now, texts: { send: noTexts, find: noTexts }, mails }, id);

test('a receipt in Spanish is in the mailbox, over TLS, as it was written', async () => {
  const id = await written('familia@example.com');
  expect(await sent(id)).toEqual({ kind: 'sent' });
  const { head, body } = read(await exim.next());
  expect(head).toMatchObject({
    ...{ 'Return-path': '<news@homeline.example>', 'Envelope-to': 'familia@example.com' },
    ...{ From: 'Homeline <news@homeline.example>', To: 'familia@example.com' },
    ...{ Subject: 'Homeline: recibo por $25.00', 'Message-ID': `<notice-${id}@homeline.example>` },
    ...{ Date: 'Fri, 01 May 2026 12:00:00 +0000', 'MIME-Version': '1.0' },
    ...{ 'Content-Type': 'text/plain; charset=utf-8', 'Content-Transfer-Encoding': 'quoted-printable' },
  });
  expect(head['Received']).toMatch(/with esmtps\s.*TLS1\.3/);
  expect(unquoted(body)).toContain('Gracias. Recibimos su depósito.\n\nMonto: $25.00\n');
  expect(unquoted(body)).toContain('Número de transacción: 0000012344\n');
  expect((await findNotice(server.db, id))?.state).toBe('sent');
});

test('a subject with accents, long lines and lines of a single dot arrive as they are', async () => {
  const words = `¡Depósito recibido! ${'ñandú '.repeat(200)}\n.\n..\nFrom the start.\nFin.\n`;
  const subject = 'Depósito de año nuevo: ¿cuánto pagó? Señal de que llegó completo y sin cortes';
  expect(await senderWith().send({ ...mail('familia@example.com', words), subject })).toMatchObject({ kind: 'accepted' }); // prettier-ignore
  const { head, body } = read(await exim.next());
  expect(decoded(head['Subject'] ?? '')).toBe(subject);
  expect(unquoted(body).trimEnd()).toBe(words.trimEnd());
});

test('who is greylisted gets it when the server says so, once', async () => {
  const id = await written('greylisted@example.com', 'en');
  expect(await sent(id)).toEqual({ kind: 'later', reason: 'smtp-451' });
  expect(await sent(id)).toEqual({ kind: 'later', reason: 'smtp-451' });
  expect(await findNotice(server.db, id)).toMatchObject({ state: 'waiting', reason: 'smtp-451' });
  expect(await exim.waiting()).toBe(0);
  await exim.lift();
  expect(await sent(id)).toEqual({ kind: 'sent' });
  expect(await sent(id)).toEqual({ kind: 'done-before' });
  expect(read(await exim.next()).head['To']).toBe('greylisted@example.com');
  expect(await exim.waiting()).toBe(0);
});

test('who is not there is refused for good, and is not tried again', async () => {
  const id = await written('unknown@example.com');
  expect(await sent(id)).toEqual({ kind: 'failed', reason: 'smtp-550' });
  expect(await sent(id)).toEqual({ kind: 'done-before' });
  expect((await exim.log()).match(/rejected RCPT <unknown@example.com>: No such person here/g)).toHaveLength(1);
});

test('a mailbox that is full is known after the words were sent, and is tried again', async () => {
  expect(await senderWith().send(mail('full@example.com'))).toEqual({ kind: 'not-now', reason: 'smtp-451' });
  expect(await exim.waiting()).toBe(0);
});

test('a certificate that nobody vouches for gets no mail: it waits, and the reason says why', async () => {
  const bare = { url: `smtp://${exim.at}`, from: 'news@homeline.example', now };
  const id = await written('family@example.com');
  expect(await sent(id, smtpSender(bare))).toEqual({ kind: 'later', reason: 'certificate' });
  expect(await exim.waiting()).toBe(0);
  expect(await sent(id)).toEqual({ kind: 'sent' });
  expect(read(await exim.next()).head['Message-ID']).toBe(`<notice-${id}@homeline.example>`);
});

test('a certificate of another name gets none either', async () => {
  const elsewhere = `smtp://${exim.at.replace('127.0.0.1', 'localhost')}`;
  expect(await senderWith({ url: elsewhere }).send(mail())).toEqual({ kind: 'not-now', reason: 'certificate' });
});

test('a server that offers no log-in is not given a secret', async () => {
  const url = `smtp://us:secret@${exim.at}`;
  const taken = await senderWith({ url }).send(mail());
  expect(taken.kind).toBe('not-now');
  expect(JSON.stringify(taken)).not.toContain('secret');
  expect(await exim.log()).not.toContain('secret');
});

test('a question is confirmed and answered, each once, as plain text of which no line is a header', async () => {
  const room = new PostRoom(server.db);
  room.at = now();
  const [email, agentId] = ['familia@example.com', await room.agent()];
  const text = '.\r\nBcc: everybody@example.com\n\n<b>¿Cuándo llega?</b>\r\n.\r\nQUIT';
  const { id, reference } = await room.question({ email, text });
  await takeQuestion(server.db, room.deps, { key: randomUUID(), questionId: id, agentId });
  const act = { key: randomUUID(), questionId: id, agentId, answer: '.\nEl 8 de mayo.\nFrom: <i>Ana</i>' };
  await Promise.all([act, act].map((one) => answerQuestion(server.db, room.deps, one)));
  const mails = (await room.mails(email)).filter(({ key }) => key.startsWith(`question ${id} `));
  expect(mails).toHaveLength(2);
  const spoken = reference.replace(/(\d{3})(?=\d)/g, '$1 ');
  const subjects = [`Homeline: recibimos su pregunta ${spoken}`, `Homeline: la respuesta a su pregunta ${spoken}`];
  for (const [n, mail] of mails.entries()) {
    expect([await sent(mail.id), await sent(mail.id)]).toEqual([{ kind: 'sent' }, { kind: 'done-before' }]);
    const { head, body } = read(await exim.next());
    expect(head).toMatchObject({ To: email, 'Envelope-to': email, 'Content-Type': 'text/plain; charset=utf-8' });
    expect(decoded(head['Subject'] ?? '')).toBe(subjects[n]);
    expect(head).not.toHaveProperty('Bcc');
    const plain = head['Content-Transfer-Encoding'] === 'quoted-printable' ? unquoted(body) : body;
    expect(plain.trimEnd()).toBe(mail.body.trimEnd());
  }
  expect(mails[1]?.body).toContain('\n\n.\nEl 8 de mayo.\nFrom: <i>Ana</i>\n\n');
  expect(mails[1]?.body).toContain('\n> .\n> Bcc: everybody@example.com\n> \n> <b>¿Cuándo llega?</b>\n> .\n> QUIT\n');
  expect(await exim.waiting()).toBe(0);
});
