import type { Endpoint } from '../endpoint.ts';
import type { Cases } from '../run.ts';
import type { Scene } from '../scene.ts';
import { newCall, phoneSdp } from '../wire-phone.ts';

/** Calls to the media server, and the requests inside of them. */
export const endpoints: Cases = {
  'as drachtio-fsmrf makes one': async (scene) => {
    const a = await scene.endpoint('A', { subscribed: true });
    await connected(scene, a);
  },
  'without an offer': async (scene) => {
    const a = await scene.endpoint('A', { offer: 'none' });
    await connected(scene, a);
  },
  'offered A-law alone': async (scene) => {
    await scene.endpoint('A', { offer: (port) => phoneSdp(port, { formats: '8 101' }) });
  },
  'offered A-law before mu-law': async (scene) => {
    await scene.endpoint('A', { offer: (port) => phoneSdp(port, { formats: '8 0 101' }) });
  },
  'offered no telephone events': async (scene) => {
    const a = await scene.endpoint('A', { offer: (port) => phoneSdp(port, { formats: '0' }) });
    scene.fact('dtmf type', { dtmf_type: a.data['variable_dtmf_type'] ?? 'none' });
  },
  ...Object.fromEntries(
    ['sendonly', 'recvonly', 'inactive'].map((direction) => [
      `offered ${direction}`,
      async (scene: Scene) => void (await scene.endpoint('A', { offer: (port) => phoneSdp(port, { direction }) })),
    ]),
  ),
  'offered a codec that nobody has': async (scene) => {
    await refused(scene, { body: phoneSdp(4000, { formats: '111' }).replace('a=sendrecv', 'a=rtpmap:111 fancy/8000') });
  },
  'offered no SDP but text': async (scene) => {
    await refused(scene, { body: 'hello' });
  },
  'from anyone else': async (scene) => {
    await refused(scene, { body: phoneSdp(4000), agent: 'a phone' });
  },
  'OPTIONS outside of calls': async (scene) => {
    const phone = await scene.phone('phone');
    phone.send(phone.make('OPTIONS', target(scene), newCall(phone, target(scene))), scene.pair.mediaSipPort);
    await phone.next('200 OPTIONS');
  },
  'BYE of a call that is none': async (scene) => {
    const phone = await scene.phone('phone');
    const call = newCall(phone, target(scene));
    call.remoteTag = 'nobody';
    phone.send(phone.make('BYE', target(scene), call), scene.pair.mediaSipPort);
    await phone.next('481 BYE');
  },
  'held and taken back': async (scene) => {
    const a = await scene.endpoint('A');
    const port = Number(/m=audio (\d+)/.exec(a.rtp.sdp())?.[1]);
    for (const [version, direction, state] of [
      [2, 'sendonly', 'HELD'],
      [3, 'sendrecv', 'ACTIVE'],
    ] as const) {
      a.say('INVITE', {
        headers: { Contact: `<${a.phone.uri}>` },
        body: phoneSdp(port, { direction, version }),
      });
      await a.phone.next('200 INVITE');
      a.say('ACK');
      await a.events.next(`CHANNEL_CALLSTATE ${state}`);
    }
  },
  'a re-INVITE without an offer': async (scene) => {
    const a = await scene.endpoint('A');
    const port = Number(/m=audio (\d+)/.exec(a.rtp.sdp())?.[1]);
    a.say('INVITE', { headers: { Contact: `<${a.phone.uri}>` } });
    await a.phone.next('200 INVITE');
    a.say('ACK', { body: phoneSdp(port, { version: 2 }) });
  },
  'moved to another port': async (scene) => {
    const a = await scene.endpoint('A');
    a.say('INVITE', {
      headers: { Contact: `<${a.phone.uri}>` },
      body: phoneSdp(4100, { version: 2 }),
    });
    await a.phone.next('200 INVITE');
    a.say('ACK');
    await a.api('uuid_set_media_stats');
    const dump = await a.api('uuid_getvar', 'remote_media_port');
    scene.fact('remote port', { port: dump });
  },
  'INFO with a key': async (scene) => {
    const a = await scene.endpoint('A');
    a.say('INFO', { headers: { 'Content-Type': 'application/dtmf-relay' }, body: 'Signal=5\r\nDuration=160\r\n' });
    await a.phone.next('200 INFO');
    await a.execute('set', 'after=info');
  },
  'OPTIONS inside': async (scene) => {
    const a = await scene.endpoint('A');
    a.say('OPTIONS');
    await a.phone.next('200 OPTIONS');
  },
  'the phone hangs up': async (scene) => {
    const a = await scene.endpoint('A');
    a.say('BYE', { headers: { Reason: 'Q.850;cause=17;text="busy"' } });
    await a.phone.next('200 BYE');
    await scene.end(a);
  },
  'the phone hangs up while it hears something': async (scene) => {
    const a = await scene.endpoint('A');
    await a.start('playback', scene.sound('long.wav'));
    await a.events.next('PLAYBACK_START');
    a.say('BYE');
    await a.phone.next('200 BYE');
    await scene.end(a);
  },
  ...Object.fromEntries(
    ['', 'USER_BUSY', 'CALL_REJECTED', 'NO_ANSWER', 'no such cause'].map((cause) => [
      `hung up by the application${cause === '' ? '' : ` as ${cause}`}`,
      async (scene: Scene) => {
        const a = await scene.endpoint('A');
        await a.start('hangup', cause);
        await a.phone.next('BYE');
        await scene.end(a);
      },
    ]),
  ),
  killed: async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_kill');
    await a.phone.next('BYE');
    await scene.end(a);
  },
  'killed with a cause': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_kill', 'USER_BUSY');
    await a.phone.next('BYE');
    await scene.end(a);
  },
  'its controller goes': async (scene) => {
    const a = await scene.endpoint('A');
    a.control.close();
    await a.phone.next('BYE');
    await scene.end(a);
  },
};

/** Headers of the answer to `connect`, and the variables once the media server has read the ACK. */
async function connected(scene: Scene, a: Endpoint): Promise<void> {
  const headers = Object.entries(a.data).filter(([name]) => !name.startsWith('variable_'));
  const dump = JSON.parse(await a.events.api(`uuid_dump ${a.uuid} json`)) as Record<string, string>;
  const variables = Object.entries(dump).filter(([name]) => name.startsWith('variable_'));
  scene.fact('CHANNEL_DATA', Object.fromEntries([...headers, ...variables]));
}

const target = (scene: Scene): string => `sip:drachtio@127.0.0.1:${scene.pair.mediaSipPort}`;

async function refused(
  scene: Scene,
  { body, agent = 'drachtio-fsmrf:00000000-0000-4000-8000-000000000001' }: { body: string; agent?: string },
): Promise<void> {
  const phone = await scene.phone('phone');
  const call = newCall(phone, target(scene));
  const headers = { Contact: `<${phone.uri}>`, 'User-Agent': agent, 'X-esl-outbound': '127.0.0.1:9' };
  const branch = `z9hG4bK${call.id}`;
  phone.send(phone.make('INVITE', target(scene), call, { headers, body, branch }), scene.pair.mediaSipPort);
  const response = await phone.final('INVITE');
  call.remoteTag = response.to.tag;
  phone.send(phone.make('ACK', target(scene), call, { branch }), scene.pair.mediaSipPort);
}
