import { randomInt } from 'node:crypto';
import type { SipRequest, SipResponse } from '#sip-stack/message.ts';
import type { Core } from './core.ts';
import { endDialog } from './ending.ts';
import { hasOption } from './rack.ts';
import type { LiveDialog } from './live-dialog.ts';
import { repeatAck, sendAck, sendingInDialog } from './send-in-dialog.ts';
import { minSession, minSessionSeconds, sessionExpires } from './session-timer.ts';

/** RFC 4028: starts the timer of a session; at its end the peer has not refreshed, or we do. */
const start = (core: Core, live: LiveDialog, seconds: number, weRefresh: boolean): void =>
  live.session.start(core.layer.clock, Math.max(seconds, minSessionSeconds), weRefresh, () =>
    weRefresh ? refresh(core, live, seconds) : endDialog(core, live, 'Session timer expired'),
  );

/**
 * §9: what our 2xx to an INVITE or UPDATE says of the session timer, and the timer accordingly. The client's own
 * Session-Expires rules; else what the peer asked for, if it said who is to refresh; else there is no timer.
 */
export const sessionAnswered = (core: Core, live: LiveDialog, request: SipRequest, response: SipResponse): void => {
  const wanted = sessionExpires(request);
  const ours = sessionExpires(response);
  if (ours) {
    // §9: not longer than was asked for, not shorter than any Min-SE; and who refreshes is the caller's to say.
    const seconds = Math.max(Math.min(ours.seconds, wanted?.seconds ?? ours.seconds), minSession(request));
    const refresher = wanted?.refresher ?? ours.refresher ?? 'uac';
    response.set('Session-Expires', `${seconds};refresher=${refresher}`);
    return start(core, live, seconds, refresher === 'uas');
  }
  const knows = hasOption(request, 'supported', 'timer');
  // §9: whose turn it is, is ours to say where the peer does not; a running timer goes on with whoever asks for it again.
  const fallback = core.defaultRefresher === 'none' ? undefined : knows ? core.defaultRefresher : 'uas';
  const refresher = wanted?.refresher ?? (live.session.weRefresh === undefined ? fallback : 'uac');
  if (!wanted || !refresher) return live.session.stop();
  response.set('Session-Expires', `${wanted.seconds};refresher=${refresher}`);
  if (refresher === 'uac' && knows) response.add('Require', 'timer');
  start(core, live, wanted.seconds, refresher === 'uas');
};

/** §7.2: what the peer's 2xx to an INVITE or UPDATE of ours says. */
export const sessionAccepted = (core: Core, live: LiveDialog, response: SipResponse): void => {
  const agreed = sessionExpires(response);
  if (agreed) start(core, live, agreed.seconds, agreed.refresher !== 'uas');
  else live.session.stop();
};

/** §7.4: a running timer goes on only if the next request speaks of it. */
export const keepSession = (live: LiveDialog, request: SipRequest): void => {
  const { weRefresh, seconds } = live.session;
  if (weRefresh === undefined || request.has('session-expires')) return;
  request.add('Session-Expires', `${seconds};refresher=${weRefresh ? 'uac' : 'uas'}`);
  request.add('Min-SE', String(minSessionSeconds));
};

/** RFC 3261 §14.1: after a 491 the INVITE comes again in 2.1 to 4 s. Half an interval later the peer would have ended the call (RFC 4028 §10). */
const again = (core: Core, live: LiveDialog, seconds: number): void =>
  live.session.again(core.layer.clock, randomInt(2_100, 4_001), () => refresh(core, live, seconds));

/** A session that nobody takes longer than this is not asked for. Seconds. */
const longest = 86_400;

/**
 * Refreshes the session with what we offered last; the client is not told.
 * @param min what somebody on the way wants at least
 */
const refresh = (core: Core, live: LiveDialog, seconds: number, min = minSessionSeconds): void => {
  // An INVITE of either side is in progress: its answer refreshes the session, unless it is a refusal.
  if (live.inviting || live.unacknowledged) return again(core, live, seconds);
  const headers = {
    'Session-Expires': `${seconds};refresher=uac`,
    'Min-SE': String(min),
    Supported: 'timer',
    ...(live.localSdp && { 'Content-Type': 'application/sdp' }),
  };
  const invite = live.dialog.request('INVITE', { headers, body: live.localSdp });
  const { number } = invite.cseq;
  live.inviting = sendingInDialog(core, live, invite, {
    response: (response) => {
      if (response.status < 200) return;
      live.inviting = undefined;
      if (core.dialogs.get(live.id) !== live) return;
      if (response.status === 491) return again(core, live, seconds);
      // §7.3: the next attempt asks for what is wanted at least.
      const wanted = minSession(response);
      if (response.status === 422 && wanted > seconds && wanted <= longest) return refresh(core, live, wanted, wanted);
      if (response.status >= 300) return endDialog(core, live, 'Session timer expired');
      if (live.accepted?.sequence === number) return repeatAck(core, live.accepted);
      live.dialog.refresh(response);
      live.accepted = { sequence: number };
      sendAck(core, live, live.accepted, live.dialog.ack(number));
      sessionAccepted(core, live, response);
    },
  });
};
