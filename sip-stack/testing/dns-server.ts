import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { AUTHORITATIVE_ANSWER, decode, encode, TRUNCATED_RESPONSE, type Answer } from 'dns-packet';

/** What a question gets: records, or a server that misbehaves. */
export type Reply =
  readonly Answer[] | 'no such name' | 'fails' | 'truncated' | 'silent' | 'garbage' | 'other question';

/** A DNS server on a port of its own that says what a test wants; what it does not know does not exist. */
export class DnsServer {
  /** `TYPE name` of every question, in order. */
  readonly asked: string[] = [];
  readonly #replies = new Map<string, Reply>();
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (packet, from) => this.#question(packet, from));
  }

  static async start(): Promise<DnsServer> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DnsServer(socket);
  }

  /** `address:port`, for `NameLookup`. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  /** @param question `SRV _sip._udp.example.com` */
  reply(question: string, reply: Reply): this {
    this.#replies.set(question, reply);
    return this;
  }

  a(name: string, ...addresses: string[]): this {
    return this.reply(
      `A ${name}`,
      addresses.map((data) => ({ type: 'A', name, data, ttl: 100 })),
    );
  }

  aaaa(name: string, ...addresses: string[]): this {
    return this.reply(
      `AAAA ${name}`,
      addresses.map((data) => ({ type: 'AAAA', name, data, ttl: 100 })),
    );
  }

  /** @param targets `priority weight port target` */
  srv(name: string, ...targets: string[]): this {
    const answers = targets.map((text): Answer => {
      const [priority, weight, port, target = ''] = text.split(' ');
      return {
        type: 'SRV',
        name,
        ttl: 100,
        data: { priority: Number(priority), weight: Number(weight), port: Number(port), target },
      };
    });
    return this.reply(`SRV ${name}`, answers);
  }

  /** @param records `order preference flags service replacement` */
  naptr(name: string, ...records: string[]): this {
    const answers = records.map((text): Answer => {
      const [order, preference, flags = '', services = '', replacement = ''] = text.split(' ');
      const data = { order: Number(order), preference: Number(preference), flags, services, regexp: '', replacement };
      return { type: 'NAPTR', name, ttl: 100, data };
    });
    return this.reply(`NAPTR ${name}`, answers);
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #question(packet: Buffer, from: RemoteInfo): void {
    const { id, questions = [] } = decode(packet);
    const [question] = questions;
    if (!question) return;
    const key = `${question.type} ${question.name.toLowerCase()}`;
    this.asked.push(key);
    const reply = this.#replies.get(key) ?? 'no such name';
    if (reply === 'silent') return;
    const send = (bytes: Buffer): void => this.#socket.send(bytes, from.port, from.address);
    if (reply === 'garbage') return send(Buffer.concat([packet.subarray(0, 2), Buffer.from('this is no DNS')]));
    const said = reply === 'other question' ? [{ ...question, name: 'elsewhere.example.org' }] : questions;
    // The lowest four bits of the flags are the code: 2 the server fails, 3 no such name (RFC 1035 §4.1.1).
    const code = reply === 'fails' ? 2 : reply === 'no such name' ? 3 : 0;
    const flags = AUTHORITATIVE_ANSWER | (reply === 'truncated' ? TRUNCATED_RESPONSE : 0) | code;
    const answers = typeof reply === 'string' ? [] : [...reply];
    send(encode({ type: 'response', id: id ?? 0, flags, questions: said, answers }));
  }
}
