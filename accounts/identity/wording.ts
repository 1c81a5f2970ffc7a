import type { Language } from '#db/people.ts';
import type { Wording } from '../notices/notice.ts';
import type { IdentityNews } from './news.ts';

interface Mail {
  readonly subject: string;
  readonly lines: readonly string[];
}

type MailedNews = Exclude<IdentityNews, { readonly kind: 'prove-number' }>;

/** As the sender of the text fills it in. Without letters that would make two texts of it. */
const proveNumber: Readonly<Record<Language, string>> = {
  en: 'Homeline: {code} is your code. It is good for 10 minutes. Tell it to nobody: we never ask for it.',
  es: 'Homeline: {code} es su clave. Sirve 10 minutos. No se la diga a nadie: nunca la pedimos.',
};

/** `{code}` and `{link}` are filled in by fill-proof.ts; a line with `{link}` is left out where there is no web address. */
const english = (news: MailedNews): Mail => {
  switch (news.kind) {
    case 'prove-address':
      return {
        subject: 'Homeline: confirm your e-mail address',
        lines: [
          'Welcome to Homeline. To finish your registration, type these six digits where you began it:',
          '{code}',
          'Or open this page: {link}',
          'They are good for 30 minutes. If you did not register, do nothing: without them nothing happens.',
        ],
      };
    case 'known-address':
      return {
        subject: 'Homeline: you are registered already',
        lines: [
          'Somebody tried to register with this e-mail address, which is registered already.',
          'If it was you: sign in, or choose "Forgot password". If not, you need do nothing.',
        ],
      };
    case 'registered':
      return {
        subject: 'Homeline: your registration is complete',
        lines: ['Your e-mail address is confirmed. You can sign in now. Not you? Call us.'],
      };
    case 'removed':
      return {
        subject: 'Homeline: your profile was removed',
        lines: [
          'Your profile was removed, and every device was signed out. This is our last e-mail to you.',
          'What the law and money need is kept without your name. Blocks of your numbers stay. You can register again at any time. Not you? Call us.',
        ],
      };
    case 'reset-password':
      return {
        subject: 'Homeline: set a new password',
        lines: [
          'To set a new password, type these six digits where you asked for it:',
          '{code}',
          'Or open this page: {link}',
          'They are good for 30 minutes. We will ask your security questions next. If you did not ask, do nothing.',
        ],
      };
    case 'password-reset':
      return {
        subject: 'Homeline: your password was changed',
        lines: ['Your password was changed, and every device was signed out. Not you? Call us.'],
      };
    case 'password-changed':
      return {
        subject: 'Homeline: your password was changed',
        lines: ['Your password was changed, and every other device was signed out. Not you? Call us.'],
      };
    case 'sign-in-locked':
      return {
        subject: 'Homeline: sign-in is locked',
        lines: [
          `A wrong password was given several times. Sign-in is locked for ${minutes(news.minutes, 'en')}.`,
          'Not you? Set a new password, or call us.',
        ],
      };
    case 'reset-locked':
      return {
        subject: 'Homeline: security questions are locked',
        lines: [
          `Security questions were answered wrongly several times. They are locked for ${minutes(news.minutes, 'en')}.`,
          'Your password is as it was. Not you? Somebody may read your e-mail: change its password, and call us.',
        ],
      };
    case 'session-replayed':
      return {
        subject: 'Homeline: a device was signed out',
        lines: [
          'A device used a sign-in that had been used already, so we signed it out. Sign in again.',
          'If you do not know what this was, set a new password.',
        ],
      };
  }
};

const spanish = (news: MailedNews): Mail => {
  switch (news.kind) {
    case 'prove-address':
      return {
        subject: 'Homeline: confirme su correo electrónico',
        lines: [
          'Bienvenido a Homeline. Para terminar su registro, escriba estos seis dígitos donde lo empezó:',
          '{code}',
          'O abra esta página: {link}',
          'Sirven durante 30 minutos. Si usted no se registró, no haga nada: sin ellos no pasa nada.',
        ],
      };
    case 'known-address':
      return {
        subject: 'Homeline: usted ya está registrado',
        lines: [
          'Alguien intentó registrarse con este correo electrónico, que ya está registrado.',
          'Si fue usted: inicie sesión o elija "Olvidé mi contraseña". Si no, no tiene que hacer nada.',
        ],
      };
    case 'registered':
      return {
        subject: 'Homeline: su registro está completo',
        lines: ['Su correo electrónico está confirmado. Ya puede iniciar sesión. ¿No fue usted? Llámenos.'],
      };
    case 'removed':
      return {
        subject: 'Homeline: su perfil se eliminó',
        lines: [
          'Su perfil se eliminó y se cerró la sesión en todos los dispositivos. Este es nuestro último correo para usted.',
          'Lo que exigen la ley y el dinero se guarda sin su nombre. Los bloqueos de sus números siguen. Puede registrarse de nuevo cuando quiera. ¿No fue usted? Llámenos.',
        ],
      };
    case 'reset-password':
      return {
        subject: 'Homeline: cree una contraseña nueva',
        lines: [
          'Para crear una contraseña nueva, escriba estos seis dígitos donde la pidió:',
          '{code}',
          'O abra esta página: {link}',
          'Sirven durante 30 minutos. Después le haremos sus preguntas de seguridad. Si usted no la pidió, no haga nada.',
        ],
      };
    case 'password-reset':
      return {
        subject: 'Homeline: su contraseña cambió',
        lines: ['Su contraseña cambió y se cerró la sesión en todos los dispositivos. ¿No fue usted? Llámenos.'],
      };
    case 'password-changed':
      return {
        subject: 'Homeline: su contraseña cambió',
        lines: ['Su contraseña cambió y se cerró la sesión en los demás dispositivos. ¿No fue usted? Llámenos.'],
      };
    case 'sign-in-locked':
      return {
        subject: 'Homeline: el inicio de sesión está bloqueado',
        lines: [
          `Se dio varias veces una contraseña incorrecta. El inicio de sesión queda bloqueado por ${minutes(news.minutes, 'es')}.`,
          '¿No fue usted? Cree una contraseña nueva o llámenos.',
        ],
      };
    case 'reset-locked':
      return {
        subject: 'Homeline: las preguntas de seguridad están bloqueadas',
        lines: [
          `Se respondieron mal varias veces las preguntas de seguridad. Quedan bloqueadas por ${minutes(news.minutes, 'es')}.`,
          'Su contraseña no cambió. ¿No fue usted? Alguien puede leer su correo: cambie la contraseña del correo y llámenos.',
        ],
      };
    case 'session-replayed':
      return {
        subject: 'Homeline: se cerró la sesión de un dispositivo',
        lines: [
          'Un dispositivo usó una sesión que ya se había usado, así que la cerramos. Inicie sesión otra vez.',
          'Si no sabe qué fue, cree una contraseña nueva.',
        ],
      };
  }
};

const minutes = (count: number, language: Language): string =>
  count === 1 ? (language === 'en' ? '1 minute' : '1 minuto') : `${count} ${language === 'en' ? 'minutes' : 'minutos'}`;

export const identityWords: Wording<IdentityNews> = ({ news, language }) => {
  if (news.kind === 'prove-number') return { text: proveNumber[language], proofId: news.proofId };
  const { subject, lines } = (language === 'en' ? english : spanish)(news);
  const proof = 'proofId' in news ? { proofId: news.proofId } : {};
  return { mail: { subject, body: `${lines.join('\n\n')}\n`, ...proof } };
};
