import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { Register, Standing } from './register.ts';
import { register } from './register.ts';

const phone: Standing = { verification: { kind: 'verified', username: 'phone-1' }, wait: 0 };
const request: Register = {
  to: '<sip:phone-1@homeline.example>',
  contact: '<sip:phone-1@192.0.2.1:5062>',
  expires: undefined,
  callId: 'call-1',
  cseq: 7,
};
const ask = (change: Partial<Register> = {}, standing: Partial<Standing> = {}) =>
  register({ ...request, ...change }, { ...phone, ...standing });
const bound = (expires: number, contact = 'sip:phone-1@192.0.2.1:5062') => ({
  kind: 'bind',
  username: 'phone-1',
  contact,
  expires,
});
const refused = (status: number, reason: string) => ({ kind: 'refuse', status, reason });
const unbound = (contact: string) => ({ kind: 'unbind', username: 'phone-1', contact });

describe('who may register', () => {
  test.each([
    [{ kind: 'absent' }, { kind: 'challenge', stale: false }],
    [
      { kind: 'wrong', username: 'phone-1' },
      { kind: 'challenge', stale: false },
    ],
    [{ kind: 'stale' }, { kind: 'challenge', stale: true }],
    [{ kind: 'malformed' }, refused(400, 'Bad Authorization')],
    [{ kind: 'verified', username: 'phone-1' }, bound(3600)],
    [{ kind: 'verified', username: 'phone-2' }, refused(403, 'Not Your Address')],
    [{ kind: 'verified', username: 'PHONE-1' }, refused(403, 'Not Your Address')],
  ] as const)('credentials %j: %j', (verification, expected) => {
    expect(ask({}, { verification })).toEqual(expected);
  });

  test.each(['absent', 'stale', 'malformed'] as const)('who must wait is refused, credentials %s', (kind) => {
    expect(ask({}, { verification: { kind }, wait: 1 })).toEqual(refused(403, 'Too Many Failed Attempts'));
    expect(ask({}, { wait: 1 })).toEqual(refused(403, 'Too Many Failed Attempts'));
  });

  test.each([
    ['sip:phone-1@homeline.example', bound(3600)],
    ['"Phone 1" <sip:phone-1@192.0.2.9>;tag=1', bound(3600)],
    ['<sip:phone%2D1@homeline.example>', bound(3600)],
    ['<sip:phone-2@homeline.example>', refused(403, 'Not Your Address')],
    ['<sip:homeline.example>', refused(403, 'Not Your Address')],
    ['*', refused(400, 'Bad To')],
    ['', refused(400, 'Bad To')],
    ['<sip:phone-1@h>, <sip:phone-1@h>', refused(400, 'Bad To')],
  ])('for the address %s: %j', (to, expected) => {
    expect(ask({ to })).toEqual(expected);
  });
});

describe('how long', () => {
  test.each([
    // Expires header, Contact parameter, seconds bound
    [undefined, undefined, 3600],
    ['300', undefined, 300],
    ['300', '120', 120],
    [undefined, '60', 60],
    ['60', undefined, 60],
    ['3600', undefined, 3600],
    ['3601', undefined, 3600],
    ['99999999999999999999', undefined, 3600],
    ['30', '600', 600],
    ['soon', undefined, 3600],
    ['-1', undefined, 3600],
    ['300', 'soon', 3600],
    [' 300 ', undefined, 300],
  ])('Expires %s, in the Contact %s: %i seconds', (expires, parameter, seconds) => {
    const contact = parameter === undefined ? request.contact : `${request.contact};expires=${parameter}`;
    expect(ask({ expires, contact })).toEqual(bound(seconds));
  });

  test.each(['1', '59', '059'])('%s seconds are too brief', (expires) => {
    const brief = { ...refused(423, 'Interval Too Brief'), minExpires: 60 };
    expect(ask({ expires })).toEqual(brief);
    expect(ask({ contact: `${request.contact};expires=${expires}`, expires: '3600' })).toEqual(brief);
  });
});

describe('what is done', () => {
  test.each([
    [{ contact: undefined }, { kind: 'query', username: 'phone-1' }],
    [{ contact: ' ' }, { kind: 'query', username: 'phone-1' }],
    [
      { contact: undefined, expires: '0' },
      { kind: 'query', username: 'phone-1' },
    ],
    [{ contact: '*', expires: '0' }, unbound('*')],
    [{ contact: '*', expires: ' 0 ' }, unbound('*')],
    [{ contact: '*', expires: '60' }, refused(400, 'Bad Contact')],
    [{ contact: '*', expires: undefined }, refused(400, 'Bad Contact')],
    [{ contact: '*', expires: 'none' }, refused(400, 'Bad Contact')],
    [{ contact: '*, <sip:a@h>', expires: '0' }, refused(400, 'Bad Contact')],
    [{ expires: '0' }, unbound('sip:phone-1@192.0.2.1:5062')],
    [{ contact: '<sip:a@h>;expires=0', expires: '600' }, unbound('sip:a@h')],
    [{ contact: '<sip:a@h>;expires=0, <sip:b@h>;expires=0' }, unbound('*')],
    [{ contact: '<sip:old@h>;expires=0, <sip:new@h>;expires=90' }, bound(90, 'sip:new@h')],
    [{ contact: '<sip:new@h>, <sip:old@h>;expires=0', expires: '90' }, bound(90, 'sip:new@h')],
    [{ contact: '<sip:a@h>, <sip:b@h>' }, refused(400, 'One Contact Only')],
    [{ contact: '<tel:+14155550123>' }, refused(400, 'Bad Contact')],
    [{ contact: '<sip:a@h' }, refused(400, 'Bad Contact')],
  ] as const)('%j: %j', (change, expected) => {
    expect(ask(change)).toEqual(expected);
  });
});

describe('a request that was overtaken', () => {
  const binding = { callId: 'call-1', cseq: 7 };
  test.each([
    [8, 'call-1', bound(3600)],
    [7, 'call-1', refused(500, 'Out Of Order')],
    [6, 'call-1', refused(500, 'Out Of Order')],
    [1, 'call-2', bound(3600)],
  ])('CSeq %i of %s', (cseq, callId, expected) => {
    expect(ask({ cseq, callId }, { binding })).toEqual(expected);
  });

  test.each([
    [0, bound(3600)],
    [2 ** 31 - 1, bound(3600)],
    [2 ** 31, refused(400, 'Bad CSeq')],
    [-1, refused(400, 'Bad CSeq')],
    [NaN, refused(400, 'Bad CSeq')],
  ])('CSeq %d is read: %j', (cseq, expected) => {
    expect(ask({ cseq })).toEqual(expected);
  });

  test('removes nothing either, and may still ask', () => {
    expect(ask({ contact: '*', expires: '0' }, { binding })).toEqual(refused(500, 'Out Of Order'));
    expect(ask({ contact: undefined }, { binding })).toEqual({ kind: 'query', username: 'phone-1' });
  });
});

test('whatever the headers hold, nobody is bound for longer than an hour or shorter than a minute', () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'<>sip:a@h;expires=01239,* "') }));
  fc.assert(
    fc.property(text, fc.option(text, { nil: undefined }), fc.nat(100_000), (contact, expires, parameter) => {
      for (const header of [contact, `<sip:a@h>;expires=${parameter}`]) {
        const done = ask({ contact: header, expires });
        if (done.kind === 'bind') expect(done.expires >= 60 && done.expires <= 3600).toBe(true);
        if (done.kind === 'bind') expect(done.contact).toMatch(/^sips?:\S+$/i);
      }
    }),
  );
});
