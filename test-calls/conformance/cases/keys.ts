import type { Cases } from '../run.ts';
import type { Scene } from '../scene.ts';

interface Collecting {
  /** Everything after the name of the application; `P` and `I` are the prompt and the sound for a wrong entry. */
  readonly argument: string;
  /** Pressed when the prompt has begun. */
  readonly early?: string;
  /** Pressed when it is over. */
  readonly late?: string;
}

const collections: Readonly<Record<string, Collecting>> = {
  'as many keys as wanted': { argument: '1 2 1 1000 # P I got \\d+ 1000', late: '12' },
  'pressed while the prompt plays': { argument: '1 2 1 1000 # P I got \\d+ 1000', early: '34' },
  'ended by a terminator': { argument: '1 5 1 1000 # P I got \\d+ 1000', late: '12#' },
  'ended by another terminator': { argument: '1 5 1 1000 *# P I got \\d+ 1000', late: '7*' },
  'a terminator that is kept': { argument: '1 5 1 1000 +# P I got .* 1000', late: '12#' },
  'a terminator that must come': { argument: '1 5 1 1000 =# P I got \\d+ 1000', late: '12' },
  'no terminators': { argument: '1 3 1 1000 none P I got .* 1000', late: '1#2' },
  'nothing pressed': { argument: '1 2 1 1000 # P I got \\d+ 1000' },
  'nothing pressed, twice': { argument: '1 2 2 1000 # P I got \\d+ 1000' },
  'nothing pressed, and nothing is right': { argument: '0 2 1 1000 # P I got \\d* 1000' },
  'a terminator at once': { argument: '0 2 1 1000 # P I got \\d+ 1000', late: '#' },
  'too few': { argument: '3 5 1 1000 # P I got \\d+ 1000', late: '1' },
  'too few and a terminator': { argument: '3 5 1 1000 # P I got \\d+ 1000', late: '1#' },
  'enough when the time is over': { argument: '1 5 1 1000 # P I got \\d+ 1000', late: '12' },
  'not as they shall be': { argument: '1 1 1 1000 # P I got [1-3] 1000', late: '9' },
  'not as they shall be, then right': { argument: '1 1 2 1000 # P I got [1-3] 1000', late: '92' },
  'one key, which is the terminator': { argument: '1 1 1 1000 # P I got .* 1000', late: '#' },
  'no prompt': { argument: '1 1 1 1000 # silence silence got \\d 1000', late: '5' },
  'a prompt that is not there': { argument: '1 1 1 1000 # /nowhere.wav I got \\d 1000' },
  'no regular expression': { argument: '1 1 1 1000 # P I got', late: '5' },
  'a prompt of silence': { argument: '1 1 1 1000 # silence_stream://100 I got \\d 1000', late: '5' },
};

/** Collecting keys, sending and receiving them. */
export const keys: Cases = {
  ...Object.fromEntries(
    Object.entries(collections).map(([name, { argument, early, late }]) => [
      `collected: ${name}`,
      async (scene: Scene) => {
        const a = await scene.endpoint('A');
        const given = argument
          .replace(' P ', ` ${scene.sound('short.wav')} `)
          .replace(' I ', ` ${scene.sound('other.wav')} `);
        const id = await a.start('play_and_get_digits', given);
        const silent = argument.includes(' silence ') || argument.includes('/nowhere');
        if (!silent) await a.events.next('PLAYBACK_START');
        for (const key of early ?? '') a.press(key);
        if (late !== undefined && !silent) await a.events.next('PLAYBACK_STOP');
        for (const key of late ?? '') a.press(key);
        await a.over(id);
        for (const variable of ['got', 'got_invalid', 'read_result', 'read_terminator_used'])
          scene.fact(variable, { value: await a.events.api(`uuid_getvar ${a.uuid} ${variable}`) });
      },
    ]),
  ),
  'a terminator that stays from the last time': async (scene) => {
    const a = await scene.endpoint('A');
    const collect = `play_and_get_digits`;
    const rest = 'silence silence got \\d+ 1000';
    const first = await a.start(collect, `1 3 1 1000 # ${rest}`);
    for (const key of '1#') a.press(key);
    await a.over(first);
    await a.execute(collect, `1 3 1 1000 # ${rest}`);
    for (const variable of ['got', 'read_result', 'read_terminator_used'])
      scene.fact(variable, { value: await a.events.api(`uuid_getvar ${a.uuid} ${variable}`) });
  },
  'pressed while nothing reads keys, told when something does': async (scene) => {
    const a = await scene.endpoint('A');
    a.press('8');
    await a.events.next('DTMF 8');
  },
  'pressed twice': async (scene) => {
    const a = await scene.endpoint('A');
    a.press('1');
    await a.events.next('DTMF 1');
    a.press('1');
    await a.events.next('DTMF 1');
  },
  'received by uuid_recv_dtmf': async (scene) => {
    const a = await scene.endpoint('A');
    await a.api('uuid_recv_dtmf', '12@400');
    await a.events.next('DTMF 1');
    await a.events.next('DTMF 2');
  },
  'received while they are collected': async (scene) => {
    const a = await scene.endpoint('A');
    const id = await a.start('play_and_get_digits', '1 2 1 2000 # silence silence got \\d+ 1000');
    await a.api('uuid_recv_dtmf', '42');
    await a.over(id);
  },
  'sent by uuid_send_dtmf': async (scene) => {
    const a = await scene.endpoint('A');
    const key = a.rtp.next((packet) => packet.type === 101 && packet.payload[0] === 5);
    await a.api('uuid_send_dtmf', '5@100');
    scene.fact('heard', { event: String((await key).payload[0]) });
  },
  'sent by the application': async (scene) => {
    const a = await scene.endpoint('A');
    const key = a.rtp.next((packet) => packet.type === 101 && packet.payload[0] === 7);
    await a.execute('send_dtmf', '7@100');
    scene.fact('heard', { event: String((await key).payload[0]) });
  },
  'start_dtmf and stop_dtmf': async (scene) => {
    const a = await scene.endpoint('A', { speaks: false });
    await a.execute('start_dtmf');
    await a.execute('stop_dtmf');
  },
  flush_dtmf: async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('flush_dtmf');
  },
  'sleep that is not disturbed by keys': async (scene) => {
    const a = await scene.endpoint('A');
    const id = await a.start('sleep', '400');
    a.press('3');
    await a.over(id);
  },
  bind_digit_action: async (scene) => {
    const a = await scene.endpoint('A');
    await a.execute('bind_digit_action', 'room,1,exec[i]:set,pressed=one');
    await a.execute('clear_digit_action', 'room');
  },
};
