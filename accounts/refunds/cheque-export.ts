import type { Cheque } from '#db/cheques.ts';
import { csvOf } from '../statements/csv.ts';

const head = ['Cheque', 'Attempt', 'Payee', 'Amount', 'Address 1', 'Address 2', 'City', 'State', 'Postal code', 'Country', 'Due by']; // prettier-ignore

/** A claimed batch for the printer, RFC 4180. Throws when one of them has no address: only those that have one can be claimed. */
export function chequeBatchCsv(cheques: readonly Cheque[]): string {
  const lines = cheques.map(({ id, attempt, cents, to, due }) => {
    if (!to) throw new Error(`Cheque ${id} has no address, and cannot be printed.`);
    const { lines: street, city, state, postalCode, country } = to.address;
    const [first = '', ...rest] = street;
    return [
      id,
      String(attempt),
      to.payee,
      { cents },
      first,
      rest.join(', '),
      city,
      state,
      postalCode,
      country,
      due.until,
    ];
  });
  return csvOf([head, ...lines]);
}
