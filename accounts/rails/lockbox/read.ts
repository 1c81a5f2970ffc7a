import type { PaymentItem } from '../item.ts';
import { csvLine, type LockboxHeader, type LockboxLine } from './csv-line.ts';
import { linesOf } from './lines.ts';
import { LockboxRefusal, type BadLine, type LineFault, type LockboxFault } from './refusal.ts';

/** What a file holds, in its order: the header, then its lines. */
export type LockboxRecord =
  | { readonly kind: 'header'; readonly header: LockboxHeader }
  | { readonly kind: 'item'; readonly line: number; readonly batch: number; readonly item: number; readonly payment: PaymentItem } // prettier-ignore
  /** Reported, not posted; the trailer counts it, and its money is at the bank. */
  | { readonly kind: 'bad-line'; readonly line: number; readonly fault: LineFault; readonly cents: number };

/** Bad lines of a refused file that are told. */
const TOLD = 100;

/*
 *   start ──H──► inside ──I──► inside ──T──► closed ──end──► taken
 *
 * Whatever comes elsewhere refuses the file, and so do totals that differ.
 */

/**
 * Reads a lockbox file (docs/lockbox.md) as it comes in. That all of it may be taken is known only when this has ended: whoever writes records
 * down does so in a transaction. Throws LockboxRefusal, and what `source` throws.
 */
export async function* readLockbox(source: AsyncIterable<Uint8Array>): AsyncGenerator<LockboxRecord> {
  const sums = new Sums();
  let at: 'start' | 'inside' | 'closed' = 'start';
  for await (const { line, text } of linesOf(source)) {
    sums.line = line;
    if (at === 'closed') throw sums.refusal('after-trailer');
    const record = csvLine(text);
    const isHeader = record.kind === 'header' || (record.kind === 'bad' && record.record === 'header');
    if (at === 'start') {
      if (!isHeader) throw sums.refusal('no-header');
      if (record.kind !== 'header') throw sums.refusal('bad-header');
      at = 'inside';
      sums.header = record.header;
      yield record;
      continue;
    }
    if (isHeader) throw sums.refusal('second-header');
    if (record.kind === 'trailer') {
      sums.compare(record);
      at = 'closed';
      continue;
    }
    if (record.kind === 'bad' && record.record === 'trailer') throw sums.refusal('bad-trailer');
    const taken = sums.add(record);
    if (taken) yield taken;
  }
  if (at !== 'closed') throw sums.refusal(at === 'start' ? 'no-header' : 'no-trailer');
}

/** What was read so far. */
class Sums {
  line = 1;
  header: LockboxHeader | undefined;
  #items = 0;
  #cents = 0;
  #unreadable = 0;
  readonly #bad: BadLine[] = [];

  refusal(code: LockboxFault): LockboxRefusal {
    return new LockboxRefusal(code, this.line, this.#bad);
  }

  /** Undefined: its worth cannot be read, and the trailer will refuse the file. */
  add(record: LockboxLine): LockboxRecord | undefined {
    const { line } = this;
    this.#items++;
    if (record.kind === 'item') {
      this.#cents += record.payment.cents;
      if (record.payment.receivedOn <= (this.header?.day ?? '')) return { ...record, line };
      return this.#badLine('day-after-file', record.payment.cents);
    }
    if (record.kind !== 'bad') return undefined;
    if (record.cents === undefined) this.#unreadable++;
    this.#cents += record.cents ?? 0;
    return this.#badLine(record.fault, record.cents);
  }

  #badLine(fault: LineFault, cents: number | undefined): LockboxRecord | undefined {
    const { line } = this;
    if (this.#bad.length < TOLD) this.#bad.push({ line, fault });
    return cents === undefined ? undefined : { kind: 'bad-line', line, fault, cents };
  }

  compare(trailer: { readonly items: number; readonly cents: number }): void {
    if (trailer.items !== this.#items) throw this.refusal('count-differs');
    if (this.#unreadable > 0) throw this.refusal('amount-unreadable');
    if (trailer.cents !== this.#cents) throw this.refusal('total-differs');
  }
}
