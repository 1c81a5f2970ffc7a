import type { CallNote } from '../cdr/call-note.ts';
import type { NoteSpool } from '../cdr/note-spool.ts';

/** A disk for notes that is played by a test. */
export class PlayedNotes {
  /** What is kept, in order. */
  readonly kept: CallNote[] = [];
  /** What the next notes are refused with. */
  readonly refusals: Error[] = [];
  /** What becomes of what is kept when the database is looked for. */
  delivery: () => Promise<void> = async () => void this.kept.splice(0);

  get real(): NoteSpool {
    return this as unknown as NoteSpool;
  }

  holds(): boolean {
    return this.kept.length > 0;
  }

  async keep(_callId: string, note: CallNote): Promise<void> {
    const refusal = this.refusals.shift();
    if (refusal) throw refusal;
    this.kept.push(note);
  }

  deliver(): Promise<void> {
    return this.delivery();
  }
}
