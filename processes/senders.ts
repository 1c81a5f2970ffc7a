import { readFileSync } from 'node:fs';
import { consoleMails, consoleTexts } from '#accounts/notices/console-sender.ts';
import type { SendDeps } from '#accounts/notices/send.ts';
import { smtpSender } from '#accounts/notices/smtp-sender.ts';
import { twilioSender } from '#accounts/notices/twilio-sender.ts';
import type { Config } from './config.ts';

type SenderSettings = Pick<
  Config,
  'SMTP_URL' | 'SMTP_CA_FILE' | 'MAIL_FROM' | 'TWILIO_ACCOUNT_SID' | 'TWILIO_AUTH_TOKEN' | 'TWILIO_FROM' | 'TWILIO_URL'
>;
interface Log {
  info(facts: object, message: string): void;
}

/** Who sends texts and e-mails: Twilio and a mail server when they are set, otherwise the log shows what would be sent. */
export function sendersOf(settings: SenderSettings, log: Log, now: () => Date = () => new Date()): SendDeps {
  const { SMTP_URL: url, SMTP_CA_FILE: caFile, MAIL_FROM: mailFrom, TWILIO_FROM: from, TWILIO_URL: baseUrl } = settings;
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = settings;
  return {
    now,
    texts:
      accountSid !== undefined && authToken !== undefined && from !== undefined
        ? twilioSender({ accountSid, authToken, from, ...(baseUrl !== undefined && { baseUrl }) })
        : consoleTexts(log),
    mails:
      url === undefined
        ? consoleMails(log)
        : smtpSender({ url, from: mailFrom, now, ...(caFile !== undefined && { ca: readFileSync(caFile, 'utf8') }) }),
  };
}
