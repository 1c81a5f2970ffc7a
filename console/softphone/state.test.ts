import { expect, test } from 'vitest';
import { after, isReady, off, type Happened, type Telephone } from './state.ts';

const then = (...happened: (Happened | Happened['kind'])[]): Telephone =>
  happened.reduce<Telephone>(
    (telephone, one) => after(telephone, typeof one === 'string' ? ({ kind: one } as Happened) : one),
    off,
  );
const ready = ['turn-on', 'registered'] as const;

test('it is turned on, registered, rung, answered, and ready again', () => {
  expect(then('turn-on')).toEqual({ kind: 'turning-on', again: false });
  expect(then(...ready)).toEqual({ kind: 'ready' });
  expect(then(...ready, 'invited')).toEqual({ kind: 'ringing', connected: true });
  expect(then(...ready, 'invited', 'answered')).toEqual({
    kind: 'talking',
    about: 'call',
    connected: true,
    muted: false,
  });
  expect(then(...ready, 'invited', 'answered', { kind: 'muted', on: true })).toMatchObject({ muted: true });
  expect(then(...ready, 'invited', 'answered', 'ended')).toEqual({ kind: 'ready' });
  expect(then(...ready, 'invited', 'ended')).toEqual({ kind: 'ready' });
});

test('who is turned off, or cannot be used, says why, and can be turned on again', () => {
  const refused = { kind: 'failed', why: 'microphone-refused' } as const;
  expect(then('turn-on', refused)).toEqual({ kind: 'off', why: 'microphone-refused' });
  expect(then('turn-on', refused, 'registered')).toEqual({ kind: 'off', why: 'microphone-refused' });
  expect(then('turn-on', refused, { kind: 'failed', why: 'no-server' })).toEqual({
    kind: 'off',
    why: 'microphone-refused',
  });
  expect(then('turn-on', refused, 'turn-on')).toEqual({ kind: 'turning-on', again: false });
  expect(then(...ready, 'invited', 'answered', { kind: 'failed', why: 'elsewhere' })).toEqual({
    kind: 'off',
    why: 'elsewhere',
  });
  expect(then(...ready, 'turned-off')).toEqual(off);
  expect(then('disconnected')).toEqual(off);
  expect(then(...ready, 'turn-on')).toEqual({ kind: 'ready' });
});

test('a talk outlives the connection; what is lost comes back', () => {
  expect(then(...ready, 'disconnected')).toEqual({ kind: 'turning-on', again: true });
  expect(then(...ready, 'disconnected', 'registered')).toEqual({ kind: 'ready' });
  const cut = [...ready, 'invited', 'answered', 'disconnected'] as const;
  expect(then(...cut)).toEqual({ kind: 'talking', about: 'call', connected: false, muted: false });
  expect(then(...cut, 'registered')).toEqual({ kind: 'talking', about: 'call', connected: true, muted: false });
  expect(then(...cut, 'ended')).toEqual({ kind: 'turning-on', again: true });
});

test('it calls the voice messages, is answered or refused, and is ready again', () => {
  const dialled = [...ready, 'dialled'] as const;
  expect(then(...dialled)).toEqual({ kind: 'dialling', connected: true });
  expect(isReady(then(...dialled))).toBe(true);
  expect(then(...dialled, 'answered')).toMatchObject({ kind: 'talking', about: 'messages', connected: true });
  expect(then(...dialled, 'answered', 'ended')).toEqual({ kind: 'ready' });
  expect(then(...dialled, 'ended', 'refused')).toEqual({ kind: 'ready', refused: true });
  expect(then(...dialled, 'refused', 'ended')).toEqual({ kind: 'ready', refused: true });
  expect(then(...dialled, 'refused', 'dialled')).toEqual({ kind: 'dialling', connected: true });
  expect(then(...dialled, 'disconnected', 'ended', 'refused')).toEqual({ kind: 'turning-on', again: true });
  expect(then('turn-on', 'dialled')).toEqual({ kind: 'turning-on', again: false });
  expect(then(...ready, 'invited', 'dialled')).toEqual({ kind: 'ringing', connected: true });
});

test('what means nothing changes nothing', () => {
  for (const one of ['invited', 'answered', 'ended'] as const) expect(then(one)).toEqual(off);
  expect(then(...ready, 'answered')).toEqual({ kind: 'ready' });
  expect(then(...ready, 'ended')).toEqual({ kind: 'ready' });
  expect(then(...ready, { kind: 'muted', on: true })).toEqual({ kind: 'ready' });
  expect(then(...ready, 'invited', 'invited')).toEqual({ kind: 'ringing', connected: true });
});

test('only what is registered can be rung', () => {
  expect([then(...ready), then(...ready, 'invited'), off, then('turn-on')].map(isReady)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
