import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MediaServerUnavailable } from '#media/endpoint.ts';
import { Leg } from '../leg/leg.ts';
import { MovedClock, turns } from '../testing/moved-clock.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { watched } from '../testing/watched.ts';
import type { TalkTerms } from './talk.ts';
import { talk } from './talk.ts';

const folder = await mkdtemp(join(tmpdir(), 'homeline-talk-'));
afterAll(() => rm(folder, { recursive: true }));

function party(side: 'inside' | 'outside', clock: MovedClock) {
  const [dialog, endpoint] = [new PlayedDialog(), new PlayedEndpoint(side)];
  return { dialog, endpoint, leg: new Leg(side, dialog, endpoint.real, clock) };
}

/** A talk of a quarter of an hour, probed every half a minute. */
function talking(changes: Partial<TalkTerms> = {}, prepare: (inside: PlayedEndpoint) => void = () => undefined) {
  const clock = new MovedClock();
  const [inside, outside] = [party('inside', clock), party('outside', clock)];
  prepare(inside.endpoint);
  const noted: string[] = [];
  const stopping = new AbortController();
  const terms: TalkTerms = {
    stopping: stopping.signal,
    ...{ limitSeconds: 900, warningSeconds: 60, probeSeconds: 30, recordingPath: undefined },
    warning: { inside: '/es/warning', outside: '/en/warning' },
    goodbye: { inside: '/es/goodbye', outside: '/en/goodbye' },
    onBridged: () => void noted.push(`bridged after: ${inside.endpoint.told.at(-1)}`),
    onRecording: () => void noted.push(`recording after: ${inside.endpoint.told.at(-1)}`),
    ...changes,
  };
  const over = talk(inside.leg, outside.leg, terms, clock);
  return { clock, inside, outside, noted, over, stopping, talked: watched(over) };
}

/** Both send sound, as often as they are asked. */
const chatty = ({ endpoint }: { endpoint: PlayedEndpoint }) => {
  let packets = 0;
  endpoint.packetsReceived = async () => (packets += 1_500);
};

describe('before the bridge stands', () => {
  it('warning, goodbye and end are arranged for both, each in the language of its side', async () => {
    const { inside, outside, noted } = talking();
    await turns();
    expect(inside.endpoint.told).toEqual([
      'after 840 s: overlay /es/warning',
      'after 900 s: farewell /es/goodbye',
      'after 915 s: hang up',
      'bridge to outside',
    ]);
    expect(outside.endpoint.told).toEqual([
      'after 840 s: overlay /en/warning',
      'after 900 s: farewell /en/goodbye',
      'after 915 s: hang up',
    ]);
    expect(noted).toEqual(['bridged after: bridge to outside']);
  });

  it.each([60, 30])('nobody is warned in a talk of %i seconds', async (limitSeconds) => {
    const { inside } = talking({ limitSeconds });
    await turns();
    expect(inside.endpoint.told.filter((told) => told.includes('overlay'))).toEqual([]);
  });

  it('the recording has begun', async () => {
    const { inside, noted } = talking({ recordingPath: '/spool/call.wav' });
    await turns();
    expect(inside.endpoint.told.slice(-2)).toEqual(['record the call to /spool/call.wav', 'bridge to outside']);
    expect(noted).toEqual(['recording after: record the call to /spool/call.wav', 'bridged after: bridge to outside']);
  });

  it('there is no talk when the media server does not record', async () => {
    const { inside, noted, talked } = talking({ recordingPath: '/spool/call.wav' }, (endpoint) => {
      endpoint.recordingRefusal = new MediaServerUnavailable('no disk');
    });
    await turns();
    expect(talked.result?.end).toBe('recording-failed');
    expect([inside.endpoint.told.at(-1), noted]).toEqual(['record the call to /spool/call.wav', []]);
  });

  it('any other fault is one', async () => {
    const { talked } = talking({ recordingPath: '/spool/call.wav' }, (endpoint) => {
      endpoint.recordingRefusal = new Error('a mistake of ours');
    });
    await turns();
    expect(talked.error).toMatchObject({ message: 'a mistake of ours' });
  });
});

