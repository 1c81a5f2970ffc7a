import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { FakeClock } from '#sip-stack/fake-clock.ts';
import { house, nextCall } from './house.ts';
import { keyTones, babble, tone } from './sound.ts';

const { phone, talking } = house();

describe('a talk', () => {
  test.each(['PCMU', 'PCMA'] as const)('both hear every sample the other speaks, in %s', async (codec) => {
    const [son, mother] = await talking({ codec });
    const [hers, his] = [babble({ ms: 1000, seed: 1 }), babble({ ms: 1000, seed: 2 })];
    await Promise.all([son.speak(his), mother.speak(hers), son.ear.waitFor(hers), mother.ear.waitFor(his)]);
    const sides = [
      { ear: mother.ear, spoken: his, own: hers },
      { ear: son.ear, spoken: hers, own: his },
    ];
    for (const { ear, spoken, own } of sides) {
      const heard = ear.heard(spoken, { tolerance: 'exact' });
      expect(heard).toMatchObject({ complete: true, likeness: 'exact' });
      expect(heard!.matchedSamples).toBe(heard!.audibleSamples);
      expect(ear.heard(own)).toBeUndefined();
      expect(ear.counts).toMatchObject({ lost: 0, reordered: 0, duplicates: 0, overwritten: 0, odd: 0, elsewhere: 0 });
      expect(ear.counts).toMatchObject({ ssrcChanges: 0, jumps: 0, markers: 1 });
    }
    expect(await son.hangup()).toMatchObject({ by: 'us', how: 'bye', status: 200 });
    expect(await mother.ended).toMatchObject({ by: 'them', how: 'bye' });
  });

  test('the called one hangs up and says why', async () => {
    const [son, mother] = await talking();
    await mother.hangup({ Reason: 'Q.850;cause=16;text="Normal call clearing"' });
    expect(await son.ended).toMatchObject({ by: 'them', how: 'bye', cause: 16 });
    expect(son.ending).toEqual(await son.ended);
  });

  test('keys arrive once each, in order, and the speech goes on after them', async () => {
    const [son, mother] = await talking();
    const heard: string[] = [];
    mother.on('key', (key) => heard.push(key));
    const word = babble({ ms: 800, seed: 3 });
    const spoken = son.speak(word);
    const before = performance.now();
    const { firstMs, endMs } = await son.press('19*', { ms: 60 });
    expect(firstMs).toBeGreaterThanOrEqual(before);
    expect(endMs).toBeGreaterThan(firstMs);
    await spoken;
    await son.hangup();
    await mother.ended;
    expect(heard).toEqual(['1', '9', '*']);
    expect(mother.ear.digits.map(({ key, durationMs, packets }) => [key, durationMs, packets])).toEqual([
      ['1', 60, 5],
      ['9', 60, 5],
      ['*', 60, 5],
    ]);
    expect(mother.ear.counts.lost).toBe(0);
  });

  test('keys may be tones in the voice or INFO requests', async () => {
    const [son, mother] = await talking();
    const { firstMs, endMs } = await son.press('5', { ms: 200, by: 'inband' });
    await mother.ear.waitFor(keyTones('5', 180));
    expect(endMs).toBeGreaterThan(firstMs);
    const { atMs, untilMs } = mother.ear.heard(keyTones('5', 180))!;
    expect(mother.ear.tone(770, atMs, untilMs)).toBeGreaterThan(-14);
    expect(mother.ear.tone(1336, atMs, untilMs)).toBeGreaterThan(-14);
    expect(mother.ear.tone(697, atMs, untilMs)).toBeLessThan(-30);
    const informed = once(mother, 'request') as Promise<[{ method: string; body: Buffer }]>;
    await son.press('7', { by: 'info' });
    const [info] = await informed;
    expect(info.method).toBe('INFO');
    expect(info.body.toString()).toBe('Signal=7\r\nDuration=80\r\n');
    expect(mother.ear.digits).toEqual([]);
  });

  test('on hold one side speaks no more, resumed it speaks on', async () => {
    const [son, mother] = await talking();
    await Promise.all([son.speak(tone({ hz: 400, ms: 100 })), mother.speak(tone({ hz: 500, ms: 100 }))]);
    expect(await son.hold()).toBe(true);
    expect([son.voice.direction, mother.voice.direction]).toEqual(['sendonly', 'recvonly']);
    const sent = mother.voice.mouth.packets;
    await son.speak(tone({ hz: 600, ms: 200 }));
    expect(mother.voice.mouth.packets).toBe(sent);
    expect(await son.resume()).toBe(true);
    expect(mother.voice.direction).toBe('sendrecv');
    const word = babble({ ms: 300, seed: 4 });
    void mother.speak(word);
    expect(await son.ear.waitFor(word)).toMatchObject({ complete: true });
    expect(son.ear.counts).toMatchObject({ markers: 2, lost: 0 });
  });

  test('a muted phone sends nothing', async () => {
    const [son, mother] = await talking();
    const noise = tone({ hz: 440, ms: 60 });
    await mother.speak(noise);
    await son.ear.waitFor(noise);
    mother.mute();
    const [packets, at] = [mother.voice.mouth.packets, performance.now()];
    await son.speak(tone({ hz: 440, ms: 200 }));
    expect(mother.voice.mouth.packets).toBe(packets);
    mother.unmute();
    await mother.speak(noise);
    await son.ear.waitFor(noise, { from: at });
    expect(son.ear.counts).toMatchObject({ markers: 2, lost: 0, jumps: 0 });
    expect(son.ear.spacing().max).toBeGreaterThan(100);
  });

  test('OPTIONS and UPDATE are answered in a call, and a re-INVITE without SDP is offered one', async () => {
    const [son, mother] = await talking();
    expect(await son.request('OPTIONS')).toBe(200);
    expect(await mother.request('UPDATE')).toBe(200);
    expect(await son.request('UPDATE', { 'Content-Type': 'application/sdp' }, 'v=0\r\n')).toBe(488);
  });
});

