import type { Endpoint } from '../endpoint.ts';
import type { Cases } from '../run.ts';
import type { Scene } from '../scene.ts';

/** Two channels, bridged by command. */
async function bridged(scene: Scene): Promise<readonly [Endpoint, Endpoint]> {
  const [a, b] = [await scene.endpoint('A'), await scene.endpoint('B')];
  await a.control.api(`uuid_bridge ${a.uuid} ${b.uuid}`);
  await a.events.next('CHANNEL_BRIDGE');
  return [a, b];
}

/** Bridges, transfers, broadcasts. */
export const talks: Cases = {
  'bridged, then both parked': async (scene) => {
    const [a, b] = await bridged(scene);
    await a.api('uuid_transfer', '-both park inline');
    await a.events.next('CHANNEL_PARK');
    await b.events.next('CHANNEL_PARK');
  },
  'bridged, and one hangs up': async (scene) => {
    const [a, b] = await bridged(scene);
    a.say('BYE');
    await scene.end(a);
    await b.events.next('CHANNEL_PARK');
    await b.execute('playback', scene.sound('short.wav'));
  },
  'bridged, and one is killed': async (scene) => {
    const [a, b] = await bridged(scene);
    await a.api('uuid_kill', 'USER_BUSY');
    await scene.end(a);
    await b.events.next('CHANNEL_PARK');
  },
  'bridged with nobody': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_bridge', 'nobody');
    await a.control.api('uuid_bridge nobody noone');
    await a.control.api('uuid_bridge');
    await a.api('uuid_bridge');
  },
  'bridged with itself': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_bridge', a.uuid);
    scene.silence('A events');
  },
  'a key through a bridge': async (scene) => {
    const [a, b] = await bridged(scene);
    const heard = b.rtp.next((packet) => packet.type === 101 && packet.payload[0] === 6);
    a.press('6');
    scene.fact('heard', { event: String((await heard).payload[0]) });
    await a.events.next('DTMF 6');
  },
  'keys dropped': async (scene) => {
    const [a, b] = await bridged(scene);
    await b.api('uuid_drop_dtmf', 'on mask_digits 0');
    const heard = b.rtp.next((packet) => packet.type === 101);
    a.press('6');
    scene.fact('heard', { event: String((await heard).payload[0]) });
    await b.api('uuid_drop_dtmf', 'off mask_digits 0');
  },
  'keys dropped: words that are wrong': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_drop_dtmf');
    await a.api('uuid_drop_dtmf', 'on');
    await a.control.api('uuid_drop_dtmf nobody on mask_digits 0');
  },
  'a sound for one, of two who talk': async (scene) => {
    const [a, b] = await bridged(scene);
    await a.api('uuid_broadcast', `${scene.sound('short.wav')} aleg`);
    await a.events.next('PLAYBACK_STOP');
    await b.rtp.speaks(5);
  },
  'a sound for both': async (scene) => {
    const [a, b] = await bridged(scene);
    await a.api('uuid_broadcast', `${scene.sound('short.wav')} both`);
    await a.events.next('PLAYBACK_STOP');
    await b.events.next('PLAYBACK_STOP');
  },
  'a broadcast to one who is alone': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_broadcast', `${scene.sound('short.wav')} aleg`);
    await a.events.next('PLAYBACK_STOP');
  },
  'a broadcast of an application': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_broadcast', 'set::told=yes aleg');
    await a.events.next('CHANNEL_EXECUTE_COMPLETE set');
  },
  'a broadcast to nobody': async (scene) => {
    const a = await scene.endpoint('A');
    await a.control.api('uuid_broadcast nobody /x.wav aleg');
    await a.control.api('uuid_broadcast');
  },
  'transferred to applications': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_transfer', `'set:one=1,playback:${scene.sound('short.wav')},park' inline`);
    await a.events.next('CHANNEL_PARK');
  },
  'transferred, and nothing follows': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_transfer', 'sleep:40 inline');
    await scene.end(a);
  },
  'transferred: the other one': async (scene) => {
    const [a, b] = await bridged(scene);
    // what becomes of the one that stays depends on which of two threads is first
    scene.silence('A events');
    await a.api('uuid_transfer', '-bleg park inline');
    await b.events.next('CHANNEL_PARK');
    await a.events.next('CHANNEL_PARK');
  },
  'transferred by the application': async (scene) => {
    const a = await scene.endpoint('A');
    await a.start('transfer', 'park inline');
    await a.events.next('CHANNEL_PARK');
  },
  'transferred: words that are wrong': async (scene) => {
    const a = await scene.endpoint('A');
    await a.control.api('uuid_transfer');
    await a.control.api('uuid_transfer nobody park inline');
  },
  parked: async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_park');
    await a.events.next('CHANNEL_PARK');
    await a.control.api('uuid_park nobody');
    await a.control.api('uuid_park');
  },
  'parked by the application': async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('park');
    await a.execute('set', 'after=park');
  },
  'keys inside of a park': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_park');
    await a.events.next('CHANNEL_PARK');
    a.press('5');
    await a.events.next('DTMF 5');
  },
  'the bridge application': async (scene) => {
    const [a, b] = [await scene.endpoint('A'), await scene.endpoint('B')];
    await a.start('intercept', b.uuid);
    await a.events.next('CHANNEL_BRIDGE');
  },
  'one listens to another': async (scene) => {
    const [a, b] = [await scene.endpoint('A'), await scene.endpoint('B')];
    await a.execute('multiset', '^^^eavesdrop_enable_dtmf=false^eavesdrop_indicate_failed=silence_stream://20');
    await a.start('eavesdrop', b.uuid);
    await b.events.next('MEDIA_BUG_START eavesdrop');
  },
  'one listens to nobody': async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('eavesdrop', '00000000-0000-4000-8000-000000000000');
  },
  'a bridge that is recorded': async (scene) => {
    const [a, b] = await bridged(scene);
    await a.api('uuid_record', `start ${scene.file('talk.wav')} 0 {RECORD_STEREO=true}`);
    await a.events.next('RECORD_START');
    await b.rtp.speaks(25);
    await a.api('uuid_record', `stop ${scene.file('talk.wav')}`);
    await a.events.next('RECORD_STOP');
  },
  'a bridge that is made again': async (scene) => {
    const [a, b] = await bridged(scene);
    await a.api('uuid_transfer', '-both park inline');
    await a.events.next('CHANNEL_PARK');
    await b.events.next('CHANNEL_PARK');
    await a.control.api(`uuid_bridge ${a.uuid} ${b.uuid}`);
    await a.events.next('CHANNEL_BRIDGE');
  },
};
