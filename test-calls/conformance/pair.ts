import { startMediaServer } from '#media/embedded/server.ts';
import { startSipServer } from '#sip-proxy/embedded/server.ts';
import { tcpPort } from './ports.ts';

/** A pair of servers under test: where it is reached. All on loopback. */
export interface Pair {
  readonly sipPort: number;
  readonly adminPort: number;
  readonly adminSecret: string;
  readonly mediaSipPort: number;
  readonly eventSocketPort: number;
  readonly eventSocketPassword: string;
  close(): Promise<void>;
}

/** Our own servers, started for this run. */
export async function embeddedPair(): Promise<Pair> {
  const host = '127.0.0.1';
  const [adminSecret, eventSocketPassword] = ['word', 'word'];
  const sip = await startSipServer({
    sip: { host, port: 0 },
    admin: { host, port: await tcpPort(), secret: adminSecret },
  });
  const media = await startMediaServer({
    sip: { host, port: 0 },
    eventSocket: { host, port: await tcpPort(), password: eventSocketPassword },
    // as the ports of TCP: none that a phone could get
    rtp: { host, portMin: 20_000, portMax: 29_999 },
  });
  return {
    ...{ sipPort: sip.sipPort, adminPort: sip.adminPort, adminSecret },
    ...{ mediaSipPort: media.sipPort, eventSocketPort: media.eventSocketPort, eventSocketPassword },
    close: async () => void (await Promise.all([sip.close(), media.close()])),
  };
}

/** Servers that run already, at the addresses that the environment gives (the settings of the platform). */
export function realPair(environment: NodeJS.ProcessEnv): Pair {
  const port = (name: string, usual: number): number => Number(environment[name] ?? usual);
  return {
    sipPort: port('SIP_PORT', 5060),
    adminPort: port('DRACHTIO_PORT', 9022),
    adminSecret: environment['DRACHTIO_SECRET'] ?? 'cymru',
    mediaSipPort: port('MEDIA_SIP_PORT', 5080),
    eventSocketPort: port('FREESWITCH_PORT', 8021),
    eventSocketPassword: environment['FREESWITCH_SECRET'] ?? 'ClueCon',
    close: async () => undefined,
  };
}
