import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { formatEvent, type EventFormat, type EventHeaders, type SocketEvent } from './event.ts';
import type { Subscription } from './subscription.ts';

/** Who listens: its subscription, and where a formatted event goes. */
export type Listener = { readonly subscription: Subscription; deliver(message: string): void };

/** What makes an event: built only when somebody wants it. */
export type EventSource = {
  readonly subclass?: string;
  /** Unique-ID of the channel it is about. */
  readonly channel?: string;
  readonly headers: () => EventHeaders;
  readonly body?: string;
};

const two = (n: number): string => String(n).padStart(2, '0');
const localDate = (date: Date): string =>
  `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;

/** Gives every event its common headers and brings it to those who subscribed. */
export class EventBus {
  readonly coreUuid = randomUUID();
  readonly hostname = hostname();
  readonly #listeners = new Set<Listener>();
  readonly #address: string;
  #sequence = 0;

  /** `address`: FreeSWITCH-IPv4. */
  constructor(address: string) {
    this.#address = address;
  }

  add(listener: Listener): void {
    this.#listeners.add(listener);
  }

  remove(listener: Listener): void {
    this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  fire(name: string, source: EventSource): void {
    this.#sequence += 1;
    let event: SocketEvent | undefined;
    let plain: string | undefined;
    let json: string | undefined;
    for (const listener of this.#listeners) {
      const { subscription } = listener;
      // most listeners are controllers of one channel each
      if (subscription.onlyChannel !== undefined && subscription.onlyChannel !== source.channel) continue;
      if (!subscription.wants(name, source.subclass)) continue;
      event ??= this.#make(name, source);
      if (!subscription.passes(event)) continue;
      const text: string =
        subscription.format === 'json'
          ? (json ??= formatEvent(event, 'json'))
          : (plain ??= formatEvent(event, 'plain'));
      listener.deliver(text);
    }
  }

  /** Headers that every event starts with. */
  common(name: string, subclass?: string): EventHeaders {
    const now = new Date();
    const headers: EventHeaders = { 'Event-Name': name };
    if (subclass !== undefined) headers['Event-Subclass'] = subclass;
    headers['Core-UUID'] = this.coreUuid;
    headers['FreeSWITCH-Hostname'] = this.hostname;
    headers['FreeSWITCH-Switchname'] = this.hostname;
    headers['FreeSWITCH-IPv4'] = this.#address;
    headers['FreeSWITCH-IPv6'] = '::1';
    headers['Event-Date-Local'] = localDate(now);
    headers['Event-Date-GMT'] = now.toUTCString();
    headers['Event-Date-Timestamp'] = String(now.getTime() * 1000);
    headers['Event-Calling-File'] = 'embedded';
    headers['Event-Calling-Function'] = 'fire';
    headers['Event-Calling-Line-Number'] = '1';
    headers['Event-Sequence'] = String(this.#sequence);
    return headers;
  }

  #make(name: string, source: EventSource): SocketEvent {
    // A spread of two objects of a hundred headers takes V8 half a millisecond, an assignment a tenth of that.
    const headers = Object.assign(this.common(name, source.subclass), source.headers());
    const event = source.subclass === undefined ? { name, headers } : { name, headers, subclass: source.subclass };
    return source.body === undefined ? event : { ...event, body: source.body };
  }
}

export type { EventFormat };
