import type { Language } from '#db/people.ts';
import type { CallOutcome } from './calls.ts';

type Both = Readonly<Record<Language, string>>;
const both = (en: string, es: string): Both => ({ en, es });

/** What a posting is called on a statement, by its kind. */
const kinds: Readonly<Record<string, Both>> = {
  'card-deposit': both('Deposit by card', 'Depósito con tarjeta'),
  'autopay-deposit': both('AutoPay deposit', 'Depósito de AutoPay'),
  'textpay-deposit': both('TextPay deposit', 'Depósito de TextPay'),
  'cheque-deposit': both('Deposit by check', 'Depósito con cheque'),
  'money-order-deposit': both('Deposit by money order', 'Depósito con giro postal'),
  'bank-deposit': both('Deposit by bank bill pay', 'Depósito por pago bancario'),
  'money-transfer-deposit': both('Deposit by money transfer', 'Depósito por giro de dinero'),
  'call-charge': both('Call', 'Llamada'),
  'audio-call': both('Phone call', 'Llamada telefónica'),
  'video-call': both('Video call', 'Videollamada'),
  refund: both('Refund', 'Reembolso'),
  'card-refund': both('Refund to card', 'Reembolso a la tarjeta'),
  'cheque-refund': both('Refund by check', 'Reembolso con cheque'),
  reversal: both('Correction', 'Corrección'),
  'payment-returned': both('Payment returned by the bank', 'Pago devuelto por el banco'),
  'receivable-recovered': both('Returned payment made good', 'Reposición de un pago devuelto'),
  chargeback: both('Card payment taken back', 'Pago con tarjeta revertido'),
  unclaimed: both('Unclaimed funds', 'Fondos no reclamados'),
  claimed: both('Unclaimed funds returned', 'Fondos no reclamados devueltos'),
};
const moneyIn = both('Deposit', 'Depósito');
const moneyOut = both('Charge', 'Cargo');

/** A kind not known here is called by what it does. */
export const describe = (kind: string, cents: number, language: Language): string =>
  (kinds[kind] ?? (cents < 0 ? moneyOut : moneyIn))[language];

export const outcomes: Readonly<Record<CallOutcome, Both>> = {
  talked: both('Connected', 'Conectada'),
  declined: both('Declined', 'Rechazada'),
  missed: both('Missed', 'Perdida'),
};

export const words = {
  statement: both('Account statement', 'Estado de cuenta'),
  account: both('Account', 'Cuenta'),
  period: both('Period', 'Período'),
  issued: both('Issued', 'Emitido'),
  opening: both('Opening balance', 'Balance inicial'),
  moneyIn: both('Deposits and credits', 'Depósitos y créditos'),
  moneyOut: both('Calls and withdrawals', 'Llamadas y otros cargos'),
  closing: both('Closing balance', 'Balance final'),
  date: both('Date', 'Fecha'),
  time: both('Time', 'Hora'),
  reference: both('Reference', 'Referencia'),
  description: both('Description', 'Descripción'),
  duration: both('Duration', 'Duración'),
  in: both('In', 'Abono'),
  out: both('Out', 'Cargo'),
  amount: both('Amount', 'Monto'),
  balance: both('Balance', 'Balance'),
  facility: both('Facility', 'Instalación'),
  number: both('Phone number', 'Número de teléfono'),
  billed: both('Amount billed', 'Monto facturado'),
  total: both('Total cost', 'Costo total'),
  outcome: both('Result', 'Resultado'),
  nothing: both('Nothing was paid in or out in this period.', 'No hubo movimientos en este período.'),
  noFees: both('There are no fees of any kind. All amounts in US dollars.', 'No hay cargos adicionales de ningún tipo. Montos en dólares estadounidenses.'), // prettier-ignore
} as const satisfies Record<string, Both>;

export const pageOf = (page: number, pages: number, language: Language): string =>
  language === 'es' ? `Página ${page} de ${pages}` : `Page ${page} of ${pages}`;
