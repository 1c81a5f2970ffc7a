import type { AddressInfo } from 'node:net';
import { text as whole } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { TwilioStandIn } from '#accounts/notices/testing/twilio-stand-in.ts';

/** What reached somebody's telephone or mailbox. */
export interface Reached {
  readonly to: string;
  readonly words: string;
}

/** Everybody outside who takes messages from us: Twilio's API and a mail server, both on loopback and over their own protocols. */
export class Outside {
  readonly twilio = new TwilioStandIn();
  readonly mails: Reached[] = [];
  readonly #mail = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    closeTimeout: 1,
    onData: (stream, { envelope }, done) =>
      void whole(stream).then((message) => {
        for (const { address } of envelope.rcptTo) this.mails.push({ to: address, words: bodyOf(message) });
        done();
      }),
  });

  /** The settings that lead to them. */
  async open(): Promise<Record<string, string>> {
    const url = await this.twilio.open();
    await new Promise<void>((resolve) => this.#mail.listen(0, '127.0.0.1', resolve));
    const { port } = this.#mail.server.address() as AddressInfo;
    return {
      TWILIO_ACCOUNT_SID: this.twilio.accountSid,
      TWILIO_AUTH_TOKEN: this.twilio.authToken,
      TWILIO_FROM: '+18665550100',
      TWILIO_URL: url,
      SMTP_URL: `smtp://127.0.0.1:${port}`,
      MAIL_FROM: 'Homeline <news@homeline.example>',
    };
  }

  async close(): Promise<void> {
    await this.twilio.close();
    await new Promise<void>((resolve) => this.#mail.close(resolve));
  }

  /** What came to this mobile, the oldest first. */
  texts(to: string): string[] {
    return this.twilio.messages.filter((one) => one.to === to).map(({ body }) => body);
  }

  /** What came to this address, the oldest first. */
  mailed(to: string): string[] {
    return this.mails.filter((one) => one.to === to).map(({ words }) => words);
  }
}

/** RFC 5322 §2.1 and, for quoted-printable, RFC 2045 §6.7: the words in one line. */
function bodyOf(message: string): string {
  const [head = '', ...rest] = message.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  const plain = /quoted-printable/i.test(head)
    ? Buffer.from(
        body
          .replace(/=\r\n/g, '')
          .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
        'latin1',
      ).toString('utf8')
    : body;
  return plain.trim();
}
