import { describe } from './client.ts';
import { hereFor, type Core } from './core.ts';
import { release } from './holding.ts';
import type { LiveDialog } from './live-dialog.ts';
import { sendingInDialog } from './send-in-dialog.ts';

/** Why the server ends a call that was answered although it had been cancelled. */
export const cancelRace = 'ACK-BYE due to cancel race condition';

/** The dialog is over: its timers stop, and what is still to be answered is (RFC 3261 §15.1.2). */
export const removeDialog = (core: Core, live: LiveDialog): void => {
  core.dialogs.remove(live);
  live.acknowledged();
  live.session.stop();
  for (const timer of live.subscriptions.values()) core.layer.clock.stop(timer);
  live.subscriptions.clear();
  for (const received of [...live.open]) {
    release(core, received);
    received.transaction.reply(received.request.method === 'INVITE' ? 487 : 481);
  }
};

/**
 * Ends a call in the client's stead, and tells the client by the BYE that goes out.
 * @param why goes into the BYE's Reason and from there to the application
 */
export const endDialog = (core: Core, live: LiveDialog, why: string): void => {
  const bye = live.dialog.request('BYE', { headers: { Reason: `SIP;cause=200;text="${why}"` } });
  const { request } = sendingInDialog(core, live, bye, { response: () => undefined });
  removeDialog(core, live);
  // As drachtio-server puts it: all but that race count as an expired session.
  core.cdrs.stop(request, 'application', why === cancelRace ? 'system-initiated-termination' : 'session-expired');
  core.log.warn({ callId: live.dialog.callId, client: live.client.id, why }, 'call ended by the server');
  const bytes = request.toBuffer();
  const facts = describe('application', bytes.length, hereFor(core, live.route), core.layer.clock.now());
  live.client.deliver(facts, 'unsolicited', live.id, bytes);
};
