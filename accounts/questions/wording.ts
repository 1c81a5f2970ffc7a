import type { Language } from '#db/people.ts';
import type { QuestionSubject } from '#db/questions.ts';
import type { Wording } from '../notices/notice.ts';
import { phone } from '../statements/formats.ts';
import type { QuestionNews } from './ports.ts';
import { spokenReference } from './reference.ts';

/** What one may ask about: the list of the form, in its order. */
export const subjects: Readonly<Record<Language, Readonly<Record<QuestionSubject, string>>>> = {
  en: {
    payments: 'Payments and receipts',
    'automatic-payments': 'AutoPay and TextPay',
    refunds: 'Refunds',
    blocks: 'Blocking and unblocking calls',
    calls: 'Phone calls',
    account: 'My account',
    privacy: 'Recordings and privacy',
    technical: 'Something does not work',
    other: 'Something else',
  },
  es: {
    payments: 'Pagos y recibos',
    'automatic-payments': 'AutoPay y TextPay',
    refunds: 'Reembolsos',
    blocks: 'Bloquear y desbloquear llamadas',
    calls: 'Llamadas telefónicas',
    account: 'Mi cuenta',
    privacy: 'Grabaciones y privacidad',
    technical: 'Algo no funciona',
    other: 'Otra cosa',
  },
};

const quoted = (text: string): string => text.replace(/^/gm, '> ');

type Words = (news: QuestionNews, about: { readonly number: string; readonly subject: string; readonly call: string }) => string[]; // prettier-ignore

const english: Words = (news, { number, subject, call }) =>
  news.kind === 'received'
    ? [
        `We received a question from this address. Its number is ${number}; it is about: ${subject}.`,
        `An agent answers it by e-mail. If it is urgent, please call us${call}.`,
        'If you did not write to us you need not do anything. Please do not reply to this e-mail: nobody reads replies.',
      ]
    : [
        `Hello ${news.name},`,
        news.answer,
        `You wrote to us (number ${number}, ${subject}):`,
        quoted(news.body),
        `If you have another question, please write to us again or call us${call}. Please do not reply to this e-mail: nobody reads replies.`,
      ];

const spanish: Words = (news, { number, subject, call }) =>
  news.kind === 'received'
    ? [
        `Recibimos una pregunta desde esta dirección. Su número es ${number}; es sobre: ${subject}.`,
        `Un agente la responde por correo electrónico. Si es urgente, llámenos${call}.`,
        'Si usted no nos escribió, no tiene que hacer nada. No responda a este correo: nadie lee las respuestas.',
      ]
    : [
        `Hola, ${news.name}:`,
        news.answer,
        `Usted nos escribió (número ${number}, ${subject}):`,
        quoted(news.body),
        `Si tiene otra pregunta, escríbanos otra vez o llámenos${call}. No responda a este correo: nadie lee las respuestas.`,
      ];

const titles = {
  en: { received: 'we received your question', answered: 'the answer to your question' },
  es: { received: 'recibimos su pregunta', answered: 'la respuesta a su pregunta' },
} as const;

/** Questions as the notices room sends them: plain text, and in the subject nothing that somebody wrote. `line`: what families call, E.164. */
export const questionWords =
  (line?: string): Wording<QuestionNews> =>
  ({ news, language }) => {
    const at = { en: ' at ', es: ' al ' }[language];
    const number = spokenReference(news.reference);
    const about = {
      number,
      subject: subjects[language][news.subject],
      call: line === undefined ? '' : `${at}${phone(line)}`,
    };
    const paragraphs = (language === 'en' ? english : spanish)(news, about);
    const subject = `Homeline: ${titles[language][news.kind]} ${number}`;
    const body = `${paragraphs.join('\n\n')}\n`;
    return { mail: { subject, body, ...(news.kind === 'answered' && { confidential: true }) } };
  };
