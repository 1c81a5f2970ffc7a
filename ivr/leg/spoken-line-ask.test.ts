import { describe, expect, it } from 'vitest';
import { turns } from '../testing/moved-clock.ts';
import { question, spoken } from '../testing/spoken.ts';
import { watched } from '../testing/watched.ts';

describe('a question', () => {
  it('is answered by one of its keys, which cuts the prompt; it goes on when that is silent', async () => {
    const { clock, endpoint, line, noted } = spoken();
    endpoint.lingers = true;
    const asked = watched(line.ask(question()));
    await clock.move(1_500);
    endpoint.press('2');
    await turns();
    expect([endpoint.playing.stopped, asked.over]).toEqual([true, false]);
    await endpoint.playing.end();
    expect(asked.result).toEqual({ kind: 'key', key: '2' });
    expect(line.answeredAt).toEqual(clock.now());
    expect(noted.of('key')).toEqual([{ leg: 'outside', key: '2' }]);
    expect(noted.of('heard')).toMatchObject([{ prompts: [{ heard: 'part' }] }]);
  });

  it('waits for a key from the end of its prompts on, and no longer', async () => {
    const { clock, endpoint, line } = spoken();
    const asked = watched(line.ask(question()));
    await clock.move(60_000);
    await endpoint.playing.end();
    await clock.move(5_999);
    expect(asked.over).toBe(false);
    await clock.move(1);
    expect(asked.result).toEqual({ kind: 'silence' });
    expect(line.answeredAt).toBeUndefined();
  });

  it('is answered by a key after its prompts, and then waits no more', async () => {
    const { clock, endpoint, line } = spoken();
    const asked = watched(line.ask(question()));
    await turns();
    await endpoint.playing.end();
    await clock.move(3_000);
    endpoint.press('1');
    await turns();
    expect(asked.result).toEqual({ kind: 'key', key: '1' });
    expect(line.answeredAt).toEqual(clock.now());
    expect(endpoint.playing.stopped).toBe(false);
    expect(clock.waits).toEqual([]);
  });

  it('without time to wait ends with its prompts', async () => {
    const { clock, endpoint, line } = spoken();
    endpoint.quick = true;
    const asked = watched(line.ask(question({ waitSeconds: 0 })));
    await clock.move(0);
    expect(asked.result).toEqual({ kind: 'silence' });
  });

  it('loses no key that comes together with the end of its prompts', async () => {
    const { clock, endpoint, line } = spoken();
    const asked = watched(line.ask(question({ waitSeconds: 0 })));
    await turns();
    void endpoint.playing.end();
    endpoint.press('2');
    await clock.move(0);
    expect(asked.result).toEqual({ kind: 'key', key: '2' });
  });

  it('ignores keys that it does not ask for, and notes which', async () => {
    const { endpoint, line, noted } = spoken();
    const asked = watched(line.ask(question()));
    await turns();
    endpoint.press('9', '3');
    await turns();
    expect([asked.over, endpoint.playing.stopped]).toEqual([false, false]);
    endpoint.press('1');
    await turns();
    expect(asked.result).toEqual({ kind: 'key', key: '1' });
    expect(noted.of('ignored-key')).toEqual([
      { leg: 'outside', key: '9' },
      { leg: 'outside', key: '3' },
    ]);
  });

  it('notes no ignored key of the inside: it may be of a PIN', async () => {
    const { endpoint, line, noted } = spoken({ side: 'inside' });
    void line.ask(question());
    await turns();
    endpoint.press('4', '8');
    await turns();
    expect(noted.of('ignored-key')).toEqual(Array(2).fill({ leg: 'inside', key: '(secret)' }));
  });

  it('takes no key that must be pressed anew and is held since before it began', async () => {
    const { clock, endpoint, line, noted } = spoken();
    await clock.move(2_000);
    const asked = watched(line.ask(question({ anew: ['1'] })));
    await clock.move(300);
    endpoint.letGo('1', 301);
    await turns();
    expect([asked.over, endpoint.playing.stopped]).toEqual([false, false]);
    expect(noted.of('ignored-key')).toEqual([{ leg: 'outside', key: '1' }]);
    endpoint.letGo('1', 300);
    await turns();
    expect(asked.result).toEqual({ kind: 'key', key: '1' });
  });

  it('takes any other key that was held', async () => {
    const { clock, endpoint, line } = spoken();
    await clock.move(2_000);
    const asked = watched(line.ask(question({ anew: ['1'] })));
    await turns();
    endpoint.letGo('2', 500);
    await turns();
    expect(asked.result).toEqual({ kind: 'key', key: '2' });
  });

  it('that is fresh takes none that was held', async () => {
    const { clock, endpoint, line } = spoken();
    await clock.move(2_000);
    const asked = watched(line.ask(question({ fresh: true })));
    await turns();
    endpoint.letGo('2', 500);
    await turns();
    expect(asked.over).toBe(false);
  });

  it('takes no key that is pressed after it is over', async () => {
    const { clock, endpoint, line } = spoken();
    endpoint.quick = true;
    const first = watched(line.ask(question()));
    await clock.move(6_000);
    expect(first.result).toEqual({ kind: 'silence' });
    endpoint.press('1');
    expect(await line.ask(question())).toEqual({ kind: 'key', key: '1' });
  });
});