describe('before the answer', () => {
  test('180, then 183 with media that is heard, then 200', async () => {
    const [son, mother] = [await phone('son'), await phone('mother')];
    const incoming = nextCall(mother);
    const call = son.dial(mother.uri, { headers: { 'P-Test': 'x' } });
    const other = await incoming;
    expect(other.from).toBe('son');
    expect(other.invite.get('p-test')).toBe('x');
    other.ring();
    expect(await call.progressed(180)).toMatchObject({ status: 180, media: false });
    expect(await other.earlyMedia()).toBe(true);
    expect(await call.progressed(183)).toMatchObject({ reason: 'Session Progress', media: true });
    const ringback = babble({ ms: 300, seed: 6 });
    void other.speak(ringback);
    expect(await call.ear.waitFor(ringback)).toMatchObject({ complete: true });
    expect(call.answeredMs).toBeUndefined();
    expect(await other.answer()).toBe(true);
    expect(await call.answered).toBe(true);
    expect(call.progress.map(({ status }) => status)).toEqual([180, 183]);
    expect(call.ear.counts).toMatchObject({ ssrcChanges: 0, lost: 0, markers: 1 });
  });

  test.each([486, 404, 503, 603])('rejected with %i', async (status) => {
    const [son, mother] = [await phone('son'), await phone('mother')];
    mother.onCall((call) => call.reject(status, { headers: { Reason: 'Q.850;cause=17' } }));
    const call = son.dial(mother.uri);
    expect(await call.answered).toBe(false);
    expect(await call.ended).toMatchObject({ by: 'them', how: 'refused', status, cause: 17 });
  });

  test('redirected', async () => {
    const [son, mother] = [await phone('son'), await phone('mother')];
    mother.onCall((call) => call.redirect(302, 'sip:elsewhere@127.0.0.1:9'));
    const ending = await son.dial(mother.uri).ended;
    expect(ending).toMatchObject({ by: 'them', how: 'refused', status: 302, reason: 'Moved Temporarily' });
  });

  test('the caller gives up while it rings', async () => {
    const [son, mother] = [await phone('son'), await phone('mother')];
    const incoming = nextCall(mother);
    const call = son.dial(mother.uri);
    const other = await incoming;
    other.ring();
    await call.progressed(180);
    const cancelled = call.cancel({ Reason: 'SIP;cause=200, Q.850;cause=31' });
    expect(await other.ended).toMatchObject({ by: 'them', how: 'cancel', cause: 31 });
    expect(await cancelled).toMatchObject({ by: 'us', how: 'cancel', status: 487 });
    expect(await other.answer()).toBe(false);
  });

  test('a call given up before its INVITE went out rings nowhere', async () => {
    const [son, mother] = [await phone('son'), await phone('mother')];
    const call = son.dial(mother.uri);
    expect(await call.cancel()).toMatchObject({ by: 'us', how: 'cancel' });
    expect(mother.calls).toEqual([]);
  });

  test('an answer after a delay, unless the caller gave up', async () => {
    const clock = new FakeClock();
    const [son, mother] = [await phone('son'), await phone('mother', { clock })];
    const incoming = nextCall(mother);
    const call = son.dial(mother.uri);
    const other = await incoming;
    const answering = other.answer({ delayMs: 3000 });
    other.ring();
    await call.progressed(180);
    clock.advance(2999);
    expect(other.state).toBe('ringing');
    void call.cancel();
    expect(await answering).toBe(false);
    expect((await other.ended).how).toBe('cancel');
  });

  test('a called phone without a codec of the offer answers 488', async () => {
    const [son, mother] = [await phone('son'), await phone('mother', { codec: 'PCMA' })];
    mother.onCall((call) => void call.answer());
    expect(await son.dial(mother.uri).ended).toMatchObject({ how: 'refused', status: 488 });
  });

  test('an INVITE without SDP gets its offer in the 200 and answers it in the ACK', async () => {
    const [son, mother] = [await phone('son'), await phone('mother')];
    mother.onCall((call) => void call.answer().then(() => call.speak(word)));
    const word = babble({ ms: 300, seed: 7 });
    const call = son.dial(mother.uri, { sdp: false });
    expect(await call.ear.waitFor(word)).toMatchObject({ complete: true });
    const [other] = mother.calls;
    void call.speak(word);
    expect(await other!.ear.waitFor(word)).toMatchObject({ complete: true });
  });
});

