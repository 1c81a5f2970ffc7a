import type { MailSender, Text, TextSender } from '../notices/ports.ts';
import type { IdentityKeys } from './keys.ts';

const PAGES = 'confirm';

/**
 * A sender that puts the six digits and the link of a proof into a mail as it leaves: what waits in the database has neither. The link's token is in its
 * fragment (RFC 3986 §3.5), which no server and no log on the way is told. `webUrl`: where the web layer is, without a slash at its end; undefined:
 * the digits alone.
 */
export const fillProof = (sender: MailSender, keys: IdentityKeys, webUrl: string | undefined): MailSender => ({
  send: (mail) => {
    if (mail.proofId === undefined) return sender.send(mail);
    const { token, code } = keys.mailed(mail.proofId);
    const lines = mail.body.split('\n\n').flatMap((line) => {
      if (!line.includes('{link}')) return [line.replace('{code}', code)];
      return webUrl === undefined ? [] : [line.replace('{link}', `${webUrl}/${PAGES}#${token}`)];
    });
    return sender.send({ ...mail, body: lines.join('\n\n') });
  },
});

/** The same of texts: the digits that prove a number are put in as it leaves, and where it is looked for what left. */
export function fillTextProof(sender: TextSender, keys: Pick<IdentityKeys, 'mailed'>): TextSender {
  const filled = <T extends Text>({ proofId, ...text }: T) => ({
    ...text,
    body: proofId === undefined ? text.body : text.body.replace('{code}', keys.mailed(proofId).code),
  });
  return { send: (text) => sender.send(filled(text)), find: (text) => sender.find(filled(text)) };
}
