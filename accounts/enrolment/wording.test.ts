import { expect, test } from 'vitest';
import type { HolderNews } from './news.ts';
import { holderWords } from './notice-words.ts';
import { holderText } from './wording.ts';

const enrolled = { kind: 'enrolled', accountNumber: '1234567897', number: '+12135550142' } as const;

test.each<[HolderNews, RegExp, RegExp]>([
  [
    { ...enrolled, facility: 'North Facility' },
    /open\. Account number 1234567897, phone \(213\) 555-0142, facility North Facility\.$/,
    /abierta\. Número de cuenta 1234567897, teléfono \(213\) 555-0142, instalación North Facility\.$/,
  ],
  [enrolled, /555-0142\. Please finish it on the web\.$/, /555-0142\. Complétela en la web\.$/],
  [{ kind: 'number-added', number: '+525512345678' }, /\+525512345678 was added.*7897/, /agregó \+525512345678.*7897/],
  [{ kind: 'number-removed', number: '+12135550142' }, /555-0142 was removed.*7897/, /quitó \(213\).*7897/],
  [
    { kind: 'profile-changed', parts: ['name', 'e-mail'] },
    /Changed.*7897: name, e-mail\./,
    /Cambios.*7897: nombre, correo electrónico\./,
  ],
  [{ kind: 'on-the-web' }, /7897 can now be used on the web/, /7897 ya se puede usar en la web/],
  [{ kind: 'passcode-set' }, /7897 now has a passcode/, /7897 ya tiene una clave/],
  [{ kind: 'passcode-changed' }, /passcode.*7897 was changed/, /cambió la clave.*7897/],
  [{ kind: 'passcode-unlocked' }, /7897 can be used again/, /7897 se puede usar de nuevo/],
  [{ kind: 'passcode-locked', minutes: 5 }, /three times.*7897.*for 5 minutes/, /tres veces.*7897.*por 5 minutos/],
  [{ kind: 'passcode-locked', minutes: 1440 }, /for 24 hours/, /por 24 horas/],
])('%j is told in both languages, and fits two texts', (news, english, spanish) => {
  for (const [language, expected] of [
    ['en', english],
    ['es', spanish],
  ] as const) {
    const text = holderText({ news, language, accountEnding: '7897' });
    expect(text).toMatch(expected);
    expect(text.length).toBeLessThanOrEqual(240);
    expect(holderWords({ news, language, accountEnding: '7897' })).toEqual({
      text,
      mail: { subject: language === 'en' ? 'Homeline: your account' : 'Homeline: su cuenta', body: `${text}\n` },
    });
  }
});