describe('people who do as they like', () => {
  test('a phone nobody answers rings until the caller gives up', async () => {
    const clock = new FakeClock();
    const [son, mother] = [await phone('son'), await phone('mother', { clock })];
    const incoming = nextCall(mother);
    const call = son.dial(mother.uri);
    const other = await incoming;
    clock.advance(200);
    expect(call.progress).toEqual([]);
    expect(await call.cancel()).toMatchObject({ how: 'cancel', status: 487 });
    expect(await other.ended).toMatchObject({ how: 'cancel' });
  });

  test('one who answers and never sends RTP', async () => {
    const [son, mother] = [await phone('son'), await phone('mother')];
    mother.onCall((call) => void call.answer({ rtp: 'never' }));
    const call = son.dial(mother.uri);
    await call.answered;
    await call.speak(tone({ hz: 1000, ms: 200 }));
    expect(call.ear.counts.packets).toBe(0);
    expect(mother.calls[0]!.ear.tone(1000)).toBeGreaterThan(-13);
  });

  test('one who vanishes: no RTP, no answer to BYE', async () => {
    const clock = new FakeClock();
    const [son, mother] = [await phone('son', { clock }), await phone('mother')];
    const incoming = nextCall(mother);
    const call = son.dial(mother.uri);
    const other = await incoming;
    await other.answer();
    await call.answered;
    other.vanish();
    expect(await other.ended).toMatchObject({ by: 'us', how: 'vanished' });
    const sent = other.voice.mouth.packets;
    await call.speak(tone({ hz: 1000, ms: 100 }));
    expect(other.voice.mouth.packets).toBe(sent);
    expect(other.ear.tone(1000)).toBeGreaterThan(-20);
    const ending = call.hangup();
    clock.advance(32_000);
    expect(await ending).toMatchObject({ by: 'us', how: 'silence', status: 408 });
  });
});
