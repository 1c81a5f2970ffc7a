import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prompt } from '#flows/prompt.ts';
import { UnplayableFile } from '#media/endpoint.ts';
import { writeSound } from '#media/prompts/sound.ts';
import { turns } from '../testing/moved-clock.ts';
import { spoken } from '../testing/spoken.ts';
import { watched } from '../testing/watched.ts';

describe('what is said', () => {
  it('is one file of all its prompts, in the language of the line or their own, and noted as begun', async () => {
    const { endpoint, line, noted } = spoken();
    line.language = 'es';
    void line.say(prompt('pin.ask'), prompt('language.choose', {}, 'en'));
    await turns();
    expect(endpoint.prompts.map(({ path }) => path)).toEqual(['/es/pin.ask.wav+/en/language.choose.wav']);
    expect(noted.of('saying')).toMatchObject([
      {
        leg: 'outside',
        prompts: [
          { key: 'pin.ask', language: 'es', version: 'v-pin.ask' },
          { key: 'language.choose', language: 'en', version: 'v-language.choose' },
        ],
      },
    ]);
    const [text] = (noted.of('saying')[0]?.['prompts'] as { text: string }[]).map((said) => said.text);
    expect(text).toMatch(/PIN/);
    expect(noted.of('heard')).toEqual([]);
  });

  it('is said to its end, whatever is pressed', async () => {
    const { endpoint, line } = spoken();
    const said = watched(line.say(prompt('pin.ask')));
    await turns();
    endpoint.press('1', '#');
    await turns();
    expect([said.over, endpoint.playing.stopped]).toEqual([false, false]);
    await endpoint.playing.end();
    expect(said).toEqual({ over: true });
  });

  it('joins a recorded voice into its sentence, and the version says which', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'homeline-voice-'));
    const path = join(folder, 'name.wav');
    await writeFile(path, writeSound({ rate: 8000, samples: new Float32Array(4000) }));
    const { endpoint, line, noted } = spoken();
    endpoint.quick = true;
    const name = { kind: 'recorded', path, shown: 'Alex' } as const;
    await line.say(prompt('name.check', { name }));
    await rm(folder, { recursive: true });
    expect(endpoint.playing.path.split('+')).toContain(path);
    const [{ version = '', text = '' } = {}] = noted.of('saying')[0]?.['prompts'] as Record<string, string>[];
    expect(version).toMatch(/^[\w.-]+(\+[\w.-]+)*$/);
    expect(version.split('+')).toHaveLength(endpoint.playing.path.split('+').length);
    expect(text).toContain('Alex');
  });

  it('is noted as heard whole, in part or not at all, with the breath between two prompts', async () => {
    const sayings = [prompt('pin.ask'), prompt('pin.wrong'), prompt('number.ask')];
    const heardAfter = async (ms: number): Promise<unknown> => {
      const { clock, dialog, line, noted } = spoken();
      const said = watched(line.say(...sayings));
      await clock.move(ms);
      dialog.hangUp();
      await turns();
      expect(said.over).toBe(true);
      return (noted.of('heard')[0]?.['prompts'] as { heard: string }[]).map(({ heard }) => heard);
    };
    expect(await heardAfter(0)).toEqual(['nothing', 'nothing', 'nothing']);
    expect(await heardAfter(1_000)).toEqual(['part', 'nothing', 'nothing']);
    expect(await heardAfter(2_000)).toEqual(['whole', 'nothing', 'nothing']);
    expect(await heardAfter(2_200)).toEqual(['whole', 'nothing', 'nothing']);
    expect(await heardAfter(2_201)).toEqual(['whole', 'part', 'nothing']);
    expect(await heardAfter(6_399)).toEqual(['whole', 'whole', 'part']);
  });

  it('is heard whole when the media server played all of it, however fast the clock went', async () => {
    const { endpoint, line, noted } = spoken();
    endpoint.quick = true;
    await line.say(prompt('pin.ask'));
    expect(noted.of('heard')).toEqual([
      {
        leg: 'outside',
        prompts: [{ key: 'pin.ask', language: 'en', version: 'v-pin.ask', heard: 'whole' }],
      },
    ]);
  });

  it('is a fault when the media server cannot play it', async () => {
    const { endpoint, line } = spoken();
    const said = watched(line.say(prompt('pin.ask')));
    await turns();
    endpoint.playing.fail(new UnplayableFile('no such file'));
    await turns();
    expect(said.error).toBeInstanceOf(UnplayableFile);
  });
});
