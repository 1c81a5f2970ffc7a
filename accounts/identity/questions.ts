import type { Language } from '#db/people.ts';

/** What may be asked of who forgot a password (guide row 56). A question that was chosen once is never taken out or reworded to ask another thing. */
export const questions = {
  'first-street': { en: 'On which street did you live as a child?', es: '¿En qué calle vivía de niño o niña?' },
  'first-school': { en: 'What was the name of your first school?', es: '¿Cómo se llamaba su primera escuela?' },
  'first-teacher': {
    en: 'What was the last name of your favorite teacher?',
    es: '¿Cuál era el apellido de su maestro favorito?',
  },
  'first-pet': { en: 'What was the name of your first pet?', es: '¿Cómo se llamaba su primera mascota?' },
  'first-job': { en: 'In which town was your first job?', es: '¿En qué ciudad tuvo su primer trabajo?' },
  'first-car': { en: 'What make was your first car?', es: '¿De qué marca fue su primer automóvil?' },
  'childhood-friend': {
    en: 'What was the first name of your best childhood friend?',
    es: '¿Cómo se llamaba su mejor amigo de la infancia?',
  },
  'parents-met': { en: 'In which town did your parents meet?', es: '¿En qué ciudad se conocieron sus padres?' },
  grandmother: {
    en: 'What is the first name of your grandmother on your mother’s side?',
    es: '¿Cómo se llama su abuela materna?',
  },
  dish: { en: 'Which dish did you like best as a child?', es: '¿Qué comida le gustaba más de niño o niña?' },
} as const satisfies Readonly<Record<string, Readonly<Record<Language, string>>>>;

export type QuestionId = keyof typeof questions;
export const questionIds = Object.keys(questions) as [QuestionId, ...QuestionId[]];

export const isQuestion = (id: string): id is QuestionId => Object.hasOwn(questions, id);

/** How many are chosen. */
export const CHOSEN = 3;
const LEAST_LETTERS = 2;
const MOST_LETTERS = 100;

/** An answer as it is compared: case, accents, punctuation and spaces make no other answer. */
export const plainAnswer = (typed: string): string =>
  typed
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');

export interface Answered {
  readonly question: string;
  readonly answer: string;
}

export type AnswersFault =
  'not-three' | 'unknown-question' | 'same-question' | 'same-answer' | 'answer-too-short' | 'answer-too-long';

/** The first thing that is wrong with what somebody chose and answered; undefined: nothing. */
export function answersFault(answered: readonly Answered[]): AnswersFault | undefined {
  if (answered.length !== CHOSEN) return 'not-three';
  if (!answered.every(({ question }) => isQuestion(question))) return 'unknown-question';
  if (new Set(answered.map(({ question }) => question)).size < CHOSEN) return 'same-question';
  const answers = answered.map(({ answer }) => plainAnswer(answer));
  if (answers.some((answer) => [...answer].length < LEAST_LETTERS)) return 'answer-too-short';
  if (answers.some((answer) => [...answer].length > MOST_LETTERS)) return 'answer-too-long';
  return new Set(answers).size < CHOSEN ? 'same-answer' : undefined;
}
