import { readFileSync } from 'node:fs';
import { AdminClient } from './admin-client.ts';
import { Findings, type Attack, type Outcome } from './attack.ts';
import { servesCall } from './serves.ts';
import { SipSource } from './sip-source.ts';
import { torture, type Torture } from './torture-table.ts';
import { startSipVictim, type SipVictim } from './victims.ts';

const folder = new URL('../../sip-stack/testing/rfc4475/', import.meta.url);

/** One message of RFC 4475, bit by bit as in its appendix A. */
export const tortureMessage = (name: string): Buffer => readFileSync(new URL(`${name}.dat`, folder));

/** The 49 messages of RFC 4475, through the socket of a server that runs; what comes back, and what its client is told. */
export const tortureAttack: Attack = {
  name: 'torture',
  title: 'the 49 messages of RFC 4475 through the SIP port (5 s)',
  async run(): Promise<Outcome> {
    const findings = new Findings();
    const server = await startSipVictim({ timers: { T1: 4, T2: 16, T4: 20 } });
    const client = await AdminClient.connect(server.controlPort);
    const seen = new Set<string>();
    try {
      for (const one of torture) await play(one, server, client, findings, seen);
      findings.is('messages', torture.length, 49);
      findings.none('errors of the server', await server.defects());
      findings.is('a call goes through afterwards', await servesCall(server.sipPort), true);
    } finally {
      client.close();
      await server.close();
    }
    return findings;
  },
};

async function play(
  { section, name, answer, told }: Torture,
  server: SipVictim,
  client: AdminClient,
  findings: Findings,
  seen: Set<string>,
): Promise<void> {
  const datagram = tortureMessage(name);
  // Several of them share a branch and a host: to a server that still knows the first, the second is a repetition.
  const via = /^v(?:ia)?\s*:.*/im.exec(datagram.toString('latin1'))?.[0] ?? '';
  if (seen.has(via)) await forgotten(server);
  seen.add(via);
  const source = await SipSource.open(server.sipPort);
  const answers: number[] = [];
  source.onBack = ({ status }) => {
    if (status < 200 || answers.includes(status)) return;
    answers.push(status);
    if (datagram.subarray(0, 7).equals(invite)) source.send(acknowledged(datagram));
  };
  client.delivered.length = 0;
  await source.barrier();
  source.send(datagram);
  await source.barrier();
  findings.is(`§${section} ${name}: answered`, answers.join(' ') || 'silence', String(answer));
  const shown = client.delivered.map(({ message }) => message).filter((message) => !isBarrier(message));
  findings.is(`§${section} ${name}: messages its client gets`, shown.length, told ? 1 : 0);
  const whole = name === 'dblreq' ? datagram.subarray(0, datagram.indexOf('\r\n\r\n') + 4) : datagram;
  if (shown[0]) findings.is(`§${section} ${name}: as it came`, shown[0].equals(whole), true);
  findings.none(`§${section} ${name}: what came back and is no SIP`, source.odd);
  source.close();
}

const invite = Buffer.from('INVITE ');
const isBarrier = (message: Buffer): boolean => message.includes('z9hG4bKbarrier-');

/** The ACK of a refusal: the request's own head with another method. */
const acknowledged = (invite: Buffer): Buffer => {
  const head = invite.toString('latin1').split('\r\n\r\n')[0] ?? '';
  const lines = head.replace(/^INVITE /, 'ACK ').replace(/^(cseq\s*:\s*\d+\s+)INVITE/im, '$1ACK');
  return Buffer.from(`${lines.replace(/^(content-length\s*|l)\s*:.*$/im, 'Content-Length: 0')}\r\n\r\n`, 'latin1');
};

async function forgotten(server: SipVictim): Promise<void> {
  while (Object.keys((await server.dump()).transactions.servers).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 20));
}
