import { describe, expect, it } from 'vitest';
import type { Act } from '../testing/scripted-line.ts';
import { HungUp, ScriptedLine } from '../testing/scripted-line.ts';
import type { Offer } from './offer.ts';
import { offerCall } from './offer.ts';

const offer: Offer = {
  keys: { accept: '1', refuse: '2', block: '9', language: '*' },
  facility: 'Valley View',
  spokenName: { path: '/voices/alex.wav', shown: 'Alex' },
};

const blocks = (placed: 'placed' | 'promised' | 'failed' = 'placed') => {
  const done: string[] = [];
  return {
    done,
    place: async () => {
      done.push('placed');
      return placed;
    },
    undo: async () => {
      done.push('undone');
      return true;
    },
  };
};

const play = async (acts: Act[], own = blocks(), offered = offer) => {
  const line = new ScriptedLine('en', ...acts);
  const outcome = await offerCall(line, offered, own);
  expect(line.leftOver).toEqual([]);
  return { line, outcome, own };
};

describe('the offer', () => {
  it('is accepted with 1 after the notice has been told to its end', async () => {
    const { line, outcome } = await play(['silence', '1']);
    expect(outcome).toBe('accepted');
    expect(line.told).toEqual([
      'en:offer.from',
      'en:offer.notice',
      'en:offer.menu',
      'es:offer.other-language',
      'en:offer.accepted',
    ]);
  });

  it('does not listen for acceptance while the notice is told, in any round', async () => {
    const { line, outcome } = await play(['1', '1']);
    expect(outcome).toBe('accepted');
    const noticed = line.questions.filter(({ say }) => say.some(({ key }) => key === 'offer.notice'));
    expect(noticed.map(({ keys, waitSeconds }) => [keys.includes('1'), waitSeconds])).toEqual([[false, 0]]);
  });

  it('takes no key for acceptance that is held since before the notice ended', async () => {
    const { line } = await play(['silence', '1']);
    expect(line.questions.map(({ anew }) => anew)).toEqual([undefined, ['1']]);
  });

  it('listens for refusal and block at any time', async () => {
    for (const acts of [['2'], ['silence', '2']] as Act[][]) expect((await play(acts)).outcome).toBe('refused');
    for (const acts of [
      ['9', 'silence'],
      ['silence', '9', 'silence'],
    ] as Act[][])
      expect((await play(acts)).outcome).toBe('blocked');
  });

  it('gives up after three rounds without a key', async () => {
    const { line, outcome } = await play(Array<Act>(6).fill('silence'));
    expect(outcome).toBe('no-key');
    expect(line.told.filter((told) => told === 'en:offer.notice')).toHaveLength(3);
    expect(line.told.at(-1)).toBe('en:offer.no-key');
  });

  it('tells the notice in the other language before it can be accepted in it', async () => {
    const { line, outcome } = await play(['*', 'silence', '1']);
    expect(outcome).toBe('accepted');
    expect(line.language).toBe('es');
    expect(line.told).toEqual([
      'en:offer.from',
      'en:offer.notice',
      'es:offer.from',
      'es:offer.notice',
      'es:offer.menu',
      'en:offer.other-language',
      'es:offer.accepted',
    ]);
  });

  it('ends all the same when somebody plays with the language key', async () => {
    const { outcome } = await play(Array<Act>(7).fill('*'));
    expect(outcome).toBe('no-key');
  });

  it('blocks at once, and says how to undo it', async () => {
    const { line, own, outcome } = await play(['9', 'silence']);
    expect(own.done).toEqual(['placed']);
    expect(outcome).toBe('blocked');
    expect(line.told.slice(2)).toEqual(['en:offer.blocked', 'en:offer.still-blocked']);
  });

  it('takes the block back when 9 is pressed again, and offers the call anew', async () => {
    const { line, own, outcome } = await play(['9', '9', 'silence', '1']);
    expect(own.done).toEqual(['placed', 'undone']);
    expect(outcome).toBe('accepted');
    expect(line.told.slice(2, 6)).toEqual([
      'en:offer.blocked',
      'en:offer.unblocked',
      'en:offer.from',
      'en:offer.notice',
    ]);
  });

  it('offers the call anew even when the block was taken back in the last round', async () => {
    const { outcome } = await play([...Array<Act>(5).fill('silence'), '9', '9', 'silence', '1']);
    expect(outcome).toBe('accepted');
  });

  it('ends all the same when somebody blocks and takes it back again and again', async () => {
    const { own, outcome } = await play(Array<Act>(14).fill('9'));
    expect(outcome).toBe('no-key');
    expect(own.done).toHaveLength(14);
  });

  it('does not claim a block that could not be placed', async () => {
    const { line, outcome } = await play(['9'], blocks('failed'));
    expect(outcome).toBe('refused');
    expect(line.told).not.toContain('en:offer.blocked');
    expect(line.told.at(-1)).toBe('en:offer.block-failed');
  });

  it('says of a block that will come that it is noted, and offers nothing to undo', async () => {
    const { line, own, outcome } = await play(['9'], blocks('promised'));
    expect(outcome).toBe('blocked');
    expect(own.done).toEqual(['placed']);
    expect(line.told.slice(2)).toEqual(['en:offer.block-promised']);
  });

  it('listens six seconds after the menu, and five for the undoing of a block, by its own key alone', async () => {
    const { line } = await play(['silence', '9', 'silence']);
    expect(line.questions.slice(1).map(({ keys, waitSeconds }) => [keys, waitSeconds])).toEqual([
      [['1', '2', '9', '*'], 6],
      [['9'], 5],
    ]);
  });

  it('does not claim that a block is gone which could not be undone', async () => {
    const { line, outcome } = await play(['9', '9'], { ...blocks(), undo: async () => false });
    expect(outcome).toBe('blocked');
    expect(line.told.at(-1)).toBe('en:offer.still-blocked');
  });

  it('says which key does what', async () => {
    const { line } = await play(['silence', '2']);
    const said = line.questions[1]?.say.map(({ values }) => values);
    const key = (key: string) => ({ kind: 'key', key });
    expect(said).toEqual([{ accept: key('1'), refuse: key('2'), block: key('9') }, { language: key('*') }]);
    expect(line.told.at(-1)).toBe('en:offer.refused');
  });

  it('heeds the keys of the facility', async () => {
    const other = { ...offer, keys: { accept: '5', refuse: '6', block: '#', language: '0' } };
    expect((await play(['silence', '5'], blocks(), other)).outcome).toBe('accepted');
    expect((await play(['1', '6'], blocks(), other)).outcome).toBe('refused');
  });

  it('announces "an incarcerated person" without a recorded name', async () => {
    const line = new ScriptedLine('en', '2');
    await offerCall(line, { ...offer, spokenName: undefined }, blocks());
    expect(line.questions[0]?.say[0]?.values['name']).toEqual({ kind: 'wording', key: 'offer.somebody' });
  });

  it('is over wherever the called party hangs up, and never accepted', async () => {
    const path: Act[] = ['silence', '9', '9', '*', 'silence', '1'];
    for (let step = 0; step <= path.length; step++) {
      const line = new ScriptedLine('en', ...path.slice(0, step), 'hang-up');
      await expect(offerCall(line, offer, blocks())).rejects.toBeInstanceOf(HungUp);
    }
  });
});
