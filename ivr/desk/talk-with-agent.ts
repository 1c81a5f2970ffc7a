import { talkOver } from '#accounts/desk/queue.ts';
import { findEntry } from '#db/desk/entries.ts';
import { prompt } from '#flows/prompt.ts';
import { LinePayments } from '../family-line/payments.ts';
import { unwritten } from '../family-line/unwritten.ts';
import type { Leg } from '../leg/leg.ts';
import { SpokenLine } from '../leg/spoken-line.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { keepPlace } from './keep-place.ts';
import type { GivenCall } from './ring-agent.ts';
import { ringSupervisor } from './ring-supervisor.ts';
import { TalkOrders } from './talk-orders.ts';
import { AttendedPayments } from './take-payment.ts';

/**
 * Caller and agent hear that somebody may listen, and talk until one hangs up; what either types meanwhile the other does not hear, and the agent may take a payment. The
 * agent's leg is over then, and the wrap-up begins. Rejects with the signal's reason: the caller has gone, or the platform stops.
 */
export async function talkWithAgent(agent: Leg, call: GivenCall): Promise<void> {
  const { callId, entryId, leg, platform, signal } = call;
  const { clock, db, log } = platform;
  const begun = clock.elapsed();
  const over = new AbortController();
  try {
    await leg.endpoint.keepKeys();
    await agent.endpoint.keepKeys();
    await announce([leg, agent], call);
    await leg.endpoint.bridge(agent.endpoint);
    log.info({ call: callId, entry: entryId }, 'an agent and a caller talk');
    const goesOn = AbortSignal.any([over.signal, signal, agent.ended]);
    void keepPlace(entryId, platform, goesOn);
    await attend(agent, call, goesOn);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // Whatever fails because the agent has hung up is the end of the talk, no fault.
    if (!agent.ended.aborted) throw error;
  } finally {
    over.abort(talkIsOver);
    void agent.end();
    // A database that is away finds out by itself: nobody says any more that the talk goes on.
    await talkOver(db, entryId, clock.now()).catch((error: unknown) =>
      log.warn({ call: callId, err: error }, 'the end of a talk could not be written down'),
    );
    log.info(
      { call: callId, entry: entryId, seconds: (clock.elapsed() - begun) / 1000 },
      'a talk with an agent is over',
    );
  }
}

/** Penal Code 632: both hear to its end that somebody may listen, before they hear each other. */
async function announce(legs: readonly Leg[], { callId, language, platform, signal }: GivenCall): Promise<void> {
  const parts = { ...platform, record: unwritten(callId), language, voiceFolder: '', signal };
  await Promise.all(legs.map((leg) => new SpokenLine({ ...parts, leg }).say(prompt('agent.monitored'))));
}

const talkIsOver = 'the talk is over';

/** Does what is ordered of the talk until the signal is aborted, and rejects with its reason. */
async function attend(agent: Leg, call: GivenCall, signal: AbortSignal): Promise<never> {
  const orders = new TalkOrders(agent, call, (order) => void ringSupervisor(order, agent, call));
  let payments: AttendedPayments | undefined;
  try {
    for (;;) {
      const { cents } = await unlessAborted(orders.payment(signal), signal);
      // One for the whole talk: it counts its orders.
      payments ??= await paymentsOf(agent, call);
      await payments.take(cents);
    }
  } finally {
    await payments?.tellUntold();
  }
}

async function paymentsOf(agent: Leg, call: GivenCall): Promise<AttendedPayments> {
  const { entryId, platform } = call;
  const { db, familyLine, log } = platform;
  const agentId = (await findEntry(db, entryId))?.agentId;
  if (!familyLine || agentId === undefined) throw new Error('a talk without an agent, or without the 866 line');
  const payments = new LinePayments(db, familyLine, call, log, { agentId, entryId });
  return new AttendedPayments({ agentId, leg: agent }, call, payments);
}
