import type { Endpoint } from '../endpoint.ts';
import type { Cases } from '../run.ts';
import type { Scene } from '../scene.ts';

type Sound = (scene: Scene) => string;
const joined =
  (...names: readonly string[]): Sound =>
  (scene) =>
    names.map((name) => scene.sound(name)).join('!');

/** What `playback` is given, and plays to its end. */
const wholes: Readonly<Record<string, Sound>> = {
  'a file': (scene) => scene.sound('short.wav'),
  'a file from its middle': (scene) => `${scene.sound('short.wav')}@@800`,
  'a file that is not there': (scene) => scene.sound('nowhere.wav'),
  'a file of a relative path': () => 'nowhere/short.wav',
  'no name': () => '',
  'a file_string': (scene) => `file_string://${joined('short.wav', 'other.wav')(scene)}`,
  'a file_string with a missing part': (scene) => `file_string://${joined('nowhere.wav', 'other.wav')(scene)}`,
  'a file_string of nothing that is there': (scene) => `file_string://${joined('nowhere.wav')(scene)}`,
  'silence of 200 ms': () => 'silence_stream://200',
  'silence with noise': () => 'silence_stream://200,1400',
  'silence of no length': () => 'silence_stream://0',
  'a tone': () => 'tone_stream://%(200,0,440)',
  'two tones at once, twice': () => 'tone_stream://%(100,50,350,440);loops=2',
  'tones with a volume': () => 'tone_stream://v=-13;%(100,0,941.0,1477.0)',
  'a stream of a name nobody knows': () => 'nothing://here',
};

const variables = ['playback_seconds', 'playback_terminator_used', 'playback_last_offset_pos'];

/** Playing to its end, ending it by key or command, several at once. */
export const soundsPlayed: Cases = {
  ...Object.fromEntries(
    Object.entries(wholes).map(([name, sound]) => [
      name,
      async (scene: Scene) => {
        const a = await scene.endpoint('A', { subscribed: name === 'a file' });
        await a.execute('playback', sound(scene));
        await got(scene, a);
      },
    ]),
  ),
  'a list with a delimiter': async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('playback_delimiter', '!');
    await a.execute('playback', joined('short.wav', 'other.wav')(scene));
  },
  'a list with a missing part': async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('playback_delimiter', '!');
    await a.execute('playback', joined('short.wav', 'nowhere.wav')(scene));
  },
  'a list and its pause': async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('multiset', '^^^playback_delimiter=!^playback_sleep_val=20');
    await a.execute('playback', joined('short.wav', 'other.wav')(scene));
  },
  'with a timeout': async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('playback_timeout_sec', '2');
    await a.execute('playback', scene.sound('long.wav'));
    await got(scene, a);
  },
  ...Object.fromEntries(
    (
      [
        ['any', '5'],
        ['#', '#'],
        ['123', '3'],
      ] as const
    ).map(([terminators, key]) => [
      `ended by ${key} of ${terminators}`,
      async (scene: Scene) => {
        const a = await scene.endpoint('A');
        await a.set('playback_terminators', terminators);
        const id = await a.start('playback', scene.sound('long.wav'));
        await a.events.next('PLAYBACK_START');
        a.press(key);
        await a.over(id);
        await got(scene, a);
      },
    ]),
  ),
  'a key that is no terminator': async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('playback_terminators', '#');
    const id = await a.start('playback', scene.sound('long.wav'));
    await a.events.next('PLAYBACK_START');
    a.press('4');
    await a.events.next('DTMF 4');
    await a.api('uuid_break');
    await a.over(id);
    await got(scene, a);
  },
  'broken off': async (scene) => {
    const a = await scene.endpoint('A');
    const id = await a.start('playback', scene.sound('long.wav'));
    await a.events.next('PLAYBACK_START');
    await a.api('uuid_break');
    await a.over(id);
    await got(scene, a);
  },
  'a list broken off': async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('playback_delimiter', '!');
    const id = await a.start('playback', joined('long.wav', 'short.wav')(scene));
    await a.events.next('PLAYBACK_START');
    await a.api('uuid_break', 'all');
    await a.over(id);
  },
  'a file_string broken off': async (scene) => {
    const a = await scene.endpoint('A');
    const id = await a.start('playback', `file_string://${joined('long.wav', 'short.wav')(scene)}`);
    await a.events.next('PLAYBACK_START');
    await a.api('uuid_break');
    await a.over(id);
  },
  'nothing broken off': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_break');
    await a.execute('playback', scene.sound('short.wav'));
  },
  'one inside another': async (scene) => {
    const a = await scene.endpoint('A');
    const outer = await a.start('playback', scene.sound('long.wav'));
    await a.events.next('PLAYBACK_START');
    await a.execute('playback', scene.sound('short.wav'));
    await a.api('uuid_break');
    await a.over(outer);
  },
  'one after another, with a lock': async (scene) => {
    const a = await scene.endpoint('A');
    const first = await a.start('playback', scene.sound('short.wav'), '\nevent-lock: true');
    const second = await a.start('playback', scene.sound('other.wav'), '\nevent-lock: true');
    await a.over(first);
    await a.over(second);
  },
  'loops of a sound that is over too soon to be played again': async (scene) => {
    const a = await scene.endpoint('A');
    const id = await a.start('playback', scene.sound('short.wav'), '\nloops: 2');
    await a.over(id);
    await a.execute('set', 'after=playback');
  },
  'twice by loops': async (scene) => {
    const a = await scene.endpoint('A');
    // the second time lasts for longer than the end of the case takes
    const id = await a.start('playback', scene.sound('two-seconds.wav'), '\nloops: 2');
    await a.over(id);
  },
  'for ever, until it is broken off': async (scene) => {
    const a = await scene.endpoint('A');
    const id = await a.start('playback', 'silence_stream://-1');
    await a.events.next('PLAYBACK_START');
    await a.api('uuid_break');
    await a.over(id);
  },
  'a tone for ever, until it is broken off': async (scene) => {
    const a = await scene.endpoint('A');
    const id = await a.start('playback', 'tone_stream://%(100,100,440);loops=-1');
    await a.events.next('PLAYBACK_START');
    await a.api('uuid_break');
    await a.over(id);
  },
  endless_playback: async (scene) => {
    const a = await scene.endpoint('A');
    await a.start('endless_playback', scene.sound('long.wav'));
    await a.events.next('PLAYBACK_START');
  },
};

/** What the controller reads afterwards. */
async function got(scene: Scene, a: Endpoint): Promise<void> {
  for (const name of variables.slice(0, 2))
    scene.fact(name, { value: await a.events.api(`uuid_getvar ${a.uuid} ${name}`) });
}
