export interface Agreement {
  /** The day it takes effect; kept with every card saved under it. */
  readonly version: string;
  readonly from: Date;
  readonly text: { readonly en: string; readonly es: string };
}

/** Every text of the payment agreement there was, oldest first. One that has been in force is never edited: a new one follows it. */
export const agreements: readonly Agreement[] = [
  {
    version: '2026-01-01',
    from: new Date('2026-01-01T08:00:00Z'),
    text: {
      en:
        'I am the holder of this card, or the holder allows me to use it. I agree that the card is kept with the payment processor and charged ' +
        'for the deposits I ask for, and, only if I turn on AutoPay or TextPay, for the amount I choose there when my balance is low. There is no fee. ' +
        'I may remove the card or turn AutoPay and TextPay off at any time. What I do not use is refunded to the card last used when I close the account.',
      es:
        'Soy el titular de esta tarjeta o su titular me permite usarla. Acepto que la tarjeta se guarde con el procesador de pagos y se le cobren ' +
        'los depósitos que yo pida y, solo si activo AutoPay o TextPay, la cantidad que allí elija cuando mi saldo sea bajo. No hay ningún cargo. ' +
        'Puedo quitar la tarjeta o desactivar AutoPay y TextPay en cualquier momento. Lo que no use se reembolsa a la última tarjeta usada al cerrar la cuenta.',
    },
  },
];

/** The agreement in force; undefined before the first. */
export const agreementAt = (at: Date, among: readonly Agreement[] = agreements): Agreement | undefined =>
  among.findLast(({ from }) => from <= at);
