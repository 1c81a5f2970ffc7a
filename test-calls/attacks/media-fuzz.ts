import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EslClient } from '#media/embedded/testing/esl-client.ts';
import { RTP_HEADER_BYTES, writeRtpHeader } from '#media/rtp/packet.ts';
import { writeEvent } from '#media/rtp/telephone-event.ts';
import { Findings, type Attack, type AttackOptions, type Outcome } from './attack.ts';
import { mkfifoSync } from './fifo.ts';
import { MediaController, phoneSdp } from './media-call.ts';
import { scrambled } from './octets.ts';
import { Random } from './random.ts';
import { SECRET, startMediaVictim, type MediaVictim } from './victims.ts';

const OFFERS = 3000;
const PACKETS = 200_000;
const COMMANDS = 50_000;

/** Spoilt SDP, RTP and commands to a media server that runs. */
export const mediaFuzzAttack: Attack = {
  name: 'media-fuzz',
  title:
    'spoilt SDP, RTP, telephone events and, after the password, event socket commands to a running media server (1 min)',
  async run({ seed, share, say }: AttackOptions): Promise<Outcome> {
    const findings = new Findings();
    const server = await startMediaVictim();
    const controller = await MediaController.open(server.sipPort);
    const random = new Random(seed);
    try {
      const before = await server.resources();
      await offers(findings, controller, random, Math.ceil(OFFERS * share));
      say('offers done');
      await packets(findings, server, controller, random, Math.ceil(PACKETS * share));
      say('packets done');
      await commands(findings, server, controller, random, Math.ceil(COMMANDS * share));
      const { response, hangup } = await controller.call(phoneSdp(4000));
      findings.is('a call goes through afterwards', response.status, 200);
      await hangup();
      const { channels, bridges, recordings } = await server.metrics();
      findings.is('channels, bridges and recordings left', channels + bridges + recordings, 0);
      findings.none(
        'errors of the server',
        (await server.defects()).filter(({ text }) => !expected.has(text)),
      );
      // Transactions last for 32 s (RFC 3261 §17.2, timers J and L); a test does not wait for that.
      if (share > 0.1) await forgotten(server);
      const after = await server.resources();
      findings.atMost('growth of the heap, MB', (after.heapBytes - before.heapBytes) / 2 ** 20, 12);
      findings.atMost('descriptors more than before', after.descriptors - before.descriptors, 3);
    } finally {
      await controller.close();
      await server.close();
    }
    return findings;
  },
};

const forgotten = async (server: MediaVictim): Promise<void> => {
  while (JSON.stringify((await server.dump()).sip.transactions).includes(':{"'))
    await new Promise((resolve) => setTimeout(resolve, 500));
};

/** What the log calls an error and is none of the server's own: files that cannot be written where a controller wants them. */
const expected: ReadonlySet<string> = new Set(['record cannot write', 'recording failed', 'record failed']);

const descriptions = [
  phoneSdp(4000),
  `${phoneSdp(4000, '8 97')}a=rtpmap:97 telephone-event/8000\r\na=sendonly\r\na=ptime:30\r\n`,
  `${phoneSdp(4000)}a=rtcp:4001\r\nm=video 5000 RTP/AVP 31\r\nm=audio 0 RTP/AVP 0\r\n`,
  phoneSdp(4000).replace('127.0.0.1\r\nt=', '0.0.0.0\r\nt='),
  '',
].map((text) => Buffer.from(text));

async function offers(findings: Findings, controller: MediaController, random: Random, count: number): Promise<void> {
  const statuses: Record<number, number> = {};
  for (let n = 0; n < count; n += 10) {
    const calls = Array.from({ length: 10 }, () => controller.call(scrambled(random, descriptions)));
    for (const { response, hangup } of await Promise.all(calls)) {
      statuses[response.status] = (statuses[response.status] ?? 0) + 1;
      if (![200, 415, 488].includes(response.status)) findings.found.push(`an offer is answered ${response.status}`);
      await hangup();
    }
  }
  findings.figures['offers answered'] = statuses;
}

/** One leg, recorded, that gets everything but what was agreed. */
async function packets(
  findings: Findings,
  server: MediaVictim,
  controller: MediaController,
  random: Random,
  count: number,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'attacked-'));
  const socket = createSocket({ type: 'udp4', lookup: (name, _, done) => done(null, name, 4) });
  const bound = once(socket, 'listening');
  socket.bind(0, '127.0.0.1');
  await bound;
  let heard = 0;
  socket.on('message', () => (heard += 1));
  const { response, hangup } = await controller.call(phoneSdp(socket.address().port));
  const port = Number(/m=audio (\d+)/.exec(response.body.toString())?.[1]);
  const esl = await EslClient.authorised(server.controlPort, SECRET);
  const uuid = (await server.dump()).channels[0]?.uuid ?? '';
  const path = join(folder, 'talk.wav');
  const reply = await esl.command(`api uuid_record ${uuid} start ${path}`);
  findings.is('recording begins', reply.body.startsWith('+OK'), true);
  const start = performance.now();
  const plain = (n: number): Buffer => {
    const event = random.chance(0.3);
    const bytes = Buffer.alloc(RTP_HEADER_BYTES + (event ? 4 : 160), 0x55);
    writeRtpHeader(bytes, random.chance(0.1), event ? 101 : 0, n & 0xffff, (n * 160) >>> 0, 7);
    if (event) writeEvent(bytes, RTP_HEADER_BYTES, random.below(20), random.chance(0.5), 10, random.below(65_536));
    return bytes;
  };
  for (let n = 0; n < count; n++) {
    const kind = random.below(10);
    const bytes =
      kind < 4
        ? plain(n)
        : kind < 6
          ? plain(random.bits())
          : kind < 9
            ? scrambled(random, [plain(n), plain(n + 1)])
            : random.bytes(random.below(2000));
    socket.send(bytes, port, '127.0.0.1', () => undefined);
    if (n % 200 === 199) await esl.command('api hostname');
  }
  const ms = performance.now() - start;
  findings.atLeast('packets of 20 ms the phone got, of those of the time', heard, Math.floor((ms / 20) * 0.8));
  await esl.command(`api uuid_record ${uuid} stop ${path}`);
  const seconds = (statSync(path).size - 44) / 16_000;
  // Whatever the timestamps say, a recording is as long as the time it took, and what was waiting.
  findings.atMost('seconds recorded', seconds, ms / 1000 + 3);
  const { keysLeftOut, packetsStray } = await server.metrics();
  Object.assign(findings.figures, { keysLeftOut, packetsStray, 'seconds of packets': ms / 1000 });
  esl.close();
  await hangup();
  socket.close();
  rmSync(folder, { recursive: true, force: true });
}

