import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prompt } from '#flows/prompt.ts';
import { writeSound } from '#media/prompts/sound.ts';
import { turns } from '../testing/moved-clock.ts';
import { question, spoken } from '../testing/spoken.ts';
import { watched } from '../testing/watched.ts';

describe('an entry of digits', () => {
  const wanted = {
    ...{ say: [prompt('pin.ask')], max: 6, waitSeconds: 8, betweenSeconds: 4, secret: false },
    terminator: '#',
  } as const;

  it('begins with a digit that cuts the prompt, and ends with the key that ends it', async () => {
    const { endpoint, line, noted } = spoken();
    const entry = watched(line.gather(wanted));
    await turns();
    endpoint.press('4');
    await turns();
    expect(endpoint.playing.stopped).toBe(true);
    endpoint.press('8', '2', '#', '1');
    await turns();
    expect(entry.result).toBe('482');
    expect(noted.of('entry')).toEqual([{ leg: 'outside', digits: '482' }]);
  });

  it('ends with its last digit, or as soon as it is complete', async () => {
    const full = spoken();
    full.endpoint.press(...'1234567');
    expect(await full.line.gather(wanted)).toBe('123456');
    const complete = spoken();
    complete.endpoint.press(...'1234567');
    const done = (digits: string) => digits === '123';
    expect(await complete.line.gather({ ...wanted, complete: done })).toBe('123');
  });

  it('that is complete leaves out the key that would have ended it, before or after the next question', async () => {
    const done = (digits: string) => digits === '123';
    const asked = { ...wanted, complete: done };
    const ahead = spoken();
    ahead.endpoint.press(...'123#45#');
    expect(await ahead.line.gather(asked)).toBe('123');
    expect(await ahead.line.gather(wanted)).toBe('45');
    const late = spoken();
    late.endpoint.press(...'123');
    expect(await late.line.gather(asked)).toBe('123');
    late.endpoint.press(...'#45#');
    expect(await late.line.gather(wanted)).toBe('45');
  });

  it('is empty when only the key that ends it is pressed', async () => {
    const { endpoint, line } = spoken();
    endpoint.press('#');
    expect(await line.gather(wanted)).toBe('');
  });

  it('is empty after the first wait, which begins as the prompt ends', async () => {
    const { clock, endpoint, line, noted } = spoken();
    const entry = watched(line.gather(wanted));
    await clock.move(30_000);
    await endpoint.playing.end();
    await clock.move(7_999);
    expect(entry.over).toBe(false);
    await clock.move(1);
    expect(entry.result).toBe('');
    expect(noted.of('entry')).toEqual([{ leg: 'outside', digits: '' }]);
  });

  it('is over when no digit follows in time', async () => {
    const { clock, endpoint, line } = spoken();
    const entry = watched(line.gather(wanted));
    await turns();
    endpoint.press('4');
    await clock.move(3_999);
    endpoint.press('8');
    await clock.move(3_999);
    expect(entry.over).toBe(false);
    await clock.move(1);
    expect(entry.result).toBe('48');
  });

  it('that is secret is noted without its digits and their number', async () => {
    const { endpoint, line, noted } = spoken();
    endpoint.press(...'482#');
    expect(await line.gather({ ...wanted, secret: true })).toBe('482');
    expect(noted.of('entry')).toEqual([{ leg: 'outside', digits: '(secret)' }]);
    expect(JSON.stringify(noted.events)).not.toContain('482');
  });

  it('that turns out to be a secret is noted like one', async () => {
    const { endpoint, line, noted } = spoken();
    const secret = (typed: string) => typed.length < 3;
    endpoint.press(...'48#482#');
    expect(await line.gather({ ...wanted, secret })).toBe('48');
    expect(await line.gather({ ...wanted, secret })).toBe('482');
    expect(noted.of('entry').map(({ digits }) => digits)).toEqual(['(secret)', '482']);
  });

  it('leaves what is pressed after it to whoever asks next', async () => {
    const { clock, endpoint, line } = spoken();
    endpoint.quick = true;
    const silent = watched(line.gather(wanted));
    await clock.move(8_000);
    expect(silent.result).toBe('');
    endpoint.press('1');
    expect(await line.ask(question())).toEqual({ kind: 'key', key: '1' });
  });
});

