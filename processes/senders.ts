import { readFileSync } from 'node:fs';
import { fillProof, fillTextProof } from '#accounts/identity/fill-proof.ts';
import { identityKeys } from '#accounts/identity/keys.ts';
import { consoleMails, consoleTexts } from '#accounts/notices/console-sender.ts';
import type { SendDeps } from '#accounts/notices/send.ts';
import { smtpSender } from '#accounts/notices/smtp-sender.ts';
import { twilioSender } from '#accounts/notices/twilio-sender.ts';
import type { Config } from './config.ts';

type SenderSettings = Pick<
  Config,
  | 'SMTP_URL'
  | 'SMTP_CA_FILE'
  | 'MAIL_FROM'
  | 'IDENTITY_SECRET'
  | 'WEB_ADDRESS'
  | 'TWILIO_ACCOUNT_SID'
  | 'TWILIO_AUTH_TOKEN'
  | 'TWILIO_FROM'
  | 'TWILIO_URL'
>;
interface Log {
  info(facts: object, message: string): void;
}

/**
 * Who sends texts and e-mails: Twilio and a mail server when they are set, otherwise the log shows what would be sent, without what proves an
 * e-mail address or a number: that is put in for them alone.
 */
export function sendersOf(settings: SenderSettings, log: Log, now: () => Date = () => new Date()): SendDeps {
  const { SMTP_URL: url, SMTP_CA_FILE: caFile, MAIL_FROM: mailFrom, TWILIO_FROM: from, TWILIO_URL: baseUrl } = settings;
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken, WEB_ADDRESS: webUrl } = settings;
  const keys = identityKeys(settings.IDENTITY_SECRET);
  const ca = caFile !== undefined && { ca: readFileSync(caFile, 'utf8') };
  const smtp = (url: string) => smtpSender({ url, from: mailFrom, now, ...ca });
  return {
    now,
    texts:
      accountSid !== undefined && authToken !== undefined && from !== undefined
        ? fillTextProof(twilioSender({ accountSid, authToken, from, ...(baseUrl !== undefined && { baseUrl }) }), keys)
        : consoleTexts(log),
    mails: url === undefined ? consoleMails(log) : fillProof(smtp(url), keys, webUrl),
  };
}
