import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';

/*
 * drachtio-modesl connects again by itself when a connection breaks. What it makes of that cannot be used: HEARTBEAT is not subscribed again,
 * answers that were owed are counted against the next ones, and where the first connection is refused it tries without a pause for ever. A
 * connection that broke is over here; media/servers makes a new one.
 */

interface Modesl {
  readonly Connection: { readonly prototype: { _onConnectionGone: () => void } };
}

const theirs = createRequire(createRequire(import.meta.url).resolve('drachtio-fsmrf'));
const { Connection } = theirs('drachtio-modesl') as Modesl;
Connection.prototype._onConnectionGone = () => undefined;

interface Mediaserver {
  readonly prototype: EventEmitter;
}

/*
 * A connection that fails while it is made fails twice: its socket says so, and after a second drachtio-fsmrf that it is not ready. Whoever waited has heard
 * the first; the second would end the process.
 */
const { prototype } = theirs('./mediaserver') as Mediaserver;
const theirEmit = Reflect.get(prototype, 'emit') as (this: EventEmitter, event: string, ...told: unknown[]) => boolean;
prototype.emit = function (this: EventEmitter, event: string, ...told: unknown[]): boolean {
  return event === 'error' && this.listenerCount('error') === 0 ? false : theirEmit.call(this, event, ...told);
};
