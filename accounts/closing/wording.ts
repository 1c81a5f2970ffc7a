import type { Language } from '#db/people.ts';
import { window } from '../refunds/days.ts';
import { money, phone } from '../statements/formats.ts';
import type { ClosingPreview } from './preview.ts';

type Say = (preview: ClosingPreview, language: Language) => string | undefined;
const pick = (language: Language, en: string, es: string): string => (language === 'en' ? en : es);

const balance: Say = ({ balanceCents }, language) => {
  const amount = money(balanceCents, language);
  return pick(
    language,
    `Your balance is ${amount}. It may not reflect calls received within the last 24 hours.`,
    `Su balance es de ${amount}. Puede que no refleje las llamadas recibidas en las últimas 24 horas.`,
  );
};

const held: Say = ({ heldCents }, language) =>
  heldCents === 0
    ? undefined
    : pick(
        language,
        'A call is in progress. The account can be closed when it has ended.',
        'Hay una llamada en curso. La cuenta puede cerrarse cuando termine.',
      );

const cards: Say = (preview, language) =>
  preview.cards
    .map(({ cents, lastFour, due }) =>
      pick(
        language,
        `${money(cents, language)} goes back to your card ending ${lastFour}, ${window(due, language)}.`,
        `${money(cents, language)} se devuelven a su tarjeta que termina en ${lastFour}, ${window(due, language)}.`,
      ),
    )
    .join(' ') || undefined;

const cheque: Say = ({ cheque: made }, language) => {
  if (!made) return undefined;
  const amount = money(made.cents, language);
  if (!made.to)
    return pick(
      language,
      `${amount} is paid by check. We have no mailing address of yours: please add it before you close the account.`,
      `${amount} se pagan con cheque. No tenemos su dirección postal: agréguela antes de cerrar la cuenta.`,
    );
  const { lines, city, state, postalCode } = made.to.address;
  const address = [...lines, city, `${state} ${postalCode}`].join(', ');
  return pick(
    language,
    `${amount} is sent by check to ${made.to.payee}, ${address}, ${window(made.due, language)}. If the address is wrong, correct it first.`,
    `${amount} se envían con cheque a ${made.to.payee}, ${address}, ${window(made.due, language)}. Si la dirección no es correcta, corríjala antes.`,
  );
};

const pending: Say = ({ pending: { many } }, language) =>
  many === 0
    ? undefined
    : pick(
        language,
        'A card payment is not settled yet. If it is charged, it goes back to the card.',
        'Un pago con tarjeta aún no se ha liquidado. Si se cobra, se devuelve a la tarjeta.',
      );

const numbers: Say = ({ numbers: blocked }, language) => {
  if (blocked.length === 0) return undefined;
  const list = blocked.map(phone).join(', ');
  return pick(
    language,
    `Calls from all facilities to these numbers will be blocked: ${list}. Only one of our agents can unblock them afterwards.`,
    `Se bloquearán las llamadas de todas las instalaciones a estos números: ${list}. Después, solo uno de nuestros agentes puede desbloquearlos.`,
  );
};

const shared: Say = ({ sharedNumbers }, language) => {
  if (sharedNumbers.length === 0) return undefined;
  const list = sharedNumbers.map(phone).join(', ');
  return pick(
    language,
    `These numbers stay as they are, for another account has them too: ${list}.`,
    `Estos números siguen como están, porque otra cuenta también los tiene: ${list}.`,
  );
};

/** What is said before an account is closed, a sentence or two each, in the order in which it is said (guide rows 49-51, 22). */
export const closingWords = (preview: ClosingPreview, language: Language): string[] =>
  [balance, held, cards, cheque, pending, numbers, shared]
    .map((say) => say(preview, language))
    .filter((words) => words !== undefined);
