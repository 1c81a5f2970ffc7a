import type { PaymentKind } from '#db/payments.ts';

export interface ItemFields {
  readonly batch: number;
  readonly item: number;
  readonly kind: PaymentKind | 'card';
  readonly amount: string;
  readonly memo: string;
  readonly issuer: string;
  readonly serial: string;
  readonly received: string;
  /** Name, street, second line, city, state, postal code. */
  readonly sender: readonly string[];
}

const lopez = ['Maria Lopez', '1 Main St', '', 'Fresno', 'CA', '93650'];

/** A good line but for what is said otherwise. */
export function itemLine(over: Partial<ItemFields> = {}): string {
  const sound: ItemFields = {
    ...{ batch: 1, item: 1, kind: 'money-order', amount: '25.00', memo: '', issuer: 'USPS', serial: '24681012141' },
    ...{ received: '2026-05-04', sender: lopez },
  };
  const { batch, item, kind, amount, memo, issuer, serial, received, sender } = { ...sound, ...over };
  return ['I', batch, item, kind, amount, memo, issuer, serial, received, ...sender].join(',');
}

export const HEADER = 'H,650757,2026-05-04,1';

/** A file of these lines with the trailer that fits them. Their amounts are readable. */
export function lockboxFile(lines: readonly string[], header = HEADER): string {
  const cents = lines.reduce((sum, line) => sum + Math.round(Number(line.split(',')[4]) * 100), 0);
  return [header, ...lines, `T,${lines.length},${(cents / 100).toFixed(2)}`, ''].join('\r\n');
}

/** As it comes over a wire: in pieces of `size` bytes. */
export async function* inPieces(text: string | Uint8Array, size = 64): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
