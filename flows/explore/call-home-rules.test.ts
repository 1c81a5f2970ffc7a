import { describe, expect, it } from 'vitest';
import type { OfferOutcome } from '../call-home/offer.ts';
import type { Line } from '../line.ts';
import type { Prompt } from '../prompt.ts';
import { prompt } from '../prompt.ts';
import { insideFaults, offerFaults } from './call-home-rules.ts';
import type { ExploredLine } from './explored-line.ts';
import { playCall } from './play.ts';
import type { Deed } from './watched.ts';
import { watched } from './watched.ts';

const keys = { accept: '1', refuse: '2', block: '9', language: '*' };
const named = { name: { kind: 'name', text: 'Pat' }, facility: { kind: 'name', text: 'Valley View' } } as const;
const notice: readonly Prompt[] = [prompt('offer.from', named), prompt('offer.notice')];
const menu: readonly Prompt[] = [prompt('offer.refused')];

/** What the rules say of an offer in which a person does these acts. */
async function offerFaultsOf(
  acts: readonly string[],
  run: (line: Line, own: { place(): string; undo(): boolean }) => Promise<OfferOutcome>,
): Promise<readonly string[]> {
  const deeds: Deed[] = [];
  let outcome: OfferOutcome | undefined;
  const call = () => ({
    run: async (line: ExploredLine) => {
      const own = watched({ place: () => 'placed', undo: () => true }, line, (deed) => void deeds.push(deed));
      outcome = await run(line, own);
    },
    faults: () => [],
  });
  return offerFaults(await playCall({ samples: {}, call }, acts), deeds, { keys, outcome });
}

const asks = (line: Line, say: readonly Prompt[], anew = [keys.accept]) =>
  line.ask({ say, keys: ['1', '2', '9'], anew, waitSeconds: 6 });

describe('an acceptance', () => {
  it('comes after the notice was told to its end', async () => {
    const told = async (line: Line) => {
      await line.ask({ say: notice, keys: ['2'], waitSeconds: 0 });
      await asks(line, menu);
      return 'accepted' as const;
    };
    expect(await offerFaultsOf(['silence', '1'], told)).toEqual([]);
    expect(await offerFaultsOf(['2', '1'], told)).toEqual(['a call is accepted before the notice was told to its end']);
    expect(await offerFaultsOf(['silence', '2'], told)).toEqual(['a call is accepted by another key']);
    expect(await offerFaultsOf(['silence', 'silence'], told)).toEqual(['a call is accepted by another key']);
  });

  it('or after a notice that nothing can cut', async () => {
    const announced = async (line: Line) => {
      await line.say(...notice);
      await asks(line, menu);
      return 'accepted' as const;
    };
    expect(await offerFaultsOf(['1'], announced)).toEqual([]);
  });

  it('is not listened for while the notice is told', async () => {
    const early = async (line: Line) => {
      await asks(line, notice);
      return 'accepted' as const;
    };
    expect(await offerFaultsOf(['1'], early)).toEqual([
      'the key that accepts is listened for while the notice is told',
    ]);
  });

  it('is in the language of the notice, by a key that went down after it', async () => {
    const turned = async (line: Line) => {
      await line.ask({ say: notice, keys: ['2'], waitSeconds: 0 });
      line.language = 'es';
      await asks(line, menu);
      return 'accepted' as const;
    };
    expect(await offerFaultsOf(['silence', '1'], turned)).toEqual([
      'a call is accepted in a language that had no notice',
    ]);
    const held = async (line: Line) => {
      await line.ask({ say: notice, keys: ['2'], waitSeconds: 0 });
      await asks(line, menu, []);
      return 'accepted' as const;
    };
    expect(await offerFaultsOf(['silence', '1'], held)).toEqual(['a key counts that went down in the notice']);
  });
});

describe('a block of one key', () => {
  it('is placed by that key, and stands when the caller is told so', async () => {
    const blocks = async (line: Line, own: { place(): string }) => {
      await asks(line, menu);
      own.place();
      return 'blocked' as const;
    };
    expect(await offerFaultsOf(['9'], blocks)).toEqual([]);
    expect(await offerFaultsOf(['2'], blocks)).toEqual(['place of a block without its key']);
    const says = (line: Line) => asks(line, menu).then(() => 'blocked' as const);
    expect(await offerFaultsOf(['9'], says)).toEqual(['a call is said to be blocked, and is not']);
  });

  it('does not stand when the call goes on', async () => {
    const goesOn = async (line: Line, own: { place(): string }) => {
      await asks(line, menu);
      own.place();
      return 'no-key' as const;
    };
    expect(await offerFaultsOf(['9'], goesOn)).toEqual(['no-key, with a block in place']);
  });
});

describe('a refusal', () => {
  it('is by its key', async () => {
    const refuses = (line: Line) => asks(line, menu).then(() => 'refused' as const);
    expect(await offerFaultsOf(['2'], refuses)).toEqual([]);
    expect(await offerFaultsOf(['silence'], refuses)).toEqual(['a call is refused by another key']);
  });
});

describe('a person inside', () => {
  interface Desk {
    pinLocked(): boolean;
    identify(): object | string;
    mayCall(): string | undefined;
    connect(): string | undefined;
  }

  async function faultsOf(run: (line: Line, desk: Desk) => Promise<void> | void, desk: Partial<Desk> = {}) {
    const deeds: Deed[] = [];
    const usual: Desk = {
      pinLocked: () => false,
      identify: () => ({}),
      mayCall: () => undefined,
      connect: () => undefined,
      ...desk,
    };
    const call = () => ({
      run: async (line: ExploredLine) =>
        run(
          line,
          watched(usual, line, (deed) => void deeds.push(deed)),
        ),
      faults: () => [],
    });
    return insideFaults(await playCall({ samples: {}, call }, []), deeds);
  }
  const whole = (_line: Line, desk: Desk) => {
    desk.pinLocked();
    desk.identify();
    desk.mayCall();
    desk.connect();
  };

  it('calls when known and allowed', async () => {
    expect(await faultsOf(whole)).toEqual([]);
    expect(await faultsOf(whole, { identify: () => 'unknown' })).toEqual(['a number is dialled for nobody']);
    expect(await faultsOf(whole, { mayCall: () => 'refusal.blocked' })).toEqual(['a call is placed that may not be']);
    expect(await faultsOf(whole, { pinLocked: () => true })).toEqual([
      'a PIN is asked for at a station that is locked',
    ]);
  });

  it('is never left without a word, and tries no more than three PINs', async () => {
    expect(await faultsOf(() => undefined)).toEqual(['a call ends without a word']);
    const tries = (line: Line, desk: Desk) => {
      desk.pinLocked();
      for (let pin = 0; pin < 4; pin++) desk.identify();
      return line.say(prompt('pin.goodbye'));
    };
    expect(await faultsOf(tries)).toEqual(['4 PINs are tried in one call']);
  });
});
