import { DEPOSIT, within } from '#accounts/money.ts';
import { atDesk, noteAtDesk } from '#db/desk/events.ts';
import { findEntry } from '#db/desk/entries.ts';
import type { Attendance, Attended } from '#flows/family-line/attended-payment.ts';
import { attendedPayment } from '#flows/family-line/attended-payment.ts';
import { prompt } from '#flows/prompt.ts';
import { accountTyped } from '../family-line/open-account.ts';
import type { LinePayments } from '../family-line/payments.ts';
import { unwritten } from '../family-line/unwritten.ts';
import type { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import type { GivenCall } from './ring-agent.ts';
import { TypingApart } from './typing-apart.ts';

/** An agent's end of a talk. */
export interface AgentOnLine {
  readonly agentId: string;
  readonly leg: Leg;
}

/** Cards that may be declined in one talk. */
const mostDeclined = 3;

/** The payments of one talk, one after the other. */
export class AttendedPayments {
  readonly #agent: AgentOnLine;
  readonly #call: GivenCall;
  readonly #payments: LinePayments;
  #declined = 0;

  constructor(agent: AgentOnLine, call: GivenCall, payments: LinePayments) {
    this.#agent = agent;
    this.#call = call;
    this.#payments = payments;
  }

  /**
   * Takes the two apart, takes a payment, and joins them again. What was typed before is no part of it, and what was typed in it is no part of
   * the talk. Rejects with the reason when a leg ends or the platform stops; any other fault breaks the payment off.
   */
  async take(cents: number | undefined): Promise<void> {
    const { leg, callId, entryId, signal, platform } = this.#call;
    const agent = this.#agent.leg;
    platform.log.info({ call: callId, entry: entryId }, 'an agent takes a payment in a talk');
    await leg.endpoint.unbridge();
    this.#forget();
    const typing = new TypingApart(agent, leg);
    try {
      if (this.#declined >= mostDeclined) await this.#line(agent).say(prompt('attended.no-more'));
      else await this.#attend(typing, cents);
    } catch (error) {
      if (signal.aborted || agent.ended.aborted) throw error;
      platform.log.error({ call: callId, err: error }, 'a payment in a talk met a fault');
      // A charge that failed on our side may have been made at the bank.
      const told = typing.isCharging ? 'pay.pending' : 'attended.broken-off';
      await Promise.allSettled([leg, agent].map((each) => this.#line(each).say(prompt(told))));
    }
    this.#forget();
    signal.throwIfAborted();
    agent.ended.throwIfAborted();
    await leg.endpoint.bridge(agent.endpoint);
  }

  /** The talk is over: who has not heard that nothing was charged is told. Never rejects. */
  tellUntold(): Promise<void> {
    return this.#payments.tellUntold();
  }

  async #attend(typing: TypingApart, wanted: number | undefined): Promise<void> {
    const { db } = this.#call.platform;
    await this.#note('payment-begun', {});
    const attendance: Attendance = {
      ...{ agent: this.#line(this.#agent.leg), caller: this.#line(this.#call.leg) },
      payments: typing.guard(this.#payments),
      accounts: { find: (typed) => accountTyped(db, typed) },
      apart: (work) => typing.during((leg, stop) => this.#line(leg, stop), work),
    };
    const entry = await findEntry(db, this.#call.entryId);
    const account = entry?.accountId === undefined ? undefined : { id: entry.accountId };
    const cents = wanted !== undefined && within(DEPOSIT, wanted).kind !== 'refused' ? wanted : undefined;
    let attended: Attended = { kind: 'broken-off' };
    try {
      attended = await attendedPayment(attendance, { account, cents });
    } finally {
      const settled = typing.charged ?? attended;
      if (settled.kind === 'declined') this.#declined++;
      await this.#note('payment-ended', said(settled));
    }
  }

  #line(leg: Leg, stop?: AbortSignal): SpokenLine {
    const { callId, language, platform, signal } = this.#call;
    const record = unwritten(callId);
    const ends = stop ? AbortSignal.any([signal, stop]) : signal;
    return new SpokenLine({ ...platform, leg, record, language, voiceFolder: '', signal: ends });
  }

  /** For the agent's screen and whoever asks later. What befalls the money does not wait for it. */
  async #note(kind: string, data: Record<string, unknown>): Promise<void> {
    const { callId, entryId, platform } = this.#call;
    const about = { entryId, agentId: this.#agent.agentId };
    const note = atDesk(platform.db, (trx) => noteAtDesk(trx, platform.clock.now(), kind, about, data));
    await note.catch((error: unknown) =>
      platform.log.warn({ call: callId, err: error }, 'a payment in a talk is not written down for the desk'),
    );
  }

  #forget(): void {
    this.#call.leg.digits.forget();
    this.#agent.leg.digits.forget();
  }
}

function said(attended: Attended | NonNullable<TypingApart['charged']>): Record<string, unknown> {
  switch (attended.kind) {
    case 'captured':
      return { outcome: attended.kind, cents: attended.cents, reference: attended.reference };
    case 'declined':
      return { outcome: attended.kind, cents: attended.cents, reason: attended.reason };
    case 'pending':
      return { outcome: attended.kind, cents: attended.cents };
    case 'broken-off':
      return { outcome: attended.kind };
  }
}