const apis =
  'global_getvar hostname sched_api sched_broadcast sched_del sched_hangup sched_transfer show sofia status uuid_break uuid_bridge uuid_broadcast uuid_displace uuid_drop_dtmf uuid_dump uuid_exists uuid_getvar uuid_kill uuid_park uuid_record uuid_recv_dtmf uuid_send_dtmf uuid_set_media_stats uuid_setvar uuid_setvar_multi uuid_transfer version'.split(
    ' ',
  );
const applications =
  'answer bind_digit_action eavesdrop event export multiset park play_and_get_digits playback record send_dtmf set set_mute sleep spandsp_start_dtmf spandsp_stop_dtmf start_dtmf stop_dtmf unset uuid_bridge'.split(
    ' ',
  );

async function commands(
  findings: Findings,
  server: MediaVictim,
  controller: MediaController,
  random: Random,
  count: number,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'attacked-'));
  mkfifoSync(join(folder, 'pipe.wav'));
  // Nothing is written but here.
  const words = [
    ...[
      'all',
      'both',
      'on',
      'off',
      'start',
      'stop',
      'mask',
      'unmask',
      '-1',
      '0',
      '1',
      '+1',
      '99999999999',
      'inline',
      '-both',
      '-bleg',
    ],
    ...[
      'mask_digits',
      'aleg',
      '123#*@800',
      'W',
      'playback_terminators=any',
      'x=${x}${x}',
      'channels',
      'json',
      'NORMAL_CLEARING',
    ],
    ...[
      'tone_stream://%(0.01,0,400);loops=-1',
      'silence_stream://-1',
      'playback:silence_stream://20,park',
      '/dev/zero',
      '/proc/nowhere.wav',
    ],
    ...[
      `${folder}/a.wav`,
      `${folder}/b.wav`,
      `${folder}/pipe.wav`,
      `file_string://${folder}/a.wav!silence_stream://1`,
      '1 4 3 4000 # x y z',
    ],
  ];
  let slowestMs = 0;
  const live = async (): Promise<string[]> => {
    while ((await server.metrics()).channels < 4) await controller.call(phoneSdp(random.between(20_000, 60_000)));
    return (await server.dump()).channels.map(({ uuid }) => uuid);
  };
  for (let n = 0; n < count; n += 50) {
    const uuids = await live();
    const esl = await EslClient.authorised(server.controlPort, SECRET);
    const word = (): string => (random.chance(0.35) ? random.pick(uuids) : random.pick(words));
    const some = (): string => Array.from({ length: random.below(5) }, word).join(' ');
    for (let m = 0; m < 50; m++) {
      const message = (): string =>
        `sendmsg ${random.pick(uuids)}\ncall-command: execute\nexecute-app-name: ${random.pick(applications)}\nexecute-app-arg: ${some()}\nloops: ${random.pick(['1', '-1', '1000000', 'x'])}`;
      const text = random.pick([
        () => `api ${random.pick(apis)} ${random.pick(uuids)} ${some()}`,
        () => `bgapi ${random.pick(apis)} ${some()}`,
        () => `api ${random.pick(apis)} ${some()}`,
        message,
        () => `event ${random.pick(['json', 'plain', 'xml', ''])} ${random.pick(['all', 'CUSTOM x', 'DTMF'])}`,
        () => `filter ${random.pick(['delete', 'Unique-ID', ''])} ${some()}`,
        () =>
          random.pick([
            'nixevent all',
            'noevents',
            'myevents',
            'linger',
            'divert_events on',
            'log 7',
            'getvar x',
            'resume',
          ]),
        () => `${random.bytes(20).toString('latin1').replaceAll('\n', ' ')}`,
      ])();
      const bytes = random.chance(0.2) ? scrambled(random, [Buffer.from(text)]) : Buffer.from(text);
      esl.write(Buffer.concat([bytes, Buffer.from('\n\n')]));
    }
    esl.close();
    const start = performance.now();
    const other = await EslClient.authorised(server.controlPort, SECRET);
    await other.command('api hostname');
    slowestMs = Math.max(slowestMs, performance.now() - start);
    other.close();
  }
  findings.figures['slowest answer to another controller, ms'] = slowestMs;
  const esl = await EslClient.authorised(server.controlPort, SECRET);
  for (const { uuid } of (await server.dump()).channels) await esl.command(`api uuid_kill ${uuid}`);
  for (const task of (await server.dump()).tasks as { group: string }[])
    await esl.command(`api sched_del ${task.group}`);
  esl.close();
  rmSync(folder, { recursive: true, force: true });
}
