/** What a text that came in asks for; the language is that of the word. */
export interface Asked {
  readonly kind: 'stop' | 'start' | 'help' | 'pay' | 'unknown';
  readonly language?: 'en' | 'es';
}

type Words = Readonly<Record<'en' | 'es', readonly string[]>>;

/** Opt-out words (47 CFR 64.1200(a)(10), rules.md "Text messages"). These count wherever they stand in a text. */
const STRONG: Words = {
  en: ['stop', 'stopall', 'unsubscribe', 'opt out', 'optout', 'revoke'],
  es: ['cancelar suscripcion', 'darme de baja', 'desuscribir', 'no mas mensajes'],
};
/** These have other uses, and count as the first word or as the whole text. */
const FIRST: Words = { en: ['quit', 'cancel'], es: ['cancelar', 'parar', 'alto', 'baja'] };
/** And these as the whole text alone. */
const WHOLE: Words = { en: ['end'], es: ['fin', 'pare', 'terminar', 'cancela', 'para'] };
const START: Words = { en: ['start', 'unstop'], es: ['comenzar', 'empezar'] };
const HELP: Words = { en: ['help', 'info'], es: ['ayuda'] };
const PAY: Words = { en: ['pay'], es: ['pagar'] };
/** Said beside a word without changing it; not beside PAY, which is the whole text. */
const FILLERS = /\b(please|now|all|por favor|ya|todo|textpay|autopay)\b/g;

/** Lower case, no accents, no invisible characters, one space between words. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim();

/**
 * Reads a text: opt-out words first, in any case, then START, HELP, PAY. PAY pays only as the whole text (a full stop or an exclamation
 * mark may follow); whatever is not surely one of them is unknown, and never pays.
 */
export function readWords(text: string): Asked {
  const bare = plain(text);
  const words = bare.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
  const core = words.replace(FILLERS, ' ').replace(/\s+/g, ' ').trim();
  const anywhere = (word: string) => ` ${words} `.includes(` ${word} `);
  const first = (word: string) => ` ${core} `.startsWith(` ${word} `);
  const whole = (word: string) => core === word;
  const pays = bare.replace(/^¡|[.!]+$/g, '').trim();
  return (
    find('stop', STRONG, anywhere) ??
    find('stop', FIRST, first) ??
    find('stop', WHOLE, whole) ??
    find('start', START, whole) ??
    find('help', HELP, whole) ??
    find('pay', PAY, (word) => pays === word) ?? { kind: 'unknown' }
  );
}

function find(kind: Asked['kind'], among: Words, is: (word: string) => boolean): Asked | undefined {
  for (const language of ['en', 'es'] as const) if (among[language].some(is)) return { kind, language };
  return undefined;
}
