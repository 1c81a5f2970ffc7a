import { expect, test } from 'vitest';
import { payee } from '../refunds/testing/house.ts';
import { closingWords } from './wording.ts';
import type { ClosingPreview } from './preview.ts';

const preview: ClosingPreview = {
  accountId: 'a',
  balanceCents: 2_700,
  heldCents: 0,
  cards: [{ brand: 'visa', lastFour: '4242', cents: 2_000, due: { from: '2026-05-18', until: '2026-05-20' } }],
  cheque: { cents: 700, due: { from: '2026-05-18', until: '2026-05-25' }, to: payee },
  pending: { many: 0, cents: 0 },
  numbers: ['+12135550101', '+12135550102'],
  sharedNumbers: [],
  version: '',
};

test('everything that will happen is said before, in English', () => {
  const said = closingWords(preview, 'en').join('\n');
  expect(said).toContain('Your balance is $27.00. It may not reflect calls received within the last 24 hours.');
  expect(said).toContain('$20.00 goes back to your card ending 4242, between May 18, 2026 and May 20, 2026.');
  expect(said).toContain('$7.00 is sent by check to Maria Lopez, 1 Main St, Apt 2, Fresno, CA 93650,');
  expect(said).toContain('between May 18, 2026 and May 25, 2026. If the address is wrong, correct it first.');
  expect(said).toMatch(/from all facilities.*555.?0101.*555.?0102.*Only one of our agents/);
  expect(closingWords(preview, 'en')).toHaveLength(4);
});

test('and in Spanish', () => {
  const said = closingWords(preview, 'es').join('\n');
  expect(said).toContain(
    'Su balance es de $27.00. Puede que no refleje las llamadas recibidas en las últimas 24 horas.',
  );
  expect(said).toContain(
    '$20.00 se devuelven a su tarjeta que termina en 4242, entre el 18 de mayo de 2026 y el 20 de mayo de 2026.',
  );
  expect(said).toContain('$7.00 se envían con cheque a Maria Lopez, 1 Main St, Apt 2, Fresno, CA 93650');
  expect(said).toMatch(/todas las instalaciones.*555.?0101.*solo uno de nuestros agentes/);
});

test.each(['en', 'es'] as const)('what is out of the ordinary is said too (%s)', (language) => {
  const cheque = { cents: 700, due: { from: '2026-05-18', until: '2026-05-25' } };
  const odd = { ...preview, heldCents: 100, cheque, pending: { many: 1, cents: 500 }, sharedNumbers: ['+12135550103'] };
  const said = closingWords(odd, language);
  expect(said).toHaveLength(7);
  expect(said[1]).toMatch(language === 'en' ? /call is in progress/ : /llamada en curso/);
  expect(said[3]).toMatch(language === 'en' ? /no mailing address/ : /No tenemos su dirección/);
  expect(said[4]).toMatch(language === 'en' ? /goes back to the card/ : /se devuelve a la tarjeta/);
  expect(said[6]).toMatch(/0103/);
  const bare = { ...preview, cards: [], numbers: [] };
  expect(closingWords(bare, language)).toHaveLength(2);
});
