import type { Language } from '#db/people.ts';
import { window } from '../refunds/days.ts';
import { datesIn, money } from '../statements/formats.ts';
import type { PaidBy, ReceiptNews } from './receipt.ts';

/** By the house's own days, as everywhere (refunds/due-days.ts). */
const ZONE = 'America/Los_Angeles';
const day = { en: datesIn(ZONE, 'en').short, es: datesIn(ZONE, 'es').short };
const brands: Readonly<Record<string, string>> = { visa: 'Visa', mastercard: 'Mastercard' };

type OtherRail = Exclude<PaidBy['kind'], 'card'>;
const rails: Readonly<Record<Language, Readonly<Record<OtherRail, string>>>> = {
  en: {
    'personal-cheque': 'check',
    'money-order': 'money order',
    'cashiers-cheque': "cashier's check",
    'bank-bill-pay': 'bank bill pay',
    moneygram: 'MoneyGram',
    'western-union': 'Western Union',
  },
  es: {
    'personal-cheque': 'cheque',
    'money-order': 'giro postal',
    'cashiers-cheque': 'cheque de caja',
    'bank-bill-pay': 'pago de facturas del banco',
    moneygram: 'MoneyGram',
    'western-union': 'Western Union',
  },
};

/** 'Visa ending 4242', 'Visa 4242' in Spanish: 'termina en' is understood. */
function paidBy(by: PaidBy, language: Language): string {
  if (by.kind !== 'card') return rails[language][by.kind];
  const brand = brands[by.brand] ?? by.brand;
  return language === 'en' ? `${brand} ending ${by.lastFour}` : `${brand} ${by.lastFour}`;
}

/** A receipt as a text message: at most two parts of one in English, three in Spanish. */
export function receiptText(news: ReceiptNews, language: Language, account: string): string {
  const amount = money(news.cents, language);
  const at = day[language](news.at);
  if (news.kind === 'not-charged')
    return language === 'en'
      ? `Homeline: your payment of ${amount} to the account ending ${account}, ${at}, was not made. Nothing was charged.`
      : `Homeline: su pago de ${amount} a la cuenta ${account}, ${at}, no se realizó. No se le cobró nada.`;
  const by = paidBy(news.by, language);
  if (news.kind === 'deposited-after-closing')
    return language === 'en'
      ? `Homeline: ${amount} from ${by} came after your account ending ${account} was closed, ${at}. It goes back to the card ${window(news.due, language)}. Ref ${news.reference}.`
      : `Homeline: ${amount} de ${by} llegaron con su cuenta ${account} ya cerrada, ${at}. Se devuelven a la tarjeta ${window(news.due, language)}. Ref ${news.reference}.`;
  if (news.kind === 'payment-returned') {
    const [taken, owed] = [money(news.takenCents, language), money(news.owedCents, language)];
    const owing = { en: ` You owe ${owed}.`, es: ` Usted debe ${owed}.` };
    const rest = news.owedCents > 0 ? owing[language] : '';
    return language === 'en'
      ? `Homeline: the bank returned your ${by} of ${amount}, ${at}. ${taken} was taken from your account ending ${account}.${rest} Ref ${news.reference}.`
      : `Homeline: el banco devolvió su ${by} de ${amount}, ${at}. Se retiraron ${taken} de su cuenta ${account}.${rest} Ref ${news.reference}.`;
  }
  const balance = money(news.balanceCents, language);
  return language === 'en'
    ? `Homeline receipt: ${amount} added to your account ending ${account}, ${at}, by ${by}. Fee $0.00. Balance ${balance}. Ref ${news.reference}.`
    : `Recibo de Homeline: ${amount} depositados en su cuenta ${account}, ${at}, con ${by}. Cargo $0.00. Balance ${balance}. Ref ${news.reference}.`;
}

const labels = {
  en: ['Amount', 'Fee', 'Total', 'Paid by', 'Account ending', 'Date', 'New balance', 'Transaction number'],
  es: ['Monto', 'Cargo', 'Total', 'Pagado con', 'Cuenta terminada en', 'Fecha', 'Nuevo balance', 'Número de transacción'], // prettier-ignore
} as const;

/** A receipt as an e-mail: the fee is $0.00 (guide row 32), the total is the amount. */
export function receiptMail(news: ReceiptNews, language: Language, account: string): { subject: string; body: string } {
  const amount = money(news.cents, language);
  const english = language === 'en';
  const subject = english ? `Homeline: receipt for ${amount}` : `Homeline: recibo por ${amount}`;
  if (news.kind === 'not-charged')
    return {
      subject: english ? 'Homeline: nothing was charged' : 'Homeline: no se le cobró nada',
      body: `${receiptText(news, language, account)}\n`,
    };
  if (news.kind === 'payment-returned')
    return {
      subject: english ? 'Homeline: a payment was returned' : 'Homeline: se devolvió un pago',
      body: `${receiptText(news, language, account)}\n`,
    };
  if (news.kind === 'deposited-after-closing')
    return {
      subject: english ? `Homeline: ${amount} goes back to your card` : `Homeline: ${amount} vuelven a su tarjeta`,
      body: `${receiptText(news, language, account)}\n`,
    };
  const zero = money(0, language);
  const values = [
    ...[amount, zero, amount, paidBy(news.by, language), account, day[language](news.at)],
    ...[money(news.balanceCents, language), news.reference],
  ];
  const thanks = english ? 'Thank you. We received your deposit.' : 'Gracias. Recibimos su depósito.';
  const lines = labels[language].map((label, n) => `${label}: ${values[n] ?? ''}`);
  return { subject, body: `${[thanks, '', ...lines].join('\n')}\n` };
}
