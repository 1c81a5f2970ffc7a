import { expect, test } from 'vitest';
import { en } from '../wording/en.ts';
import { es } from '../wording/es.ts';
import { reasonOf } from './reason.ts';

test('what the system wrote down is told in the reader’s language, what an agent typed as it was typed', () => {
  const reason = 'pressed 9';
  expect(reasonOf(en, { reason, by: { kind: 'called-party-key' } })).toBe('Pressed the block key when it rang');
  expect(reasonOf(es, { reason, by: { kind: 'called-party-key' } })).toBe('Marcó la tecla de bloqueo cuando sonó');
  expect(reasonOf(es, { reason, by: { kind: 'agent' } })).toBe('pressed 9');
  expect(reasonOf(es, { reason: 'constructor', by: { kind: 'web' } })).toBe('constructor');
});
