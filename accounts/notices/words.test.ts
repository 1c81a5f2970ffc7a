import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readWords } from './words.ts';

const table = {
  'stop en': [
    'stop',
    'STOP',
    ' Stop. ',
    'StOp!',
    'quit',
    'END',
    'revoke',
    'opt out',
    'OPT-OUT',
    'Opt  Out',
    'optout',
    'cancel',
  ],
  'stop en 2': [
    'unsubscribe',
    'stopall',
    'please stop texting me',
    'STOP please',
    'pay stop',
    'stop pay',
    'cancel it',
    'end now',
  ],
  'stop en 3': [
    'ｓｔｏｐ',
    'st\u200bop',
    'Quit?',
    'I revoke my consent',
    'please cancel',
    'cancel all',
    'stop\npay',
    'help stop',
  ],
  'stop es': [
    'alto',
    'PARAR',
    'cancelar',
    'Baja',
    'fin',
    'Cancelar suscripción',
    'CANCELAR SUSCRIPCIO\u0301N',
    'quiero darme de baja',
  ],
  'stop es 2': ['por favor cancelar', '¡Alto!', 'cancelar por favor', 'pare', 'no más mensajes'],
  'start en': ['start', 'START', 'unstop', 'Start.'],
  'start es': ['comenzar', 'Empezar'],
  'help en': ['help', 'HELP!', 'info', 'Help?', 'help please'],
  'help es': ['ayuda', '¡AYUDA!'],
  'pay en': ['pay', 'PAY', ' Pay ', 'pay.', 'PAY!', 'pay\n'],
  'pay es': ['pagar', 'PAGAR', '¡Pagar!'],
  unknown: [
    '',
    ' ',
    '?',
    'yes',
    'ok',
    'pay?',
    '¿pagar?',
    'pay 20',
    'pay me',
    'do not pay',
    'pay pay',
    'pay please',
    'pay now',
    "don't pay",
  ],
  'unknown 2': [
    'payed',
    'no pagar',
    'pagar no',
    'stopped',
    'unstoppable',
    'the end of the month',
    'fin de semana',
    'para mi hijo',
    'si',
  ],
  'unknown 3': ['how do I start', 'helpful', 'info pay', 'when can I cancel', '👍', 'pay 👍', 'pay,', '"pay"'],
};

describe.each(Object.entries(table))('%s', (name, texts) => {
  const [kind, language] = name.split(' ');
  const wanted = kind === 'unknown' ? { kind } : { kind, language };
  test.each(texts)('"%s"', (text) => expect(readWords(text)).toEqual(wanted));
});

test('whatever is written: an opt-out among it is an opt-out, and nothing pays but the word alone', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
      expect(readWords(`${before} STOP ${after}`).kind).toBe('stop');
      if (readWords(before).kind === 'pay') expect(before).toMatch(/^\s*¡?\s*(pay|pagar)\s*[.!]*\s*$/i);
    }),
  );
});
