/** What one message or event said, by name. Values are text as it stood on the wire. */
export type Fields = Record<string, string>;

/** One message, event or fact. `what` is its kind in few words (`200 INVITE`, `CHANNEL_EXECUTE playback`): entries are aligned by it. */
export interface Entry {
  readonly what: string;
  readonly fields: Fields;
}

/** Everything that one side of one connection saw, in its order. Between tracks there is no order. */
export type Track = readonly Entry[];

/** What a case left on the wire, by connection. */
export type Trace = Readonly<Record<string, Track>>;

/** An entry while it is gathered. `channel`: it is an event, told as what changed since the last one of that channel. */
export interface RawEntry extends Entry {
  readonly channel?: string;
  /** Known from now on, and not told itself. */
  readonly silent?: boolean;
}
