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
