import type { Cents } from '../money.ts';
import { formatDollars } from '../money.ts';
import type { FundingNews, FundingNotice } from './notices.ts';

type Wording = (news: FundingNews, account: string) => string;

const dollars = (cents: number) => `$${formatDollars(cents as Cents)}`;
const FEES = 'Msg&data rates may apply. 5 msgs/month. Reply HELP for help, STOP to end.';
const CUOTAS = 'Pueden aplicarse tarifas de mensajes y datos. 5 mensajes/mes. HELP: ayuda. STOP: terminar.';

const names = { autopay: 'AutoPay', textpay: 'TextPay', both: 'AutoPay & TextPay' } as const;
const nombres = { autopay: 'AutoPay', textpay: 'TextPay', both: 'AutoPay y TextPay' } as const;

const english: Wording = (news, account) => {
  switch (news.kind) {
    case 'joined':
      return `You joined ${names[news.mode]}${account}: ${dollars(news.amountCents)} at a balance of $5.00 or less, fee $0.00. ${FEES}`;
    case 'changed':
      return `${names[news.mode]}${account} is changed: ${dollars(news.amountCents)} at a balance of $5.00 or less, fee $0.00. ${FEES}`;
    case 'left':
      return `You left ${names[news.mode]}${account}. Nothing more is charged by it.`;
    case 'autopay-paid':
    case 'textpay-paid':
      return `${dollars(news.cents)} added${account} from your card ending ${news.cardLastFour}. Balance ${dollars(news.balanceCents)}. Ref ${news.reference}.`;
    case 'autopay-declined':
      return news.suspended
        ? `AutoPay${account}: your card was declined (${dollars(news.cents)}) again. AutoPay is suspended until you change it.`
        : `AutoPay${account}: your card was declined, ${dollars(news.cents)} was not added.`;
    case 'textpay-declined':
      return `Your card was declined, ${dollars(news.cents)} was not added${account}.`;
    case 'textpay-asked':
      return `Balance${account}: ${dollars(news.balanceCents)}. Reply PAY to add ${dollars(news.cents)} from your saved card. No reply, no charge. STOP to end.`;
    case 'balance-low':
      return `Balance${account}: ${dollars(news.balanceCents)}. This month's 5 texts are used up; you can add money on the web or by phone.`;
    case 'textpay-paying':
      return `Thank you. Adding ${dollars(news.cents)}${account}.`;
    case 'nothing-to-pay':
      return 'There is nothing to pay by text now. Nothing was charged.';
    case 'question-expired':
      return 'That question is more than 72 hours old. Nothing was charged.';
    case 'already-paid':
      return 'That is paid, or being paid, already. Nothing more was charged.';
    case 'card-missing':
      return `There is no saved card in date${account}. Nothing was charged.`;
    case 'not-understood':
      return 'Not understood; nothing was charged. Reply PAY to pay when asked, HELP for help, STOP to end.';
    case 'help':
      return `Homeline TextPay: reply PAY when asked, STOP to end. Help: 866-949-0290. ${FEES}`;
    case 'texts-stopped':
      return 'You are opted out: TextPay has ended, no more texts come. AutoPay, if you have it, goes on.';
  }
};

const spanish: Wording = (news, account) => {
  switch (news.kind) {
    case 'joined':
      return `Participa en ${nombres[news.mode]}${account}: ${dollars(news.amountCents)} cuando el balance baje a $5.00, cargo $0.00. ${CUOTAS}`;
    case 'changed':
      return `${nombres[news.mode]}${account} ha cambiado: ${dollars(news.amountCents)} cuando el balance baje a $5.00, cargo $0.00. ${CUOTAS}`;
    case 'left':
      return `Ya no participa en ${nombres[news.mode]}${account}. No se cobra nada más.`;
    case 'autopay-paid':
    case 'textpay-paid':
      return `${dollars(news.cents)} depositados${account} con su tarjeta ${news.cardLastFour}. Balance ${dollars(news.balanceCents)}. Ref ${news.reference}.`;
    case 'autopay-declined':
      return news.suspended
        ? `AutoPay${account}: su tarjeta fue rechazada (${dollars(news.cents)}) otra vez. AutoPay queda suspendido hasta que lo cambie.`
        : `AutoPay${account}: su tarjeta fue rechazada, no se depositaron ${dollars(news.cents)}.`;
    case 'textpay-declined':
      return `Su tarjeta fue rechazada, no se depositaron ${dollars(news.cents)}${account}.`;
    case 'textpay-asked':
      return `Balance${account}: ${dollars(news.balanceCents)}. Responda PAGAR para depositar ${dollars(news.cents)} con su tarjeta guardada. Sin respuesta no se cobra. STOP: terminar.`;
    case 'balance-low':
      return `Balance${account}: ${dollars(news.balanceCents)}. Los 5 mensajes de este mes se han usado; puede depositar en la web o por teléfono.`;
    case 'textpay-paying':
      return `Gracias. Se depositan ${dollars(news.cents)}${account}.`;
    case 'nothing-to-pay':
      return 'Ahora no hay nada que pagar por mensaje. No se cobró nada.';
    case 'question-expired':
      return 'Esa pregunta tiene más de 72 horas. No se cobró nada.';
    case 'already-paid':
      return 'Eso ya está pagado o se está pagando. No se cobró nada más.';
    case 'card-missing':
      return `No hay una tarjeta guardada vigente${account}. No se cobró nada.`;
    case 'not-understood':
      return 'No se entendió; no se cobró nada. Responda PAGAR cuando se le pregunte, HELP: ayuda, STOP: terminar.';
    case 'help':
      return `Homeline TextPay: responda PAGAR cuando se le pregunte, STOP para terminar. Ayuda: 866-949-0290. ${CUOTAS}`;
    case 'texts-stopped':
      return 'Cancelado: TextPay ha terminado y no recibirá más mensajes. AutoPay, si lo tiene, sigue.';
  }
};

/** A notice as a text message (and as the words of an e-mail): at most three parts of a message. */
export function fundingText({
  news,
  language,
  accountEnding,
}: Pick<FundingNotice, 'news' | 'language' | 'accountEnding'>): string {
  const prefix = language === 'en' ? ' (account ending' : ' (cuenta';
  const account = accountEnding === undefined ? '' : `${prefix} ${accountEnding})`;
  return language === 'en' ? english(news, account) : spanish(news, account);
}
