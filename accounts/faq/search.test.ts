import { startTestDatabase, type TestDatabase } from '#db/testing.ts';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import fc from 'fast-check';
import { THRESHOLD_CENTS } from '../funding/terms.ts';
import { searchFaq, type FaqEntry } from './search.ts';
import { typedWords } from './typed-words.ts';
import { faqIds, faqWording } from './wording.ts';

let server: TestDatabase;
const at = new Date('2026-05-04T19:00:00Z');
beforeAll(async () => {
  server = await startTestDatabase();
});
afterAll(() => server.stop());

const look = (query: string, language: 'en' | 'es' = 'en') =>
  searchFaq(server.db, { language, query, at, line: '+18669490290' });
const ids = async (query: string, language: 'en' | 'es' = 'en') => (await look(query, language)).map(({ id }) => id);
const first = async (query: string, language: 'en' | 'es' = 'en') => (await ids(query, language))[0];
const whole = (pieces: FaqEntry['answer']) => pieces.map(({ text }) => text).join('');
const markedIn = ({ question, answer }: FaqEntry) =>
  [...question, ...answer].filter(({ marked }) => marked).map(({ text }) => text);

describe('a search of questions and answers', () => {
  it.each<[string, string, 'en' | 'es']>([
    ['how do I get my money back on my card', 'refund-to-card', 'en'],
    ['refunds check', 'refund-by-check', 'en'],
    ['blocking', 'block', 'en'],
    ['unblock my phone', 'unblock', 'en'],
    ['STOP texts', 'stop-texts', 'en'],
    ['attorney', 'recording', 'en'],
    ['opening hours of agents', 'agents', 'en'],
    ['autopay', 'autopay', 'en'],
    ['forgot my pin', 'passcode', 'en'],
    ['cerrar mi cuenta', 'close-account', 'es'],
    ['desbloquear', 'unblock', 'es'],
    ['¿cuánto cuesta?', 'cost-of-calls', 'es'],
    ['olvidé mi contraseña', 'passcode', 'es'],
    ['horario de agentes', 'agents', 'es'],
    ['reembolso con cheque', 'refund-by-check', 'es'],
  ])('%s: first is %s (%s)', async (query, id, language) => {
    expect(await first(query, language)).toBe(id);
  });

  it('finds a word without its accents, and with too many, in any case', async () => {
    const found = await ids('números', 'es');
    expect(found[0]).toBe('phone-numbers');
    expect(await ids('numeros', 'es')).toEqual(found);
    expect(await ids('NÚMÉRÖS', 'es')).toEqual(found);
    expect(await first('contrasena', 'es')).toBe('passcode');
  });

  it('finds a word by its beginning and in its other forms', async () => {
    expect(await first('voicem')).toBe('not-connected');
    expect(await first('moneyg')).toBe('pay-by-mail');
    expect(await first('desbloq', 'es')).toBe('unblock');
    expect(await first('bloquead', 'es')).toBeDefined();
    expect(await ids('receipts')).toEqual(await ids('receipt'));
  });

  it('finds a mistyped word by the one most like it', async () => {
    expect(await first('recipt')).toBe('receipt');
    expect(await first('atorney')).toBe('recording');
    expect(await first('reenbolso cheqe', 'es')).toBe('refund-by-check');
    expect(await ids('zzzzzz')).toEqual([]);
  });

  it('looks for stop words only when there is nothing else', async () => {
    expect(await ids('what is the autopay')).toEqual(await ids('autopay'));
    expect((await ids('can')).length).toBeGreaterThan(0);
  });

  it('puts what has more of the words, and has them in the question, first', async () => {
    const [one, ...others] = await ids('autopay off low balance');
    expect(one).toBe('autopay');
    expect(others).toContain('textpay');
    expect(await first('fees')).toBe('fees');
  });

  it('marks the words that were found, and leaves the text as it is', async () => {
    const [entry] = await look('quitar bloqueo numero', 'es');
    expect(entry?.id).toBe('unblock');
    expect(markedIn(entry as FaqEntry)).toEqual(expect.arrayContaining(['bloqueo', 'número', 'bloqueado']));
    expect(markedIn(entry as FaqEntry)).not.toContain('cuenta');
    expect(whole(entry?.question ?? [])).toBe('¿Cómo quito un bloqueo?');
    expect(whole(entry?.answer ?? [])).toContain('Llame a (866) 949-0290 desde el número bloqueado');
    const [mended] = await look('recipt');
    expect(markedIn(mended as FaqEntry)).toContain('receipt');
  });

  it('lists everything for nothing, in its order and unmarked; and no more than is wanted', async () => {
    expect(await ids('')).toEqual(faqIds);
    const all = await look(' \n');
    expect(all.map(({ id }) => id)).toEqual(faqIds);
    expect(all.flatMap(markedIn)).toEqual([]);
    const some = await searchFaq(server.db, { language: 'en', query: 'card', at, most: 2 });
    expect(some).toHaveLength(2);
    expect(await searchFaq(server.db, { language: 'en', query: '', at, most: 3 })).toHaveLength(3);
  });

  it.each([
    "'", '"', "a'b", '&', '!', '| & !', '(', ':*', '\\', '%', '<->', "'; drop table question; --", '\0', 'pay\0card', '\ud800', '🤷', '½',
    '--', '$5.00', '<script>', 'a'.repeat(10_000), 'pay '.repeat(2_500), '!'.repeat(10_000), 'é'.repeat(3_000), '1'.repeat(200), '́',
  ])('takes anything: %#', async (query) => {
    for (const language of ['en', 'es'] as const) expect(Array.isArray(await ids(query, language))).toBe(true);
  }); // prettier-ignore

  it('takes whatever may be typed', async () => {
    const anything = fc.string({ unit: 'binary', maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(anything, async (query) => void (await ids(query, 'es'))),
      { numRuns: 60 },
    );
  });

  it('looks for so many words of so many letters, and no more', () => {
    const many = Array.from({ length: 100 }, (_, n) => `word${n}`).join(' ');
    expect(typedWords(many)).toHaveLength(16);
    expect(typedWords(`${'a'.repeat(10_000)} b`)).toEqual(['a'.repeat(40)]);
    expect(typedWords('Pay PAY pày')).toEqual(['pay']);
  });

  it('finds what surrounds a NUL or an operator', async () => {
    expect(await first('voicemail\0')).toBe('not-connected');
    expect(await first("moneygram' & !western:*")).toBe('pay-by-mail');
  });
});

test('without pg_trgm a mistyped word is not found, and nothing fails', async () => {
  await sql`drop extension pg_trgm`.execute(server.db);
  expect(await ids('recipt')).toEqual([]);
  expect(await first('receipt')).toBe('receipt');
  await sql`create extension pg_trgm`.execute(server.db);
});

describe('what is answered', () => {
  it('has its figures from the rules and the terms in force', async () => {
    const answers = Object.fromEntries((await look('')).map(({ id, answer }) => [id, whole(answer)]));
    expect(answers['pay-by-phone']).toContain('from $2.00 to $100.00');
    expect(answers['autopay']).toContain('falls to $5.00 or less');
    expect(answers['autopay']).toContain('from $5.00 to $100.00');
    expect(answers['textpay']).toContain('within 72 hours');
    expect(answers['stop-texts']).toContain('at most 5 texts a month');
    expect(answers['passcode']).toContain('After 3 wrong entries it is locked for 5 minutes');
    expect(answers['refund-to-card']).toContain('within 10 to 12 business days');
    expect(answers['refund-by-check']).toContain('within 14 to 21 days');
    expect(answers['unused-money']).toContain('After 180 days');
    expect(answers['fees']).toContain('$0.00');
    expect(answers['agents']).toContain('there every day from 5:00 AM to 9:00 PM, Pacific time');
    const [agents] = await look('agentes horario', 'es');
    expect(whole(agents?.answer ?? [])).toMatch(/todos los días de 5:00 a\.\s?m\. a 9:00 p\.\s?m\., hora del Pacífico/);
  });

  it('says the balance at which the database itself sets off AutoPay', async () => {
    const { rows } = await sql<{ set: string }>`select column_default as set from information_schema.columns
      where table_name = 'funding_plan' and column_name = 'threshold_cents'`.execute(server.db);
    expect(rows).toEqual([{ set: String(THRESHOLD_CENTS) }]);
  });

  it('names no number where there is none', async () => {
    const [entry] = await searchFaq(server.db, { language: 'es', query: 'desbloquear', at });
    expect(whole(entry?.answer ?? [])).toContain('Llame a nuestra línea para familias desde');
  });

  it('follows the terms and the hours of its day', async () => {
    const next = '2031-01-06';
    const later = new Date(`${next}T20:00:00Z`);
    await sql`insert into refund_terms select ${next}::text::date, 3, 4, cheque_days_min, cheque_days_max, inactive_days from refund_terms limit 1`.execute(server.db); // prettier-ignore
    await server.db
      .insertInto('deskHours')
      .values([
        { inForceFrom: next, weekday: 1, opens: '08:00', closes: '12:30' },
        { inForceFrom: next, weekday: 2, opens: '08:00', closes: '18:00' },
      ])
      .execute();
    const [refund] = await searchFaq(server.db, { language: 'en', query: 'money back on my card', at: later });
    expect(whole(refund?.answer ?? [])).toContain('within 3 to 4 business days');
    const [agents] = await searchFaq(server.db, { language: 'en', query: 'agents hours', at: later });
    const hours = 'on Monday from 8:00 AM to 12:30 PM and on Tuesday from 8:00 AM to 6:00 PM';
    expect(whole(agents?.answer ?? [])).toContain(hours);
    const weekday = (n: number) => ({ inForceFrom: '2032-01-05', weekday: n, opens: '05:00', closes: n > 5 ? '18:00' : '21:00' }); // prettier-ignore
    await server.db.insertInto('deskHours').values([1, 2, 3, 4, 5, 6, 7].map(weekday)).execute();
    const inDays = await searchFaq(server.db, {
      language: 'es',
      query: 'agentes',
      at: new Date('2032-01-09T20:00:00Z'),
    });
    expect(whole(inDays[0]?.answer ?? [])).toMatch(
      /están el viernes de 5:00 a\.\s?m\. a 9:00 p\.\s?m\., el sábado de 5:00 a\.\s?m\. a 6:00 p\.\s?m\., .* y el jueves de 5:00/,
    );
  });

  it('is there in both languages, with the same figures, and says no figure of its own that the rules know', () => {
    expect(Object.keys(faqWording.es)).toEqual(faqIds);
    expect(faqIds.length).toBeGreaterThanOrEqual(20);
    for (const id of faqIds) {
      const [en, es] = [faqWording.en[id], faqWording.es[id]];
      const figures = (text: string) => [...text.matchAll(/\{[^}]*\}/g)].map(([figure]) => figure).sort();
      expect([id, figures(es.answer)]).toEqual([id, figures(en.answer)]);
      expect(`${en.question}${es.question}`).not.toMatch(/[{}]/);
      expect([id, `${en.answer} ${es.answer}`.replaceAll('24', '')]).toEqual([id, expect.not.stringMatching(/\d/)]);
    }
  });
});
