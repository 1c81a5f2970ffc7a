import { readFileSync } from 'node:fs';
import type { SipContact } from '#sip-proxy/embedded/contacts.ts';
import type { Config } from './config.ts';

/** Where the embedded SIP server is reached: UDP first, then what the settings name. Throws the system's error for a file that cannot be read. */
export const sipContacts = (config: Config): readonly [SipContact, ...SipContact[]] => {
  const { SIP_HOST: host, SIP_PORT: port, SIP_TCP_PORT: tcp = port, SIP_IPV6_HOST: ipv6 } = config;
  const { SIP_TLS_PORT: tls, SIP_WS_PORT: ws, SIP_WSS_PORT: wss } = config;
  const hosts = ipv6 === undefined ? [host] : [host, ipv6];
  const each = (protocol: NonNullable<SipContact['protocol']>, at: number | 'off' | undefined): SipContact[] =>
    at === undefined || at === 'off' ? [] : hosts.map((one) => ({ protocol, host: one, port: at }));
  const { SIP_TLS_KEY_FILE: key, SIP_TLS_CERT_FILE: cert } = config;
  const certificate = key !== undefined && cert !== undefined && { key: readFileSync(key), cert: readFileSync(cert) };
  const secure = [...each('tls', tls), ...each('wss', wss)];
  return [
    { host, port },
    ...each('udp', port).slice(1),
    ...each('tcp', tcp),
    ...each('ws', ws),
    ...secure.map((contact) => (certificate ? { ...contact, tls: certificate } : contact)),
  ];
};
