import { SipRequest, type SipMessage, type SipResponse } from '#sip-stack/message.ts';
import { Params } from '#sip-stack/params.ts';
import { describe } from './client.ts';
import type { Core } from './core.ts';
import { removeDialog } from './ending.ts';
import type { LiveDialog } from './live-dialog.ts';

/** Without an Expires. Seconds; packages say otherwise (RFC 6665 §5.4.4), applications may, too. */
const defaultSeconds = 3600;
/** Longest interval that is taken: timers hold no more. */
const maxSeconds = 2_000_000;

/** The package and the id of an Event header, as they compare (RFC 6665 §8.2.1): the package without case. */
export const eventOf = (message: SipMessage): string => {
  const [, name = '', params = ''] = /^\s*([^;\s]*)\s*(;.*)?$/.exec(message.get('event') ?? '') ?? [];
  return `${name.toLowerCase()};${Params.parse(params)?.get('id') ?? ''}`;
};

const secondsIn = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,10}$/.test(text) ? Math.min(Number(text), maxSeconds) : undefined;

interface State {
  readonly terminated: boolean;
  readonly seconds: number | undefined;
}

/** The Subscription-State of a NOTIFY; undefined when there is none. */
const stateOf = (notify: SipRequest): State | undefined => {
  const found = /^\s*([A-Za-z0-9.-]+)\s*(;.*)?$/.exec(notify.get('subscription-state') ?? '');
  if (!found) return undefined;
  return {
    terminated: found[1]?.toLowerCase() === 'terminated',
    seconds: secondsIn(Params.parse(found[2] ?? '')?.get('expires')),
  };
};

/** Whether a NOTIFY ends the last subscription of a dialog that subscriptions keep alive. */
export const endsSubscriptions = (live: LiveDialog, request: SipRequest): boolean => {
  if (live.usage !== 'SUBSCRIBE' || request.method !== 'NOTIFY' || stateOf(request)?.terminated !== true) return false;
  const event = eventOf(request);
  return [...live.subscriptions.keys()].every((other) => other === event);
};

/** A 2xx to a SUBSCRIBE of either side: how long the subscription lasts from now on. */
export const subscribed = (core: Core, live: LiveDialog, request: SipRequest, response: SipResponse): void => {
  if (live.usage !== 'SUBSCRIBE') return;
  const seconds = secondsIn(response.get('expires')) ?? secondsIn(request.get('expires')) ?? defaultSeconds;
  keep(core, live, request, seconds);
};

/** A NOTIFY of either side: its subscription has ended, or lasts as long as it says. */
export const notified = (core: Core, live: LiveDialog, request: SipRequest): void => {
  const state = stateOf(request);
  if (live.usage !== 'SUBSCRIBE' || !state) return;
  const event = eventOf(request);
  if (state.terminated) {
    core.layer.clock.stop(live.subscriptions.get(event));
    live.subscriptions.delete(event);
  } else if (state.seconds !== undefined) keep(core, live, request, state.seconds);
};

/** No dialog outlives its subscriptions: 64*T1 after the end of the last (RFC 6665 §4.1.2.2, timer N) it goes, and its client hears so. */
const keep = (core: Core, live: LiveDialog, request: SipRequest, seconds: number): void => {
  const { clock, timers } = core.layer;
  const event = eventOf(request);
  clock.stop(live.subscriptions.get(event));
  const over = (): void => {
    live.subscriptions.delete(event);
    if (live.subscriptions.size === 0 && core.dialogs.get(live.id) === live)
      expire(core, live, request.get('event') ?? '');
  };
  live.subscriptions.set(event, clock.after(seconds * 1000 + 64 * timers.T1, over));
};

const expire = (core: Core, live: LiveDialog, event: string): void => {
  const { dialog, client } = live;
  removeDialog(core, live);
  core.log.info({ callId: dialog.callId, client: client.id }, 'subscription ran out');
  const told = new SipRequest('NOTIFY', dialog.remoteTarget).add('From', dialog.remote).add('To', dialog.local);
  told
    .add('Call-ID', dialog.callId)
    .add('CSeq', `${(dialog.remoteSequence ?? 0) + 1} NOTIFY`)
    .add('Event', event);
  told.add('Subscription-State', 'terminated;reason=timeout');
  const bytes = told.toBuffer();
  const { clock, transport } = core.layer;
  client.deliver(describe('application', bytes.length, transport.local, clock.now()), 'unsolicited', live.id, bytes);
};

/** The requests that may be met by a NOTIFY before anybody here knows their dialog, by the Call-ID and tag they left with. */
export const notifyKey = (message: SipMessage, tag: string | undefined): string => `${message.callId} ${tag ?? ''}`;
