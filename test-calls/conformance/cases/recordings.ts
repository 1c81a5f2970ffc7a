import type { Endpoint } from '../endpoint.ts';
import type { Cases } from '../run.ts';
import type { Scene } from '../scene.ts';
import { between, maskedFact, recordingFact } from './wav-facts.ts';

/** Recording one party alone, a call in the background, and laying sounds over it. */
export const recordings: Cases = {
  'a voice, ended by a key': async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('playback_terminators', '#');
    const id = await a.start('record', `${scene.file('name.wav')} 10`);
    const started = await a.events.next('RECORD_START');
    await a.rtp.speaks(45);
    a.press('#');
    const stopped = await a.events.next('RECORD_STOP');
    await a.over(id);
    scene.fact('terminator', { value: await a.events.api(`uuid_getvar ${a.uuid} playback_terminator_used`) });
    recordingFact(scene, scene.file('name.wav'), between(started, stopped));
  },
  'a voice, broken off': async (scene) => {
    const a = await scene.endpoint('A');
    const id = await a.start('record', scene.file('name.wav'));
    const started = await a.events.next('RECORD_START');
    await a.rtp.speaks(45);
    await a.api('uuid_break');
    const stopped = await a.events.next('RECORD_STOP');
    await a.over(id);
    recordingFact(scene, scene.file('name.wav'), between(started, stopped));
  },
  'a key that does not end it': async (scene) => {
    const a = await scene.endpoint('A');
    const id = await a.start('record', scene.file('name.wav'));
    await a.events.next('RECORD_START');
    a.press('5');
    await a.events.next('DTMF 5');
    await a.api('uuid_break');
    await a.over(id);
  },
  'a folder that is not there': async (scene) => {
    const a = await scene.endpoint('A');
    await a.start('record', scene.file('deep/er/name.wav'));
    await a.phone.next('BYE');
    await scene.end(a);
  },
  'a file that cannot be written': async (scene) => {
    const a = await scene.endpoint('A');
    await a.start('record', '/proc/nowhere/name.wav');
    await a.phone.next('BYE');
    await scene.end(a);
  },
  'silence ends it': async (scene) => {
    const a = await scene.endpoint('A', { speaks: false });
    await a.execute('record', `${scene.file('name.wav')} 10 200 1`);
    scene.fact('silence', { value: await a.events.api(`uuid_getvar ${a.uuid} silence_hits_exhausted`) });
  },
  'a call, both sides apart': async (scene) => {
    const { a } = await recorded(scene, async () => undefined);
    scene.fact('name', { ok: String(a.name === 'A') });
  },
  'a call, both sides in one': async (scene) => {
    const a = await scene.endpoint('A');
    await background(scene, a);
  },
  'one side alone': async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('RECORD_READ_ONLY', 'true');
    await background(scene, a);
  },
  'the other side alone': async (scene) => {
    const a = await scene.endpoint('A');
    await a.set('RECORD_WRITE_ONLY', 'true');
    await background(scene, a);
  },
  'both sides apart, and swapped': async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('multiset', '^^^RECORD_STEREO_SWAP=true^RECORD_STEREO=true');
    await background(scene, a);
  },
  'masked for a while': async (scene) => {
    await recorded(
      scene,
      async (a, path) => {
        await a.api('uuid_record', `mask ${path}`);
        await a.rtp.speaks(50);
        await a.api('uuid_record', `unmask ${path}`);
      },
      true,
    );
  },
  'paused for a while': async (scene) => {
    await recorded(scene, async (a, path) => {
      await a.api('uuid_record', `pause ${path}`);
      const paused = performance.now();
      await a.rtp.speaks(50);
      await a.api('uuid_record', `resume ${path}`);
      return performance.now() - paused;
    });
  },
  'started twice': async (scene) => {
    await recorded(scene, async (a, path) => void (await a.api('uuid_record', `start ${path}`)));
  },
  'by another spelling of its path': async (scene) => {
    await recorded(scene, async (a, path) => {
      const other = path.replace(/\/([^/]+)$/, '/./$1');
      for (const what of ['mask', 'unmask', 'pause', 'resume', 'stop']) await a.api('uuid_record', `${what} ${other}`);
    });
  },
  'all stopped at once': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_record', `start ${scene.file('one.wav')}`);
    await a.events.next('RECORD_START');
    await a.api('uuid_record', `start ${scene.file('two.wav')}`);
    await a.events.next('RECORD_START');
    await a.rtp.speaks(20);
    await a.api('uuid_record', 'stop all');
    await a.events.next('RECORD_STOP');
    await a.events.next('RECORD_STOP');
  },
  'ended by the end of the call': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_record', `start ${scene.file('whole.wav')}`);
    const started = await a.events.next('RECORD_START');
    await a.rtp.speaks(40);
    a.say('BYE');
    const stopped = await a.events.next('RECORD_STOP');
    await scene.end(a);
    recordingFact(scene, scene.file('whole.wav'), between(started, stopped));
  },
  'a call that cannot be written': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_record', 'start /proc/nowhere/call.wav');
    await a.execute('set', 'after=record');
  },
  'words that are wrong': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_record');
    await a.api('uuid_record', 'start');
    await a.api('uuid_record', `fly ${scene.file('x.wav')}`);
    await a.control.api('uuid_record nobody start /x.wav');
    await a.api('uuid_record', `stop ${scene.file('never.wav')}`);
  },
  'record_session and stop_record_session': async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('record_session', scene.file('session.wav'));
    await a.events.next('RECORD_START');
    await a.rtp.speaks(20);
    await a.execute('stop_record_session', scene.file('session.wav'));
    await a.events.next('RECORD_STOP');
  },
  ...Object.fromEntries(
    ['0 mux', '0 mf', '0', '0 r', '0 rm', '0 l'].map((flags) => [
      `laid over: ${flags}`,
      async (scene: Scene) => {
        const a = await scene.endpoint('A');
        await a.start('playback', 'silence_stream://-1');
        await a.events.next('PLAYBACK_START');
        await a.api('uuid_displace', `start ${scene.sound('other.wav')} ${flags}`);
        await a.events.next('MEDIA_BUG_START displace');
        if (flags.includes('l')) await a.api('uuid_displace', `stop ${scene.sound('other.wav')}`);
        await a.events.next('MEDIA_BUG_STOP displace');
      },
    ]),
  ),
  'laid over twice': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_displace', `start ${scene.sound('long.wav')} 0 mux`);
    await a.api('uuid_displace', `start ${scene.sound('long.wav')} 0 mux`);
    await a.api('uuid_displace', `stop ${scene.sound('long.wav')}`);
    await a.api('uuid_displace', `stop ${scene.sound('long.wav')}`);
  },
  'laid over: words that are wrong': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_displace');
    await a.api('uuid_displace', 'start');
    await a.api('uuid_displace', `start ${scene.sound('nowhere.wav')} 0 mux`);
    await a.control.api(`uuid_displace nobody start ${scene.sound('long.wav')}`);
  },
  ...Object.fromEntries(
    (['0 mux', '0 mf'] as const).map((flags) => [
      `whether a recording has what was laid over: ${flags}`,
      async (scene: Scene) => {
        const a = await scene.endpoint('A', { speaks: false });
        const path = scene.file('call.wav');
        await a.set('RECORD_STEREO', 'true');
        await a.start('playback', 'silence_stream://-1');
        await a.events.next('PLAYBACK_START');
        await a.api('uuid_record', `start ${path}`);
        const started = await a.events.next('RECORD_START');
        await a.api('uuid_displace', `start ${scene.sound('other.wav')} ${flags}`);
        await a.events.next('MEDIA_BUG_STOP displace');
        await a.api('uuid_record', `stop ${path}`);
        const stopped = await a.events.next('RECORD_STOP');
        recordingFact(scene, path, between(started, stopped));
      },
    ]),
  ),
};

