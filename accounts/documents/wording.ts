import type { RejectionReason } from '#db/identity-reviews.ts';
import type { Language } from '#db/people.ts';
import type { Wording } from '../notices/notice.ts';
import type { DocumentNews } from './news.ts';

/** Why, and what to do about it. */
const reasons: Readonly<Record<Language, Readonly<Record<RejectionReason, string>>>> = {
  en: {
    'not-legible': 'Not everything can be read. Take the picture in good light, with the whole document in it.',
    'not-alone': 'Somebody else is in the picture of you. Be alone in it, and look at the camera.',
    'name-differs': 'The name on the document is not the name you registered with. Change one, or call us.',
    expired: 'The document has expired. Send one that is valid.',
    'not-an-id': 'The pictures do not show both sides of an official identity document.',
    other: 'Something else is not right. Call us and we will tell you what.',
  },
  es: {
    'not-legible': 'No se puede leer todo. Tome la foto con buena luz y con el documento entero.',
    'not-alone': 'Hay otra persona en su foto. Salga solo en ella y mire a la cámara.',
    'name-differs': 'El nombre del documento no es el nombre con el que se registró. Cambie uno de los dos o llámenos.',
    expired: 'El documento está vencido. Envíe uno vigente.',
    'not-an-id': 'Las fotos no muestran los dos lados de una identificación oficial.',
    other: 'Hay otra cosa que no está bien. Llámenos y le diremos qué es.',
  },
};

function mailOf(news: DocumentNews, language: Language): { subject: string; lines: readonly string[] } {
  const english = language === 'en';
  if (news.kind === 'documents-approved')
    return english
      ? {
          subject: 'Homeline: your identification is approved',
          lines: ['We checked your pictures, and all is well. You need do nothing more, and will not be asked again.'],
        }
      : {
          subject: 'Homeline: su identificación está aprobada',
          lines: ['Revisamos sus fotos y todo está bien. No tiene que hacer nada más, y no se le volverán a pedir.'],
        };
  const why = news.reasons.map((reason) => `- ${reasons[language][reason]}`).join('\n');
  return english
    ? {
        subject: 'Homeline: please send your pictures again',
        lines: [
          'We could not approve your identification:',
          why,
          'Sign in and send new pictures. Your phone calls and your account go on as before.',
        ],
      }
    : {
        subject: 'Homeline: por favor envíe sus fotos otra vez',
        lines: [
          'No pudimos aprobar su identificación:',
          why,
          'Inicie sesión y envíe fotos nuevas. Sus llamadas telefónicas y su cuenta siguen como antes.',
        ],
      };
}

export const documentWords: Wording<DocumentNews> = ({ news, language }) => {
  const { subject, lines } = mailOf(news, language);
  return { mail: { subject, body: `${lines.join('\n\n')}\n` } };
};
