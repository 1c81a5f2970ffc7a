import { expect, it } from 'vitest';
import type { Platform } from '../platform.ts';
import { Leg } from '../leg/leg.ts';
import { MovedClock, turns } from '../testing/moved-clock.ts';
import { notedRecord } from '../testing/noted-record.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { silentPrompts } from '../testing/prompts.ts';
import { watched } from '../testing/watched.ts';
import { lastWords, lastWordsSeconds } from './last-words.ts';

/** Two who are told that the service stops, one in English, one in Spanish. */
async function telling() {
  const clock = new MovedClock();
  const noted = notedRecord();
  const [dialogs, endpoints] = [
    [new PlayedDialog(), new PlayedDialog()] as const,
    [new PlayedEndpoint('inside'), new PlayedEndpoint('outside')] as const,
  ];
  const inside = new Leg('inside', dialogs[0], endpoints[0].real, clock);
  const outside = new Leg('outside', dialogs[1], endpoints[1].real, clock);
  const platform = { ...silentPrompts, clock, terms: { spoolFolder: '/spool' } } as unknown as Platform;
  const listeners = [{ leg: inside, language: 'en' } as const, { leg: outside, language: 'es' } as const];
  const over = watched(lastWords(listeners, { platform, record: noted.record }));
  await turns();
  return { clock, noted, dialogs, endpoints, inside, outside, over };
}

it('both are told at the same time, each in their language, and each is released when it has heard it', async () => {
  const { endpoints, inside, outside, over, noted } = await telling();
  expect(endpoints.map(({ playing }) => playing.path)).toEqual(['/en/service.stops.wav', '/es/service.stops.wav']);
  expect(inside.ended.aborted).toBe(false);
  await endpoints[0].playing.end();
  expect(inside.ending).toEqual({ by: 'us', cause: 'shutdown', q850: 41 });
  expect([outside.ended.aborted, over.result]).toEqual([false, undefined]);
  await endpoints[1].playing.end();
  expect(outside.ending).toMatchObject({ by: 'us', q850: 41 });
  await turns();
  expect(over.over).toBe(true);
  expect(noted.of('heard')).toHaveLength(2);
});

it('who hangs up meanwhile is not waited for', async () => {
  const { dialogs, endpoints, over } = await telling();
  dialogs[0].hangUp();
  await endpoints[1].playing.end();
  await turns();
  expect(over.over).toBe(true);
});

it('who has heard it and never confirms the BYE is not waited for', async () => {
  const { clock, dialogs, endpoints, over } = await telling();
  for (const dialog of dialogs) dialog.end = () => new Promise(() => undefined);
  for (const { playing } of endpoints) await playing.end();
  await turns();
  expect([over.over, clock.waits]).toEqual([true, []]);
});

it('words that never end are broken off when their time is over', async () => {
  const { clock, endpoints, inside, outside, over } = await telling();
  await clock.move(lastWordsSeconds * 1_000 - 1);
  expect([over.over, endpoints[0].playing.stopped]).toEqual([false, false]);
  await clock.move(1);
  expect([over.over, endpoints[0].playing.stopped, endpoints[1].playing.stopped]).toEqual([true, true, true]);
  expect([inside.ended.aborted, outside.ended.aborted]).toEqual([true, true]);
});