describe('a voice', () => {
  const wanted = { say: [prompt('name.ask')], minSeconds: 0.5, maxSeconds: 4 };

  it('ends after the silence that was asked for, or after that of the media server', async () => {
    const { endpoint, line } = spoken();
    endpoint.quick = true;
    const silences: (number | undefined)[] = [];
    endpoint.recordVoice = async (...[, , , seconds]: unknown[]) => {
      silences.push(seconds as number | undefined);
      return 1;
    };
    await line.recordVoice({ ...wanted, silenceSeconds: 5 });
    await line.recordVoice(wanted);
    expect(silences).toEqual([5, undefined]);
    expect(line.voices).toHaveLength(1);
  });

  it('of somebody else is told once where that is wanted, and nothing of it is kept', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'homeline-voice-'));
    const path = join(folder, 'message.wav');
    await writeFile(path, writeSound({ rate: 8000, samples: new Float32Array(4000) }));
    const told = async (passingVoices: boolean) => {
      const { endpoint, line } = spoken({ passingVoices });
      endpoint.quick = true;
      await line.say(prompt('message.voice', { message: { kind: 'recorded', path, shown: '' } }));
      return endpoint.playing.path;
    };
    expect([await told(false), await told(true)]).toEqual([path, 'passing:1']);
    await rm(folder, { recursive: true });
  });

  it('is recorded after its prompt, each into a file of its own', async () => {
    const { clock, endpoint, line, noted } = spoken();
    endpoint.voices.push(0.5, 3);
    const first = watched(line.recordVoice(wanted));
    await turns();
    expect(endpoint.told).toEqual([]);
    await endpoint.playing.end();
    const path = `/voices/call-1-${clock.now().getTime()}.wav`;
    expect(first.result).toEqual({ path, seconds: 0.5 });
    expect(endpoint.told).toEqual([`record ${path} for 4 s`]);
    expect(noted.of('voice')).toEqual([{ leg: 'outside', seconds: 0.5 }]);
    await clock.move(1_000);
    endpoint.quick = true;
    expect((await line.recordVoice(wanted))?.path).toBe(`/voices/call-1-${clock.now().getTime()}.wav`);
  });

  it('is told back from a file that is then gone, and is removed with the others unless it is kept', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'homeline-voices-'));
    const { clock, endpoint, line } = spoken({ voiceFolder: folder });
    endpoint.quick = true;
    endpoint.voices.push(0.2, 1, 1);
    const files: string[] = [];
    endpoint.recordVoice = async (path) => {
      await writeFile(path, writeSound({ rate: 8000, samples: new Float32Array(8000) }));
      files.push(path);
      await clock.move(1);
      return endpoint.voices.shift() as number;
    };
    for (let tried = 0; tried < 3; tried++) await line.recordVoice(wanted);
    const [, , last = ''] = files;
    await line.say(prompt('name.check', { name: { kind: 'recorded', path: last, shown: 'Alex' } }));
    expect(endpoint.playing.path).toMatch(/^passing:/);
    await line.discardVoices(last);
    expect(await readdir(folder)).toEqual([basename(last)]);
    await rm(folder, { recursive: true });
  });

  it('that is too short is none', async () => {
    const { endpoint, line } = spoken();
    endpoint.quick = true;
    endpoint.voices.push(0.49);
    expect(await line.recordVoice(wanted)).toBeUndefined();
  });

  it('forgets the key that ended it', async () => {
    const { clock, endpoint, line } = spoken();
    endpoint.quick = true;
    endpoint.voices.push(2);
    endpoint.press('#');
    await line.recordVoice(wanted);
    const asked = watched(line.ask(question({ keys: ['#'] })));
    await clock.move(6_000);
    expect(asked.result).toEqual({ kind: 'silence' });
  });
});