describe('a talk ends', () => {
  type Talking = ReturnType<typeof talking>;
  it.each<[name: string, afterSeconds: number, how: (talk: Talking) => void, end: string]>([
    ['the inside hangs up', 5, ({ inside }) => inside.dialog.hangUp(), 'inside'],
    ['the outside hangs up', 5, ({ outside }) => outside.dialog.hangUp(), 'outside'],
    ['we end a leg', 5, ({ inside }) => void inside.leg.end(41, 'shutdown'), 'shutdown'],
    ['the media server vanishes', 5, ({ inside }) => inside.endpoint.vanish('closed'), 'media-lost'],
    ['no sound comes for long', 5, ({ outside }) => outside.endpoint.vanish('MEDIA_TIMEOUT'), 'lost'],
    ['the media server ends a leg', 5, ({ outside }) => outside.endpoint.vanish('NORMAL_CLEARING'), 'lost'],
    ['the SIP server ends a leg', 5, ({ inside }) => inside.dialog.hangUp({ by: 'server' }), 'lost'],
    ['its time is over', 898.5, ({ inside }) => inside.endpoint.vanish('NORMAL_CLEARING'), 'limit'],
    ['it is cut off before', 898.4, ({ inside }) => inside.endpoint.vanish('NORMAL_CLEARING'), 'lost'],
    ['one leaves in the last second', 899.5, ({ outside }) => outside.dialog.hangUp(), 'outside'],
    ['one leaves during the goodbye', 900, ({ outside }) => outside.dialog.hangUp(), 'limit'],
    ['no sound comes at its limit', 900, ({ inside }) => inside.endpoint.vanish('MEDIA_TIMEOUT'), 'lost'],
  ])('when %s after %d s: %s', async (_name, afterSeconds, how, end) => {
    const talk = talking();
    for (const party of [talk.inside, talk.outside]) chatty(party);
    await talk.clock.move(afterSeconds * 1_000);
    expect(talk.talked.over).toBe(false);
    how(talk);
    await turns();
    expect(talk.talked.result?.end).toBe(end);
    expect(talk.clock.waits).toEqual([]);
  });

  it('at once when a leg had ended before', async () => {
    const talk = talking();
    talk.outside.dialog.hangUp();
    await turns();
    expect(talk.talked.result?.end).toBe('outside');
  });
});

describe('a phone from which no sound comes', () => {
  it('is asked whether it lives, each time it was silent since the last', async () => {
    const { clock, inside, outside, talked } = talking();
    chatty(inside);
    outside.endpoint.packets.push(1_000, 2_000, 2_000, 2_000, 2_001);
    outside.dialog.statuses.push(200, 200);
    for (const asked of [0, 0, 1, 2, 2]) {
      await clock.move(30_000);
      expect(outside.dialog.requests).toEqual(Array(asked).fill('OPTIONS'));
    }
    expect([inside.dialog.requests, talked.over]).toEqual([[], false]);
  });

  it.each([200, 405, 501, 503])('and which answers %i is left alone', async (status) => {
    const { clock, inside, outside, talked } = talking();
    chatty(inside);
    outside.endpoint.packets.push(0, 0);
    outside.dialog.statuses.push(status);
    await clock.move(60_000);
    expect([outside.dialog.requests, talked.over]).toEqual([['OPTIONS'], false]);
  });

  it.each([408, 481])('and which answers %i is dead: the talk is over, and its leg ended', async (status) => {
    const { clock, inside, outside, talked } = talking();
    chatty(inside);
    outside.endpoint.packets.push(0, 0);
    outside.dialog.statuses.push(status);
    await clock.move(60_000);
    expect(talked.result?.end).toBe('lost');
    expect(outside.leg.ending).toEqual({ by: 'us', cause: 'far end lost', q850: 102 });
    expect(inside.leg.ending).toBeUndefined();
    expect(clock.waits).toEqual([]);
  });
});

it('a phone that proves dead only once the talk is over is left to whoever ends it', async () => {
  const { clock, inside, outside, talked } = talking({ recordingPath: join(folder, 'late.wav'), probeSeconds: 1 });
  chatty(inside);
  outside.endpoint.packets.push(0, 0);
  let answer = (_status: number): void => undefined;
  outside.dialog.request = () => new Promise((resolve) => (answer = resolve));
  await clock.move(2_000);
  inside.endpoint.recordingEnds();
  await clock.move(1_000);
  expect(talked.result?.end).toBe('recording-failed');
  answer(408);
  await turns();
  expect(outside.leg.ending).toBeUndefined();
});

describe('a recording that fails in the talk', () => {
  it('ends it a second later with both legs on the line, for the words they are due', async () => {
    const { clock, inside, outside, talked } = talking({ recordingPath: join(folder, 'stopped.wav') });
    await turns();
    inside.endpoint.recordingEnds();
    await clock.move(999);
    expect(talked.over).toBe(false);
    await clock.move(1);
    expect(talked.result?.end).toBe('recording-failed');
    expect(inside.endpoint.told.at(-1)).toBe('unbridge');
    expect([inside.leg.ending, outside.leg.ending]).toEqual([undefined, undefined]);
  });

  it('is none when a leg ends within that second', async () => {
    const { clock, inside, outside, talked } = talking({ recordingPath: join(folder, 'ended.wav') });
    await turns();
    inside.endpoint.recordingEnds();
    await clock.move(500);
    outside.dialog.hangUp();
    await clock.move(1_000);
    expect(talked.result?.end).toBe('outside');
  });

  it('is noticed by a file that stands still for two looks, four seconds apart', async () => {
    const recordingPath = join(folder, 'full.wav');
    const { clock, inside, outside, over, talked } = talking({ recordingPath });
    for (const party of [inside, outside]) chatty(party);
    await turns();
    /** Four seconds later the file has been looked at, and the next look is due. */
    const look = async () => {
      const next = clock.asked(4_000);
      await clock.move(4_000);
      await next;
    };
    await appendFile(recordingPath, 'sound');
    await look();
    await look();
    await appendFile(recordingPath, 'sound');
    await look();
    await look();
    expect(talked.over).toBe(false);
    await clock.move(4_000);
    expect((await over).end).toBe('recording-failed');
  });
});
