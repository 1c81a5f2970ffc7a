import { connect, type Socket } from 'node:net';
import { EslClient } from '#media/embedded/testing/esl-client.ts';
import { frame } from '#sip-proxy/embedded/frames.ts';
import { AdminClient } from './admin-client.ts';
import { Findings, type Attack, type AttackOptions, type Outcome } from './attack.ts';
import { scrambled } from './octets.ts';
import { Random } from './random.ts';
import { servesCall } from './serves.ts';
import { SECRET, startMediaVictim, startSipVictim } from './victims.ts';

const CONNECTIONS = 5000;
const COMMANDS = 20_000;
/** Connections at once that say nothing, and how many of them a server keeps (`newcomers.ts`). */
const MUTE = 300;
const KEPT = 64;

const dial = async (port: number): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => undefined);
  socket.resume();
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  return socket;
};

const gone = (socket: Socket): Promise<void> =>
  new Promise((resolve) => (socket.destroyed ? resolve() : void socket.once('close', () => resolve())));

/** The two ports for applications: connections that say nothing, octet by octet, huge frames, guesses, nonsense before and after the password. */
export const controlPortsAttack: Attack = {
  name: 'control-ports',
  title: 'admin port and event socket: who says nothing, huge frames, guesses, nonsense (3 min)',
  async run({ seed, share, say }: AttackOptions): Promise<Outcome> {
    const findings = new Findings();
    const random = new Random(seed);
    const [sip, media] = [await startSipVictim(), await startMediaVictim()];
    const client = await AdminClient.connect(sip.controlPort);
    const [sipBefore, mediaBefore] = [await sip.resources(), await media.resources()];
    try {
      for (const [name, port] of [
        ['admin port', sip.controlPort],
        ['event socket', media.controlPort],
      ] as const) {
        const mute = await Promise.all(Array.from({ length: MUTE }, () => dial(port)));
        const slow = setInterval(() => {
          for (const socket of mute) if (!socket.destroyed) socket.write(name === 'admin port' ? '1' : 'a');
        }, 50);
        const start = performance.now();
        if (name === 'admin port') (await AdminClient.connect(port)).close();
        else (await EslClient.authorised(port, SECRET)).close();
        findings.atMost(`${name}: ms until one who knows the password is through`, performance.now() - start, 5000);
        const open = (): number => mute.filter((socket) => !socket.destroyed).length;
        while (open() > KEPT && performance.now() - start < 5000)
          await new Promise((resolve) => setTimeout(resolve, 20));
        findings.atMost(`${name}: connections kept that say nothing`, open(), KEPT);
        clearInterval(slow);
        for (const socket of mute) socket.destroy();
        say(`${name}: who says nothing`);
        await nonsense(random, port, Math.ceil(CONNECTIONS * share));
        say(`${name}: nonsense before the password`);
      }
      await hugeAndGuesses(findings, media.controlPort, sip.controlPort);
      await adminCommands(random, sip.controlPort, Math.ceil(COMMANDS * share));
      say('commands after the password');
      findings.is('a call goes through afterwards', await servesCall(sip.sipPort), true);
      findings.is('the client of before is still connected', client.closed, false);
      findings.none('errors of the servers', [...(await sip.defects()), ...(await media.defects())]);
      const [sipAfter, mediaAfter] = [await sip.resources(), await media.resources()];
      findings.atMost('descriptors more, SIP server', sipAfter.descriptors - sipBefore.descriptors, 3);
      findings.atMost('descriptors more, media server', mediaAfter.descriptors - mediaBefore.descriptors, 3);
      findings.atMost('growth of the heap, SIP server, MB', (sipAfter.heapBytes - sipBefore.heapBytes) / 2 ** 20, 16);
      findings.atMost(
        'growth of the heap, media server, MB',
        (mediaAfter.heapBytes - mediaBefore.heapBytes) / 2 ** 20,
        8,
      );
      findings.figures['log lines'] = [
        sipAfter.logLines - sipBefore.logLines,
        mediaAfter.logLines - mediaBefore.logLines,
      ];
    } finally {
      client.close();
      await sip.close();
      await media.close();
    }
    return findings;
  },
};

const introductions = [
  '5#1|aut',
  '20#1|authenticate|wrong',
  '14#2|route|invite',
  'auth wrong\n\n',
  'api status\n\n',
  'content-length: 9999999\n\n',
].map((text) => Buffer.from(text));

async function nonsense(random: Random, port: number, count: number): Promise<void> {
  for (let n = 0; n < count; n += 20) {
    const sockets = await Promise.all(Array.from({ length: 20 }, () => dial(port)));
    for (const socket of sockets) socket.end(scrambled(random, introductions));
    await Promise.all(sockets.map(gone));
  }
}

async function hugeAndGuesses(findings: Findings, eventSocket: number, adminPort: number): Promise<void> {
  const told = async (port: number, octets: string | Buffer): Promise<string> => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    const heard: Buffer[] = [];
    socket.on('data', (piece) => heard.push(piece));
    socket.write(octets);
    await gone(socket);
    return Buffer.concat(heard).toString();
  };
  const longest = Buffer.concat([Buffer.from('99999#'), Buffer.alloc(99_999, 0x78)]);
  findings.is('admin port: the longest frame, not authenticated', await told(adminPort, longest), '');
  findings.is('admin port: a length of six digits', await told(adminPort, '100000#x'), '');
  const body = await told(eventSocket, 'sendmsg x\ncontent-length: 1000000\n\n');
  findings.is('event socket: a body of a megabyte before the password', body, 'Content-Type: auth/request\n\n');
  const lines = await told(eventSocket, Buffer.alloc(70_000, 0x61));
  findings.is('event socket: a line of 70,000 before the password', lines, 'Content-Type: auth/request\n\n');
  const guesses = await told(eventSocket, `auth wrong\n\nauth ${SECRET}\n\napi hostname\n\n`);
  findings.is('event socket: one guess a connection', /accepted|api\/response/.test(guesses), false);
  const frames = ['1|authenticate|wrong', `2|authenticate|${SECRET}`, '3|ping'].map((text) => frame(text));
  findings.is('admin port: one guess a connection', /\|OK/.test(await told(adminPort, Buffer.concat(frames))), false);
}

const commands = [
  '1|sip||\r\nINVITE sip:b@127.0.0.1:9 SIP/2.0\r\nFrom: <sip:a@localhost>\r\nTo: sip:b@h\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n',
  '2|sip||none\r\nBYE sip:placeholder SIP/2.0\r\n\r\n',
  '3|sip|none|\r\nSIP/2.0 180 Ringing\r\n\r\n',
  '4|sip|none|\r\nCANCEL sip:x SIP/2.0\r\n\r\n',
  '5|sip|||sip:127.0.0.1:9\r\nOPTIONS sip:b@h SIP/2.0\r\n\r\n',
  '6|route|invite',
  '7|remove_route|register',
  '8|proxy|t|||||serial|1|2|sip:h\r\nINVITE x SIP/2.0\r\n\r\n',
  '9|ping',
].map((text) => Buffer.from(text));

/** Commands of one who knows the password and is out of their mind. */
async function adminCommands(random: Random, port: number, count: number): Promise<void> {
  for (let n = 0; n < count; n += 10) {
    const socket = await dial(port);
    socket.write(frame(`0|authenticate|${SECRET}`));
    const ten = Array.from({ length: 10 }, () => frame(scrambled(random, commands).toString('latin1')));
    socket.end(random.chance(0.1) ? scrambled(random, ten) : Buffer.concat(ten));
    await gone(socket);
  }
}
