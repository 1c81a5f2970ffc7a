import { connect, type Socket } from 'node:net';
import { EslClient, type EslMessage } from '#media/embedded/testing/esl-client.ts';
import { Inbox } from './inbox.ts';
import type { Fields, RawEntry } from './trace.ts';

/** Events about the inner works of a server, each from a thread of its own: their order is a matter of chance, and nobody waits for them. */
const inner: ReadonlySet<string> = new Set(['PRIVATE_COMMAND', 'CHANNEL_STATE', 'CALL_UPDATE', 'CODEC']);

/** An event as its headers; `_body` is its body. */
export type Event = Fields;

/** A client of the event socket that says exactly what a case says, and keeps answers and events apart: between them there is no order. */
export class EventSocket {
  readonly name: string;
  readonly replies: RawEntry[] = [];
  readonly events: RawEntry[] = [];
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  readonly #client: EslClient;
  readonly #answers: Inbox<EslMessage>;
  readonly #events: Inbox<Event>;
  #labels: string[] = [];

  private constructor(name: string, client: EslClient) {
    this.name = name;
    this.#client = client;
    this.#answers = new Inbox(name, kindOfAnswer);
    this.#events = new Inbox(name, kindOfEvent);
    this.closed = client.closed.then(() => {
      this.#answers.close();
      this.#events.close();
    });
    void this.#read();
  }

  static async open(name: string, port: number): Promise<EventSocket> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new EventSocket(name, EslClient.of(socket));
  }

  static of(name: string, socket: Socket): EventSocket {
    return new EventSocket(name, EslClient.of(socket));
  }

  /** Sends a command and waits for its answer; `label` is how the answer is called in the trace. Rejects with DidNotCome. */
  async ask(command: string, label = command.split('\n')[0]!): Promise<EslMessage> {
    this.#labels.push(label);
    this.#client.write(`${command}\n\n`);
    return this.#answers.next(() => true);
  }

  /** The next answer or notice that nobody asked for. */
  told(kind: string): Promise<EslMessage> {
    return this.#answers.next(kind);
  }

  /** Runs an api command. @returns its body */
  async api(command: string): Promise<string> {
    return (await this.ask(`api ${command}`)).body;
  }

  /** Forgets what was told so far: `dump` (of `uuid_dump`) is how the channel stands, and what comes is told against it. */
  knows(dump: string): void {
    const fields = plainEvent(dump);
    this.events.splice(0, this.events.length, {
      what: 'CHANNEL_DATA',
      fields,
      channel: fields['Unique-ID'] ?? '',
      silent: true,
    });
    this.#events.clear();
  }

  /** The next event of that name, or for which `matches` holds, that nobody has taken. Rejects with DidNotCome. */
  next(wanted: string | ((event: Event) => boolean)): Promise<Event> {
    return this.#events.next(wanted);
  }

  close(): void {
    this.#client.close();
  }

  async #read(): Promise<void> {
    for (;;) {
      const message = await this.#client.next();
      const type = message.headers['Content-Type'] ?? '';
      if (type === 'text/event-json')
        this.#event(oneText(JSON.parse(message.body) as Record<string, string | string[]>));
      else if (type === 'text/event-plain') this.#event(plainEvent(message.body));
      else this.#answer(message);
    }
  }

  #event(event: Event): void {
    if (inner.has(event['Event-Name'] ?? '')) return;
    const channel = event['Unique-ID'];
    this.events.push({ what: kindOfEvent(event), fields: event, ...(channel !== undefined && { channel }) });
    this.#events.put(event);
  }

  #answer(message: EslMessage): void {
    const { headers, body } = message;
    const type = headers['Content-Type'] ?? '';
    const asked = type === 'command/reply' || type === 'api/response';
    const what = asked ? `reply to ${this.#labels.shift() ?? 'a command nobody gave'}` : type;
    const isData = headers['Event-Name'] === 'CHANNEL_DATA';
    const shown = isData ? {} : headers;
    this.replies.push({ what, fields: body === '' ? { ...shown } : { ...shown, body } });
    this.#answers.put(message);
  }
}

const kindOfAnswer = ({ headers }: EslMessage): string => headers['Content-Type'] ?? '';

/** Events of a name are told apart by what they are about. */
function kindOfEvent(event: Event): string {
  const name = event['Event-Name'] ?? '';
  const about = event['Event-Subclass'] ?? event['Application'] ?? event['Media-Bug-Function'] ?? event['DTMF-Digit'];
  const state = name === 'CHANNEL_CALLSTATE' ? event['Channel-Call-State'] : undefined;
  const more = about ?? state;
  return more === undefined ? name : `${name} ${more}`;
}

/** A header that came several times is an array. */
const oneText = (event: Record<string, string | string[]>): Event =>
  Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(' | ')]),
  );

function plainEvent(text: string): Event {
  const end = text.indexOf('\n\n');
  const lines = (end < 0 ? text : text.slice(0, end)).split('\n').filter((line) => line !== '');
  const event: Event = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(': ')), decoded(line.slice(line.indexOf(': ') + 2))]),
  );
  const body = end < 0 ? '' : text.slice(end + 2);
  if (body !== '') event['_body'] = body;
  return event;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
