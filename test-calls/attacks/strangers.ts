import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { RTP_HEADER_BYTES, writeRtpHeader } from '#media/rtp/packet.ts';
import { Findings, type Attack, type AttackOptions, type Outcome } from './attack.ts';
import { Random } from './random.ts';
import { Talks } from './talks.ts';
import { startMediaVictim, startSipVictim } from './victims.ts';

const SECONDS = 60;
const CALLS = 10;
/** Packets in 5 ms: 10,000 a second. */
const BURST = 50;

const stranger = async (address: string): Promise<Socket> => {
  const socket = createSocket({ type: 'udp4', lookup: (name, _, done) => done(null, name, 4) });
  const bound = once(socket, 'listening');
  socket.on('error', () => undefined);
  socket.bind(0, address);
  await bound;
  return socket;
};

const packet = (sequence: number, ssrc: number): Buffer => {
  const bytes = Buffer.alloc(RTP_HEADER_BYTES + 160, 0x2a);
  writeRtpHeader(bytes, false, 0, sequence & 0xffff, (sequence * 160) >>> 0, ssrc);
  return bytes;
};

/** RTP from strangers: into calls in progress, and into one whose phone sits behind a NAT and has not said anything yet. */
export const strangersAttack: Attack = {
  name: 'strangers',
  title: `RTP from strangers into ${CALLS} calls, and faster than a phone behind a NAT (90 s)`,
  async run({ seed, share }: AttackOptions): Promise<Outcome> {
    const findings = new Findings();
    const random = new Random(seed);
    const [sip, media] = [await startSipVictim(), await startMediaVictim()];
    const talks = await Talks.begin(sip, media, share === 1 ? CALLS : 2);
    const [one, other] = [await stranger('127.0.0.3'), await stranger('127.0.0.3')];
    let took = 0;
    other.on('message', () => (took += 1));
    one.on('message', () => (took += 1));
    const timers: NodeJS.Timeout[] = [];
    try {
      talks.heard();
      const ports = (await media.dump()).channels.map(({ rtpPort }) => rtpPort);
      let n = 0;
      timers.push(
        setInterval(() => {
          for (let i = 0; i < BURST; i++, n++) {
            const bytes = random.chance(0.3) ? random.bytes(random.below(1500)) : packet(n, 9);
            one.send(bytes, random.pick(ports), '127.0.0.1', () => undefined);
          }
        }, 5),
      );
      await talks.speak(Math.round(Math.max(2, SECONDS * share) * 50));
      const heard = talks.heard();
      findings.is('in calls: frames that were not heard', heard.missing, 0);
      findings.is('in calls: packets that nobody said', heard.foreign, 0);
      findings.is('packets a stranger got of a call', took, 0);
      // A stranger who tries every port once is faster than a phone behind a NAT.
      await talks.addBehindNat(async (port) => {
        for (const sequence of [1, 1000]) other.send(packet(sequence, 5), port, '127.0.0.1');
        const since = performance.now();
        while (took === 0 && performance.now() - since < 3000) await new Promise((resolve) => setTimeout(resolve, 20));
        findings.atLeast('behind a NAT: packets the stranger gets before the phone has said anything', took, 1);
      });
      await talks.speak(25);
      took = 0;
      talks.heard();
      await talks.speak(100);
      const after = talks.heard();
      findings.is('behind a NAT: frames that were not heard', after.missing, 0);
      findings.is('behind a NAT: packets that nobody said', after.foreign, 0);
      findings.is('behind a NAT: packets the stranger gets afterwards', took, 0);
      findings.atLeast('packets counted as of strangers', (await media.metrics()).packetsStray, 1);
      findings.none('errors of the servers', [...(await sip.defects()), ...(await media.defects())]);
      findings.figures['packets of strangers'] = n;
    } finally {
      for (const timer of timers) clearInterval(timer);
      for (const socket of [one, other]) socket.close();
      await talks.end();
      await sip.close();
      await media.close();
    }
    return findings;
  },
};
