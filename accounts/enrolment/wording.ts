import type { Language } from '#db/people.ts';
import { phone } from '../statements/formats.ts';
import type { HolderNews, HolderNotice, ProfilePart } from './news.ts';

const parts: Readonly<Record<ProfilePart, Readonly<Record<Language, string>>>> = {
  name: { en: 'name', es: 'nombre' },
  address: { en: 'address', es: 'dirección' },
  phone: { en: 'phone', es: 'teléfono' },
  language: { en: 'language', es: 'idioma' },
  notices: { en: 'how we write to you', es: 'cómo le escribimos' },
  mobile: { en: 'number for texts', es: 'número para mensajes de texto' },
  'e-mail': { en: 'e-mail', es: 'correo electrónico' },
};

const list = (of: readonly ProfilePart[], language: Language): string =>
  of.map((part) => parts[part][language]).join(', ');

const english = (news: HolderNews, account: string): string => {
  switch (news.kind) {
    case 'enrolled':
      return [
        `Your Homeline account is open. Account number ${news.accountNumber}, phone ${phone(news.number)}`,
        news.facility === undefined ? '. Please finish it on the web.' : `, facility ${news.facility}.`,
      ].join('');
    case 'number-added':
      return `${phone(news.number)} was added to your account ending ${account}. Not you? Call us.`;
    case 'number-removed':
      return `${phone(news.number)} was removed from your account ending ${account}. Not you? Call us.`;
    case 'profile-changed':
      return `Changed in your account ending ${account}: ${list(news.parts, 'en')}. Not you? Call us.`;
    case 'on-the-web':
      return `Your account ending ${account} can now be used on the web, by whoever entered its passcode. Not you? Call us.`;
    case 'passcode-set':
      return `Your account ending ${account} now has a passcode. Not you? Call us.`;
    case 'passcode-changed':
      return `The passcode of your account ending ${account} was changed. Not you? Call us.`;
    case 'passcode-unlocked':
      return `The passcode of your account ending ${account} can be used again.`;
    case 'passcode-locked':
      return `A wrong passcode was entered three times for your account ending ${account}. It is locked for ${time(news.minutes, 'en')}. Not you? Call us.`;
  }
};

const spanish = (news: HolderNews, account: string): string => {
  switch (news.kind) {
    case 'enrolled':
      return [
        `Su cuenta de Homeline está abierta. Número de cuenta ${news.accountNumber}, teléfono ${phone(news.number)}`,
        news.facility === undefined ? '. Complétela en la web.' : `, instalación ${news.facility}.`,
      ].join('');
    case 'number-added':
      return `Se agregó ${phone(news.number)} a su cuenta que termina en ${account}. ¿No fue usted? Llámenos.`;
    case 'number-removed':
      return `Se quitó ${phone(news.number)} de su cuenta que termina en ${account}. ¿No fue usted? Llámenos.`;
    case 'profile-changed':
      return `Cambios en su cuenta que termina en ${account}: ${list(news.parts, 'es')}. ¿No fue usted? Llámenos.`;
    case 'on-the-web':
      return `Su cuenta que termina en ${account} ya se puede usar en la web, con quien ingresó su clave. ¿No fue usted? Llámenos.`;
    case 'passcode-set':
      return `Su cuenta que termina en ${account} ya tiene una clave. ¿No fue usted? Llámenos.`;
    case 'passcode-changed':
      return `Se cambió la clave de su cuenta que termina en ${account}. ¿No fue usted? Llámenos.`;
    case 'passcode-unlocked':
      return `La clave de su cuenta que termina en ${account} se puede usar de nuevo.`;
    case 'passcode-locked':
      return `Se ingresó tres veces una clave incorrecta para su cuenta que termina en ${account}. Queda bloqueada por ${time(news.minutes, 'es')}. ¿No fue usted? Llámenos.`;
  }
};

function time(minutes: number, language: Language): string {
  if (minutes % 60 !== 0) return language === 'en' ? `${minutes} minutes` : `${minutes} minutos`;
  const hours = minutes / 60;
  return language === 'en' ? `${hours} hours` : `${hours} horas`;
}

/** A notice as the words of an e-mail or a text. */
export const holderText = ({
  news,
  language,
  accountEnding = '',
}: Pick<HolderNotice, 'news' | 'language' | 'accountEnding'>): string =>
  language === 'en' ? english(news, accountEnding) : spanish(news, accountEnding);
