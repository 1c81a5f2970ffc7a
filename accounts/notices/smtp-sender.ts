import { Readable } from 'node:stream';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Mail, MailSender, Taken } from './ports.ts';

export interface SmtpOptions {
  /** smtp://user:secret@host:port, or smtps:// for TLS from the start; with smtp:// STARTTLS is used when it is offered. */
  readonly url: string;
  readonly from: string;
  readonly now: () => Date;
  /** Who vouches for the server's certificate, in place of those Node knows. PEM. */
  readonly ca?: string;
  /** Longest silence of the server. Milliseconds. */
  readonly timeoutMs?: number;
}

interface Failure {
  readonly responseCode?: number;
  readonly command?: string;
  /** Of the error that Node gave, before the library gave it its own. */
  readonly originalCode?: string;
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

async function deliver(
  { url, from, ca, timeoutMs = 15_000 }: SmtpOptions,
  to: string,
  message: Readable,
): Promise<void> {
  const { protocol, hostname, port, username, password } = new URL(url);
  const times = { connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs };
  const secure = protocol === 'smtps:';
  const where = {
    host: hostname,
    secure,
    ...(port !== '' && { port: Number(port) }),
    ...(ca !== undefined && { tls: { ca } }),
  };
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

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes, and a name that is not in it. */
const OF_THE_CERTIFICATE = /CERT|VERIFY_LEAF|CRL/;

function failure({ responseCode, command, originalCode = '' }: Failure, handed: boolean): Taken {
  // Not handed to whoever this is, and not for good: somebody will mend the certificate, or say who vouches for it (SMTP_CA_FILE).
  if (!handed && OF_THE_CERTIFICATE.test(originalCode)) return { kind: 'not-now', reason: 'certificate' };
  const ofTheMail = command !== undefined && OF_THE_MAIL.has(command);
  if (responseCode === undefined || (handed && !ofTheMail))
    return handed ? { kind: 'in-doubt', reason: 'no-answer' } : { kind: 'not-now', reason: 'no-answer' };
  const reason = `smtp-${responseCode}`;
  // 530: the server wants a log-in first, which somebody will set.
  const forGood = ofTheMail && responseCode >= 500 && responseCode !== 530;
  return { kind: forGood ? 'refused' : 'not-now', reason };
}
