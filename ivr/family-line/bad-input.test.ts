import { describe, expect, it } from 'vitest';
import { familyLine } from '#flows/family-line/family-line.ts';
import type { WorldOptions } from '#flows/testing/family-world.ts';
import { captured, FamilyWorld, savedCard } from '#flows/testing/family-world.ts';
import { frames, sound } from '#media/dtmf/testing/tones.ts';
import { ToneKeys } from '#media/dtmf/tone-keys.ts';
import { holdMusic } from '#media/music/hold-music.ts';
import type { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { turns } from '../testing/moved-clock.ts';
import { spoken } from '../testing/spoken.ts';
import { watched } from '../testing/watched.ts';

/** Nobody is on the line longer than this, whatever is pressed: seconds in which no prompt takes any time. */
const longest = 1_800;
const saved = { saved: savedCard, blocks: ['all'], funding: { kind: 'autopay', cents: 2_500 } } as const;

/** A call to the line in which this is done every second. */
async function call(does: (endpoint: PlayedEndpoint, second: number) => void, options: WorldOptions = saved) {
  const { clock, endpoint, line, noted } = spoken();
  endpoint.quick = true;
  const world = new FamilyWorld(options);
  const over = watched(familyLine(line, world));
  let seconds = 0;
  for (; !over.over && seconds < longest; seconds++) {
    does(endpoint, seconds);
    await clock.move(1_000);
  }
  const told = noted.of('saying').flatMap(({ prompts }) => (prompts as { key: string }[]).map(({ key }) => key));
  return { over, seconds, told, done: world.done };
}

const ended = ({ over, seconds, told }: Awaited<ReturnType<typeof call>>) => {
  expect(over.error).toBeUndefined();
  expect(seconds).toBeLessThan(longest);
  expect(told.at(-1)).toBe('line.goodbye');
};
/** What nobody wants done by a machine. */
const touched = /^(charge|place|lift|turn-off|passcode right)/;

describe('a call of nobody', () => {
  const second = (samples: Float64Array | Float32Array, loud = 1) => {
    const all = [
      ...frames(
        samples.map((sample) => sample * loud),
        'PCMU',
      ),
    ];
    return (nth: number) => Array.from({ length: 50 }, (_, frame) => all[(nth * 50 + frame) % all.length]!);
  };
  it.each([
    ['silence', second(new Float64Array(8_000))],
    ['a fax that calls', second(sound(4_000, [1100, -10]))],
    ['music', second(holdMusic(), 32_767)],
  ])('is greeted, asked, and ended politely when it has no keys: %s', async (_what, heard) => {
    const keys = new ToneKeys();
    const listen = (endpoint: PlayedEndpoint, nth: number) => {
      for (const frame of heard(nth)) {
        const key = keys.hear(frame);
        if (key) endpoint.press(key.digit);
      }
    };
    const one = await call(listen);
    ended(one);
    expect(one.done).toEqual([]);
    expect(one.told.filter((key) => key === 'menu.silence')).toHaveLength(2);
    expect(one.seconds).toBeLessThan(60);
  });
});

describe('a call of somebody who presses', () => {
  it.each([...'1234567890*#ABCD'])('%s and nothing else, for half an hour: nothing is done', async (key) => {
    const one = await call((endpoint) => endpoint.press(key, key, key, key));
    ended(one);
    expect(one.done.filter((done) => touched.test(done))).toEqual([]);
  });

  it('all keys at once, again and again: nothing is done', async () => {
    const one = await call((endpoint) => endpoint.press(...'147*2580369#ABCD'));
    ended(one);
    expect(one.done.filter((done) => touched.test(done))).toEqual([]);
  });

  it.each([
    ['at once', ''],
    ['where an amount is asked', '11'],
    ['where a card number is asked', '1125#'],
    ['where a number is asked', '12'],
  ])('200 digits %s: nothing is done', async (_where, before) => {
    const digits = Array.from({ length: 200 }, (_, nth) => '9073518264'[nth % 10]!);
    const one = await call((endpoint, second) => second === 0 && endpoint.press(...before, ...digits), {
      known: before !== '12',
    });
    ended(one);
    expect(one.done.filter((done) => touched.test(done))).toEqual([]);
  });
});

describe('a bank that answers after a minute', () => {
  /** Pays to the confirmation; the gateway answers when the test lets it. */
  async function paying() {
    const played = spoken();
    const { clock, endpoint, line, noted } = played;
    const world = new FamilyWorld();
    let answer: (charged: typeof captured) => void = () => undefined;
    const charge = world.payments.charge.bind(world.payments);
    const answered = new Promise<typeof captured>((resolve) => (answer = resolve));
    Object.assign(world.payments, {
      charge: async (...order: Parameters<typeof charge>) => {
        await charge(...order);
        return answered;
      },
    });
    endpoint.quick = true;
    const over = watched(familyLine(line, world));
    endpoint.press(...'1125#4000001234561116042712395814');
    await clock.move(0);
    for (let n = 0; n < 50; n++) await turns();
    endpoint.press('1');
    await clock.move(0);
    for (let n = 0; n < 20; n++) await turns();
    expect(world.done).toHaveLength(1);
    const told = () =>
      noted.of('saying').flatMap(({ prompts }) => (prompts as { key: string }[]).map(({ key }) => key));
    return { ...played, world, over, told, answer };
  }

  it('is waited for aloud, and what it says is told', async () => {
    const { clock, told, answer, world } = await paying();
    await clock.move(60_000);
    expect(told().filter((key) => key === 'pay.still-waiting')).toHaveLength(7);
    expect(told()).not.toContain('pay.done');
    answer(captured);
    await clock.move(0);
    for (let n = 0; n < 20; n++) await turns();
    expect(told()).toContain('pay.done');
    expect(world.done).toEqual(['charge 2500 new ..1116 4/2027 cvv:3 95814']);
  });

  it('is heard of after a hang-up as well: the call is over when it has answered, not before', async () => {
    const { clock, dialog, leg, told, answer, over } = await paying();
    await clock.move(20_000);
    dialog.hangUp();
    await clock.move(60_000);
    expect(over.over).toBe(false);
    answer(captured);
    for (let n = 0; n < 20; n++) await turns();
    expect(over.error).toBe(leg.ended.reason);
    expect(told()).not.toContain('pay.done');
  });
});
