import { expect, test } from 'vitest';
import { answersFault, isQuestion, plainAnswer, questionIds, questions } from './questions.ts';

const three = (...answers: string[]) =>
  answers.map((answer, index) => ({ question: questionIds[index] ?? '', answer }));

test('every question is asked in both languages, and no two are alike', () => {
  for (const language of ['en', 'es'] as const) {
    const asked = questionIds.map((id) => questions[id][language]);
    expect(new Set(asked).size).toBe(questionIds.length);
    for (const text of asked) expect(text).toMatch(language === 'en' ? /^[^¿]+\?$/ : /^¿.+\?$/);
  }
  expect(questionIds.length).toBeGreaterThanOrEqual(9);
});

test('an answer is the same whatever its case, accents, spaces and points', () => {
  expect(plainAnswer('  St. Mary’s   SCHOOL ')).toBe('stmarysschool');
  expect(plainAnswer('Calle Niño, 12')).toBe(plainAnswer('calle nino 12'));
  expect(plainAnswer('Nin\u0303o')).toBe(plainAnswer('Ni\u00f1o'));
  expect(plainAnswer('Calle 12')).not.toBe(plainAnswer('Calle 13'));
});

test('three different questions of the catalogue, with three different answers (row 56)', () => {
  expect(answersFault(three('Elm', 'Rex', 'Kim'))).toBeUndefined();
  expect(answersFault(three('Elm', 'Rex'))).toBe('not-three');
  expect(answersFault(three('Elm', 'Rex', 'Kim', 'Leo'))).toBe('not-three');
  expect(answersFault([...three('Elm', 'Rex'), { question: 'toString', answer: 'Kim' }])).toBe('unknown-question');
  expect(answersFault([...three('Elm', 'Rex'), { question: questionIds[0], answer: 'Kim' }])).toBe('same-question');
  expect(answersFault(three('Elm', 'Rex', ' é.L.M '))).toBe('same-answer');
  expect(answersFault(three('Elm', 'Rex', 'é. '))).toBe('answer-too-short');
  expect(answersFault(three('Elm', 'Rex', 'ok'))).toBeUndefined();
  expect(answersFault(three('Elm', 'Rex', 'x'.repeat(100)))).toBeUndefined();
  expect(answersFault(three('Elm', 'Rex', 'x'.repeat(101)))).toBe('answer-too-long');
  expect(isQuestion('constructor')).toBe(false);
});
