import type { Language } from '#db/people.ts';
import { money } from '../statements/formats.ts';
import { window } from './days.ts';
import type { RefundNews, RefundNotice } from './notices.ts';

type News<K extends RefundNews['kind']> = Extract<RefundNews, { kind: K }>;

/** What is told after an account was closed: where its money is on its way to. */
function closed(news: News<'account-closed'>, language: Language): string[] {
  const es = language === 'es';
  const cents = (amount: number) => money(amount, language);
  const cards = news.cards.map(({ lastFour, cents: share, due }) =>
    es
      ? `${cents(share)} a su tarjeta que termina en ${lastFour}, ${window(due, language)}.`
      : `${cents(share)} to your card ending ${lastFour}, ${window(due, language)}.`,
  );
  const { cheque } = news;
  const byCheque = !cheque
    ? []
    : cheque.addressKnown
      ? [es ? `${cents(cheque.cents)} con cheque por correo, ${window(cheque.due, language)}.` : `${cents(cheque.cents)} by check in the mail, ${window(cheque.due, language)}.`] // prettier-ignore
      : [es ? `${cents(cheque.cents)} con cheque cuando nos dé su dirección.` : `${cents(cheque.cents)} by check once you give us your address.`]; // prettier-ignore
  const blocked = es
    ? 'Las llamadas a sus números autorizados quedan bloqueadas; solo un agente puede desbloquearlas.'
    : 'Calls to your authorized numbers are blocked; only an agent can unblock them.';
  return [...cards, ...byCheque, ...(news.numbers > 0 ? [blocked] : [])];
}

const english = (news: RefundNews, account: string): string => {
  switch (news.kind) {
    case 'account-closed':
      return [`Your account ending ${account} is closed.`, ...closed(news, 'en')].join(' ');
    case 'card-refunded':
      return `${money(news.cents, 'en')} is on its way back to your card ending ${news.lastFour}. Ref ${news.reference}.`;
    case 'card-refund-by-cheque':
      return `Your bank did not take ${money(news.cents, 'en')} back to your card ending ${news.lastFour}. ${
        news.addressKnown
          ? `You get it by check, ${window(news.due, 'en')}.`
          : 'Please give us your address: we send a check.'
      }`;
    case 'cheque-mailed':
      return `A check for ${money(news.cents, 'en')} is in the mail. Ref ${news.reference}.`;
    case 'cheque-returned':
      return `Our check for ${money(news.cents, 'en')} came back to us. Please give us your address: we send it again.`;
    case 'cheque-stale':
      return `Our check for ${money(news.cents, 'en')} was never cashed and is void. The money is still yours: call us to get it.`;
    case 'cheque-stopped':
      return `We stopped our check for ${money(news.cents, 'en')}: your bank took back the payment that it refunds.${
        news.restCents > 0 ? ` You get the other ${money(news.restCents, 'en')} by check.` : ''
      }`;
  }
};

const spanish = (news: RefundNews, account: string): string => {
  switch (news.kind) {
    case 'account-closed':
      return [`Su cuenta que termina en ${account} está cerrada.`, ...closed(news, 'es')].join(' ');
    case 'card-refunded':
      return `${money(news.cents, 'es')} van de vuelta a su tarjeta que termina en ${news.lastFour}. Ref ${news.reference}.`;
    case 'card-refund-by-cheque':
      return `Su banco no aceptó el reembolso de ${money(news.cents, 'es')} a su tarjeta que termina en ${news.lastFour}. ${
        news.addressKnown
          ? `Lo recibirá con cheque, ${window(news.due, 'es')}.`
          : 'Denos su dirección: le enviaremos un cheque.'
      }`;
    case 'cheque-mailed':
      return `Un cheque por ${money(news.cents, 'es')} va en camino por correo. Ref ${news.reference}.`;
    case 'cheque-returned':
      return `Nuestro cheque por ${money(news.cents, 'es')} nos fue devuelto. Denos su dirección: lo enviaremos otra vez.`;
    case 'cheque-stale':
      return `Nuestro cheque por ${money(news.cents, 'es')} nunca se cobró y ya no vale. El dinero sigue siendo suyo: llámenos para recibirlo.`;
    case 'cheque-stopped':
      return `Detuvimos nuestro cheque por ${money(news.cents, 'es')}: su banco retiró el pago que reembolsa.${
        news.restCents > 0 ? ` Recibirá los otros ${money(news.restCents, 'es')} con cheque.` : ''
      }`;
  }
};

/** A notice as the words of an e-mail or a text. */
export const refundText = ({
  news,
  language,
  accountEnding,
}: Pick<RefundNotice, 'news' | 'language' | 'accountEnding'>): string =>
  language === 'en' ? english(news, accountEnding) : spanish(news, accountEnding);