/** What is done to a recording in its middle. @returns the milliseconds of it that are not recorded */
type Middle = (a: Endpoint, path: string) => Promise<number | void>;

/** A stereo recording of a voice and a prompt, with something done to it in the middle. */
async function recorded(scene: Scene, middle: Middle, masks = false): Promise<{ a: Endpoint }> {
  const a = await scene.endpoint('A');
  await a.set('RECORD_STEREO', 'true');
  await background(scene, a, middle);
  if (masks) maskedFact(scene, scene.file('call.wav'));
  return { a };
}

async function background(scene: Scene, a: Endpoint, middle: Middle = async () => undefined): Promise<void> {
  const path = scene.file('call.wav');
  const prompt = await a.start('playback', scene.sound('long.wav'));
  await a.events.next('PLAYBACK_START');
  await a.api('uuid_record', `start ${path}`);
  const started = await a.events.next('RECORD_START');
  await a.rtp.speaks(25);
  const pausedMs = (await middle(a, path)) ?? 0;
  await a.rtp.speaks(25);
  await a.api('uuid_record', `stop ${path}`);
  const stopped = await a.events.next('RECORD_STOP');
  await a.api('uuid_break');
  await a.over(prompt);
  recordingFact(scene, path, between(started, stopped) - pausedMs);
}
