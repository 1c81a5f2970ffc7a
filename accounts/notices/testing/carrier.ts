import { randomUUID } from 'node:crypto';
import type { Mail, MailSender, Taken, TextSender } from '../ports.ts';

export type Mood = 'take' | 'take-silently' | 'lose' | 'busy' | 'opted-out';

/** A provider of texts and a mail server; `texts` and `mails` are what arrived. */
export class Carrier {
  readonly texts: { id: string; to: string; body: string; at: Date }[] = [];
  readonly mails: Mail[] = [];
  mood: Mood = 'take';
  listing: 'up' | 'down' = 'up';
  at = new Date('2026-05-01T12:00:00Z');

  readonly textSender: TextSender = {
    send: async (text) =>
      this.#take(
        () => this.texts.push({ ...text, id: randomUUID(), at: this.at }),
        () => this.texts.at(-1)?.id,
      ),
    find: async ({ to, body, since }) => {
      if (this.listing === 'down') throw new Error('The list is away.');
      return this.texts.filter((one) => one.to === to && one.body === body && one.at >= since).map(({ id }) => id);
    },
  };
  readonly mailSender: MailSender = {
    send: async (mail) =>
      this.#take(
        () => this.mails.push(mail),
        () => undefined,
      ),
  };

  later(seconds: number): void {
    this.at = new Date(this.at.getTime() + seconds * 1_000);
  }

  #take(arrive: () => void, id: () => string | undefined): Taken {
    if (this.mood === 'busy') return { kind: 'not-now', reason: 'busy' };
    if (this.mood === 'opted-out') return { kind: 'refused', reason: 'opted-out' };
    if (this.mood !== 'lose') arrive();
    if (this.mood !== 'take') return { kind: 'in-doubt', reason: 'timeout' };
    return { kind: 'accepted', providerId: id() ?? null };
  }
}
