import { findEntry } from '#db/desk/entries.ts';
import { LinePayments } from '../family-line/payments.ts';
import type { Leg } from '../leg/leg.ts';
import { unlessAborted } from '../unless-aborted.ts';
import { AsideWritten } from './aside-written.ts';
import { OnHold } from './on-hold.ts';
import { writePassedOn } from './pass-on.ts';
import type { GivenCall } from './ring-agent.ts';
import { ringSupervisor } from './ring-supervisor.ts';
import { TalkOrders } from './talk-orders.ts';
import { AttendedPayments } from './take-payment.ts';

/**
 *            hold              transfer
 *   together ----> held ----------------> passed on
 *     |  ^  <----                ^
 *     |  |   resume, payment     |
 *     v  |                       |
 *    paying      together -------+
 *
 * Does what is ordered of a talk, one after the other: so nobody is put on hold or passed on while a card is typed. Resolves with the caller's new
 * place once they are passed on, apart from the agent; rejects with the signal's reason, or when a leg ends.
 */
export async function attend(agent: Leg, call: GivenCall, signal: AbortSignal): Promise<string> {
  const { callId, entryId, leg, platform } = call;
  const orders = new TalkOrders(agent, call, (order) => void ringSupervisor(order, agent, call));
  const aside = new AsideWritten(entryId, platform);
  let held: OnHold | undefined;
  let payments: AttendedPayments | undefined;
  const resume = async (): Promise<void> => {
    const before = held;
    held = undefined;
    await before?.resume();
  };
  try {
    for (;;) {
      const order = await unlessAborted(orders.next(signal), signal);
      switch (order.kind) {
        case 'payment':
          await resume();
          // One for the whole talk: it counts its orders.
          payments ??= await paymentsOf(agent, call);
          aside.write('paying');
          await payments.take(order.cents).finally(() => aside.write(undefined));
          break;
        case 'hold':
          held ??= await OnHold.begin(agent, call);
          platform.log.info({ call: callId, entry: entryId }, 'an agent puts a caller on hold');
          aside.write('held');
          break;
        case 'resume':
          await resume();
          aside.write(undefined);
          break;
        case 'transfer': {
          const passedOn = await writePassedOn(order, call);
          if (passedOn === undefined) break;
          // From here on the caller has another place, whatever fails.
          await (held ? held.stop() : leg.endpoint.unbridge()).catch(() => undefined);
          held = undefined;
          return passedOn;
        }
      }
    }
  } finally {
    await held?.stop();
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
