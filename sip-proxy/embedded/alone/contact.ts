import { SettingError } from './setting.ts';

/** Where SIP is spoken. */
export interface Contact {
  readonly host: string;
  readonly port: number;
  /** Lower case. */
  readonly transports: readonly string[];
}

/**
 * Reads `sip:10.0.0.5:5060;transport=udp,tcp`; `*` stands for all addresses, `:5060` may be left out.
 * @throws SettingError
 */
export const contactFrom = (text: string): Contact => {
  const found = /^(sips?):(?:[^@\s]*@)?(\*|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?((?:;[^\s]*)?)$/i.exec(
    text.trim(),
  );
  if (!found) throw new SettingError(`contact ${text}: no SIP address such as sip:127.0.0.1:5060;transport=udp`);
  const [, scheme = 'sip', host = '*', digits, params = ''] = found;
  const secure = scheme.toLowerCase() === 'sips';
  const port = digits === undefined ? (secure ? 5061 : 5060) : Number(digits);
  if (port > 65_535) throw new SettingError(`contact ${text}: no such port`);
  const named = /;transport=([A-Za-z,]+)/i.exec(params)?.[1]?.toLowerCase();
  const transports = named?.split(',') ?? (secure ? ['tls'] : ['udp', 'tcp']);
  return { host: host === '*' ? '0.0.0.0' : host.replace(/^\[|\]$/g, ''), port, transports };
};
