import { describe, expect, it } from 'vitest';
import { prompt } from '#flows/prompt.ts';
import { turns } from '../testing/moved-clock.ts';
import { spoken } from '../testing/spoken.ts';
import { watched } from '../testing/watched.ts';

const meanwhile = { say: [prompt('pay.still-waiting')], everySeconds: 8 };

/** Waits for what the test lets happen. */
function waiting() {
  const played = spoken();
  let [resolve, reject] = [(_what: string) => {}, (_fault: Error) => {}];
  const happens = new Promise<string>((...both) => ([resolve, reject] = both));
  return { ...played, resolve, reject, waited: watched(played.line.waitFor(happens, meanwhile)) };
}

describe('a wait', () => {
  it('ends at once when what is waited for has happened', async () => {
    const { clock, endpoint, resolve, waited } = waiting();
    await clock.move(7_999);
    expect(waited.over).toBe(false);
    resolve('done');
    await turns();
    expect([waited.over, waited.error, endpoint.prompts.length]).toEqual([true, undefined, 0]);
    expect(clock.waits).toEqual([]);
  });

  it('is spoken of after each silence, and every word is told to its end', async () => {
    const { clock, endpoint, resolve, waited } = waiting();
    await clock.move(8_000);
    expect(endpoint.prompts).toHaveLength(1);
    await clock.move(30_000);
    expect(endpoint.prompts).toHaveLength(1);
    await endpoint.playing.end();
    await clock.move(8_000);
    expect(endpoint.prompts).toHaveLength(2);
    resolve('done');
    await turns();
    expect([waited.over, endpoint.playing.stopped]).toEqual([false, false]);
    await endpoint.playing.end();
    expect(waited.over).toBe(true);
    expect(endpoint.prompts).toHaveLength(2);
  });

  it('ends with what fails too: that is told elsewhere', async () => {
    const { reject, waited } = waiting();
    await turns();
    reject(new Error('no gateway'));
    await turns();
    expect([waited.over, waited.error]).toEqual([true, undefined]);
  });

  it('ends with the leg while nothing is told', async () => {
    const { clock, dialog, leg, waited } = waiting();
    await clock.move(5_000);
    dialog.hangUp();
    await turns();
    expect(waited.error).toBe(leg.ended.reason);
    expect(clock.waits).toEqual([]);
  });
});
