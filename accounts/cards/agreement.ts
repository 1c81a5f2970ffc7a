/** What a person agrees to when a card is saved. A text that was in force is never edited; a new one gets a new version and date. */
export interface Agreement {
  readonly version: string;
  readonly from: Date;
  readonly text: { readonly en: string; readonly es: string };
}

/** The oldest first. */
export const agreements: readonly Agreement[] = [
  {
    version: '2026-01',
    from: new Date('2026-01-01T08:00:00Z'), // midnight in US Pacific time
    text: {
      en: 'I authorize Homeline to keep this card and to charge it for the deposits I ask for, and for AutoPay or TextPay if I enroll. I may remove the card at any time.',
      es: 'Autorizo a Homeline a guardar esta tarjeta y a cobrar en ella los depósitos que yo pida, y los de AutoPay o TextPay si me inscribo. Puedo quitar la tarjeta en cualquier momento.',
    },
  },
];

/** The agreement in force; undefined before the first. */
export const agreementAt = (at: Date): Agreement | undefined => agreements.findLast(({ from }) => from <= at);
