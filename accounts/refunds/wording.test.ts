import { expect, test } from 'vitest';
import type { RefundNews } from './notices.ts';
import { refundText } from './wording.ts';

const due = { from: '2026-05-18', until: '2026-05-20' };
const cheque = { cents: 700, due, addressKnown: true };
const closed: RefundNews = {
  ...{
    kind: 'account-closed',
    balanceCents: 2_700,
    cards: [{ lastFour: '4242', cents: 2_000, due }],
    cheque,
    numbers: 2,
  },
};
const by: RefundNews = { kind: 'card-refund-by-cheque', cents: 700, lastFour: '4242', due, addressKnown: true };

test.each<[RefundNews, RegExp, RegExp]>([
  [
    closed,
    /ending 0042 is closed.*\$20\.00 .*4242, between May 18.*\$7\.00 by check in.*only an agent/,
    /en 0042 está cerrada.*\$20\.00 .*4242, entre el 18.*\$7\.00 con cheque por.*solo un agente/,
  ],
  [
    { ...closed, cheque: { ...cheque, addressKnown: false } },
    /once you give us your address/,
    /cuando nos dé su dirección/,
  ],
  [
    { kind: 'card-refunded', cents: 700, lastFour: '4242', reference: '0000000018' },
    /\$7\.00.*4242.*0000000018/,
    /\$7\.00.*4242.*0000000018/,
  ],
  [by, /did not take \$7\.00.*by check, between May 18/, /no aceptó.*\$7\.00.*con cheque, entre el 18/],
  [{ ...by, addressKnown: false }, /give us your address/, /Denos su dirección/],
  [
    { kind: 'cheque-mailed', cents: 700, reference: '0000000018' },
    /check for \$7\.00.*0000000018/,
    /cheque por \$7\.00.*0000000018/,
  ],
  [{ kind: 'cheque-returned', cents: 700 }, /\$7\.00 came back/, /\$7\.00 nos fue devuelto/],
  [
    { kind: 'cheque-stale', cents: 700 },
    /\$7\.00 was never cashed.*still yours/,
    /\$7\.00 nunca se cobró.*sigue siendo suyo/,
  ],
  [
    { kind: 'cheque-stopped', cents: 700, restCents: 200 },
    /stopped our check for \$7\.00.*other \$2\.00 by check/,
    /Detuvimos nuestro cheque por \$7\.00.*otros \$2\.00 con cheque/,
  ],
  [{ kind: 'cheque-stopped', cents: 700, restCents: 0 }, /it refunds\.$/, /que reembolsa\.$/],
])('%j is told in both languages', (news, english, spanish) => {
  expect(refundText({ news, language: 'en', accountEnding: '0042' })).toMatch(english);
  expect(refundText({ news, language: 'es', accountEnding: '0042' })).toMatch(spanish);
});
