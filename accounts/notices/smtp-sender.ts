import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Mail, MailSender, Taken } from './ports.ts';

export interface SmtpOptions {
  /** smtp://user:secret@host:port, or smtps:// for TLS from the start; with smtp:// STARTTLS is used when it is offered. */
  readonly url: string;
  readonly from: string;
  readonly now: () => Date;
  /** Longest silence of the server. Milliseconds. */
  readonly timeoutMs?: number;
}

interface Failure {
  readonly responseCode?: number;
  readonly command?: string;
}

/** The commands whose refusal says something of this e-mail, not of the connection. RFC 5321 §4.1.1 */
const OF_THE_MAIL = new Set(['MAIL FROM', 'RCPT TO', 'DATA']);

/** E-mail by SMTP, one connection for each. */
export function smtpSender(options: SmtpOptions): MailSender {
  return {
    async send(mail) {
      const content = await compose(mail, options);
      let handed = false;
      // Read only when the server has said 354: until then nothing can have been taken.
      const message = new Readable({
        read() {
          handed = true;
          this.push(content);
          this.push(null);
        },
      });
      try {
        await deliver(options, mail.to, message);
        return { kind: 'accepted', providerId: null };
      } catch (error) {
        return failure(error as Failure, handed);
      }
    },
  };
}

async function compose({ to, subject, body, noticeId }: Mail, { from, now }: SmtpOptions): Promise<Buffer> {
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? 'localhost';
  const messageId = `<notice-${noticeId}@${domain}>`;
  return new MailComposer({ from, to, subject, text: body, messageId, date: now() }).compile().build();
}

async function deliver({ url, from, timeoutMs = 15_000 }: SmtpOptions, to: string, message: Readable): Promise<void> {
  const { protocol, hostname, port, username, password } = new URL(url);
  const times = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  const secure = protocol === 'smtps:';
  const where = { host: hostname, secure, ...(port !== '' && { port: Number(port) }) };
  const connection = new SMTPConnection({ ...where, ...times });
  const sender = /<([^>]+)>/.exec(from)?.[1] ?? from;
  try {
    await new Promise<void>((resolve, reject) => {
      const next = (then: () => void) => (error?: unknown) => (error ? reject(error) : then());
      const send = () => connection.send({ from: sender, to: [to] }, message, next(resolve));
      const credentials = { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
      connection.once('error', reject);
      connection.connect(next(username === '' ? send : () => connection.login({ credentials }, next(send))));
    });
  } finally {
    connection.on('error', () => undefined);
    connection.close();
  }
}

function failure({ responseCode, command }: Failure, handed: boolean): Taken {
  const ofTheMail = command !== undefined && OF_THE_MAIL.has(command);
  if (responseCode === undefined || (handed && !ofTheMail))
    return handed ? { kind: 'in-doubt', reason: 'no-answer' } : { kind: 'not-now', reason: 'no-answer' };
  const reason = `smtp-${responseCode}`;
  // 530: the server wants a log-in first, which somebody will set.
  const forGood = ofTheMail && responseCode >= 500 && responseCode !== 530;
  return { kind: forGood ? 'refused' : 'not-now', reason };
}
