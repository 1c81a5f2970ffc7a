import { describe, expect, test } from 'vitest';
import { en } from '../wording/en.ts';
import { es } from '../wording/es.ts';
import { queryOf } from './filter.ts';
import { isStory, secondsIn, toldOf, type CallEvent } from './journal.ts';

const event = (kind: string, data: Record<string, unknown> = {}, at = '2026-11-28T20:00:00Z'): CallEvent => ({
  ...{ seq: 0, at, kind, data },
});
const told = (kind: string, data?: Record<string, unknown>) => toldOf(en, event(kind, data)).replaceAll('\u00a0', ' ');

describe('the journal in words', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['begun', { station: 'Dayroom A', facility: 'Valley View' }, 'Off hook: Dayroom A, Valley View'],
    ['key', { leg: 'outside', key: '1' }, 'The called party pressed 1'],
    ['ignored-key', { leg: 'outside', key: '5' }, 'The called party pressed 5, which means nothing here'],
    ['entry', { leg: 'inside', digits: '(secret)' }, 'The caller entered (secret)'],
    ['entry', { leg: 'inside', digits: '' }, 'The caller entered nothing'],
    ['voice', { leg: 'inside', seconds: 1.26 }, 'The caller said a name (1.3 s)'],
    ['identified', { name: 'Alex Rivera' }, 'Identified: Alex Rivera'],
    ['verdict', { number: '+12135550142', verdict: 'yes' }, 'May it be placed to +1 213 555 0142? yes'],
    ['progress', { status: 180, route: 'carrier' }, 'Ringing (180 from carrier)'],
    ['failed', { status: 486, route: 'carrier' }, 'Not connected (486 from carrier)'],
    ['answered', {}, 'Answered'],
    ['block', { number: '+12135550142' }, 'Blocked: +1 213 555 0142'],
    ['unblock', { number: '+12135550142' }, 'Block removed: +1 213 555 0142'],
    ['recorded', { seconds: 61.04 }, 'Recorded 61.0 s'],
    ['state', { state: 'talking' }, 'Step: Talking'],
    ['closed', { disposition: 'no-answer' }, 'Over: No answer'],
    ['closed', { disposition: 'a-new-one' }, 'Over: a-new-one'],
    ['a-new-kind', { some: 1 }, 'a-new-kind {"some":1}'],
  ])('%s', (kind, data, line) => {
    expect(told(kind, data)).toBe(line);
  });

  test('each prompt is a line of its own, by its text or its name', () => {
    const prompts = [{ key: 'offer.notice', text: 'This call will be recorded.' }, { key: 'offer.keys' }];
    expect(told('saying', { leg: 'outside', prompts })).toBe(
      'To the called party: “This call will be recorded.”\nTo the called party: “offer.keys”',
    );
    expect(told('saying', { prompts: 7 })).toBe('');
  });

  test('it is told in Spanish', () => {
    expect(toldOf(es, event('answered'))).toBe('Contestó');
    expect(toldOf(es, event('closed', { disposition: 'busy' }))).toBe('Terminada: Ocupado');
  });

  test('details are told apart from the story', () => {
    expect(['closed', 'saying', 'answered'].map((kind) => isStory(event(kind)))).toEqual([true, true, true]);
    expect(['state', 'heard', 'ignored-key'].map((kind) => isStory(event(kind)))).toEqual([false, false, false]);
  });

  test('each line knows how far into the call it is', () => {
    const events = [event('begun'), event('closed', {}, '2026-11-28T20:01:07.500Z')];
    expect(events.map((one) => secondsIn(events, one))).toEqual([0, 67.5]);
  });
});

test('days of the reader’s calendar are asked for as moments, the last one to its end', () => {
  const query = queryOf({ number: '+12135550142', from: '2026-02-28', until: '2026-02-28' });
  expect(query.number).toBe('+12135550142');
  expect(new Date(query.from ?? '').getTime()).toBe(new Date(2026, 1, 28).getTime());
  expect(new Date(query.until ?? '').getTime()).toBe(new Date(2026, 2, 1).getTime());
  expect(queryOf({ disposition: 'busy' })).toEqual({ disposition: 'busy' });
});
