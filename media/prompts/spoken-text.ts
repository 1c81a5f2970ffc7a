import type { Language } from './utterance.ts';

type Rule = readonly [pattern: RegExp, replacement: string | ((...found: string[]) => string)];

/**
 * What the engines misread, heard letter by letter or word by word in their phonemes: eSpeak NG spells "PIN" out in both
 * languages and reads "$5.00" as "dollar five point zero zero", in Spanish as "dólar cinco punto cero cero".
 */
const rules: Readonly<Record<Language, readonly Rule[]>> = {
  en: [
    [/\bPINs?\b/g, (word) => word.toLowerCase()],
    [/\bSMS\b/g, 'text message'],
    [/\bCDCR\b/g, 'C D C R'],
    [/\bSt\. (?=\p{Lu})/gu, 'Saint '],
    [/\bDr\. (?=\p{Lu})/gu, 'Doctor '],
    [/\s*&\s*/g, ' and '],
    [/\$(\d[\d,]*)(?:\.(\d\d))?(?!\d)/g, (_, dollars, cents) => money(dollars, cents, englishMoney)],
    [/(?:\+?1[-. ])?\b(\d{3})[-. ](\d{3})[-. ](\d{4})\b/g, phone],
    [/#/g, ' pound '],
    [/\*/g, ' star '],
  ],
  es: [
    [/\bPIN\b/g, 'pin'],
    [/\bSMS\b/g, 'mensaje de texto'],
    [/\bSra\. /g, 'señora '],
    [/\bSr\. /g, 'señor '],
    [/\bDra\. /g, 'doctora '],
    [/\bDr\. /g, 'doctor '],
    [/\bEE\. ?UU\./g, 'Estados Unidos'],
    [/\b(?:n\.º|nº|núm\.) ?(?=\d)/gi, 'número '],
    [/\s*&\s*/g, ' y '],
    [/\ba\. ?m\.|\bAM\b/g, 'de la mañana'],
    [/\bp\. ?m\.|\bPM\b/g, 'de la tarde'],
    [/\$(\d[\d,]*)(?:\.(\d\d))?(?!\d)/g, (_, dollars, cents) => money(dollars, cents, spanishMoney)],
    [/(?:\+?1[-. ])?\b(\d{3})[-. ](\d{3})[-. ](\d{4})\b/g, phone],
    [/#/g, ' número '],
    [/\*/g, ' asterisco '],
  ],
};

/** The text as the synthesiser shall read it: one line, without characters that an engine takes for commands. */
export function spokenText(language: Language, text: string): string {
  const plain = text.normalize('NFC').replace(/[\p{Cc}\p{Cf}<>[\]{}|\\^~`_\s]+/gu, ' ');
  const read = rules[language].reduce<string>(
    // the two forms of `replace` are overloads, which a union does not meet
    (said, [pattern, by]) => (typeof by === 'string' ? said.replace(pattern, by) : said.replace(pattern, by)),
    plain,
  );
  return read.replace(/\s+/g, ' ').trim();
}

interface Coins {
  readonly dollar: string;
  readonly dollars: string;
  readonly and: string;
  readonly cent: string;
  readonly cents: string;
}
const englishMoney: Coins = { dollar: 'dollar', dollars: 'dollars', and: 'and', cent: 'cent', cents: 'cents' };
const spanishMoney: Coins = { dollar: 'dólar', dollars: 'dólares', and: 'con', cent: 'centavo', cents: 'centavos' };

function money(dollars = '0', cents: string | undefined, coins: Coins): string {
  const whole = Number(dollars.replaceAll(',', ''));
  const part = Number(cents ?? 0);
  const one = (count: number, single: string, many: string) =>
    count === 1 ? `${coins === spanishMoney ? 'un' : 'one'} ${single}` : `${count} ${many}`;
  const words = [];
  if (whole > 0 || part === 0) words.push(one(whole, coins.dollar, coins.dollars));
  if (part > 0) words.push(one(part, coins.cent, coins.cents));
  return words.join(` ${coins.and} `);
}

/** Digit by digit, with a breath between the groups. */
function phone(whole: string, area = '', exchange = '', line = ''): string {
  const groups = /^\+?1[-. ]/.test(whole) ? ['1', area, exchange, line] : [area, exchange, line];
  return groups.map((group) => [...group].join(' ')).join(', ');
}
