import type { AudioFrame } from './audio-frame.ts';
import type { App, Digit, RunningApp } from './app-stack.ts';
import { parked } from './apps/park.ts';
import type { Channel } from './channel.ts';

/** One side of a bridge: what this party says goes to the other one, unless that one is busy with an application of its own. */
class BridgeSide implements RunningApp {
  readonly #channel: Channel;
  readonly #filterDigits: boolean;

  constructor(channel: Channel) {
    this.#channel = channel;
    // read once, when the bridge starts (switch_ivr_bridge.c)
    this.#filterDigits = channel.variables.isTrue('bridge_filter_dtmf');
  }

  heard(frame: AudioFrame): void {
    const other = this.#channel.partner;
    if (other && other.apps.top instanceof BridgeSide) other.speak(frame);
  }

  digit(digit: Digit): void {
    if (!this.#filterDigits) this.#channel.partner?.keys.send(digit.digit, digit.duration);
  }

  abort(): void {
    // both sides are taken apart by Bridges.leave
  }
}

/** Shown in events as `uuid_bridge`, as FreeSWITCH does. */
export const bridgeApp: App = (channel) => new BridgeSide(channel);

/** Who talks with whom. */
export class Bridges {
  /** The channels that were named first when their bridge was made: events of the bridge are theirs. */
  readonly #originators = new Set<Channel>();

  get count(): number {
    return this.#originators.size;
  }

  /** Both leave what they do and hear each other from the next tick on. */
  connect(a: Channel, b: Channel): void {
    this.leave(a);
    this.leave(b);
    a.partner = b;
    b.partner = a;
    this.#originators.add(a);
    for (const [one, other, state] of [
      [a, b, 'CS_SOFT_EXECUTE'],
      [b, a, 'CS_EXCHANGE_MEDIA'],
    ] as const) {
      one.times.bridged = Date.now();
      one.lastPartner = other;
      one.state = state;
      one.variables.set('bridge_uuid', other.uuid);
      one.variables.set('signal_bond', other.uuid);
      one.variables.set('last_bridge_to', other.uuid);
      one.apps.reroute([{ app: 'uuid_bridge', argument: other.uuid }]);
    }
    a.log('info', 'bridged', { with: b.uuid });
    a.fire('CHANNEL_BRIDGE', { 'Bridge-A-Unique-ID': a.uuid, 'Bridge-B-Unique-ID': b.uuid });
  }

  /** Ends the bridge this channel is in. The other one is parked if `park_after_bridge` says so, else it hangs up. */
  leave(channel: Channel): void {
    const other = channel.partner;
    if (!other) return;
    channel.partner = undefined;
    other.partner = undefined;
    const [a, b] = this.#originators.delete(channel) ? [channel, other] : [other, channel];
    this.#originators.delete(a);
    for (const one of [channel, other]) one.variables.set('signal_bond', undefined);
    a.log('info', 'bridge ended', { with: b.uuid, by: channel.uuid });
    a.fire('CHANNEL_UNBRIDGE', { 'Bridge-A-Unique-ID': a.uuid, 'Bridge-B-Unique-ID': b.uuid });
    if (other.hangupCause) return;
    if (!other.variables.isTrue('park_after_bridge')) return other.hangup('NORMAL_CLEARING');
    other.state = 'CS_PARK';
    other.apps.rest(parked(other));
    other.fire('CHANNEL_PARK');
    other.keys.offer();
  }
}
