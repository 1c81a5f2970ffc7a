import { Params } from './params.ts';
import { parseHostPort } from './uri.ts';

/** One hop of the way a response takes back, RFC 3261 §20.42. */
export class Via {
  readonly version: string;
  readonly transport: string;
  readonly host: string;
  readonly port: number | undefined;
  readonly params: Params;

  constructor(transport: string, host: string, port: number | undefined, params: Params, version = '2.0') {
    this.version = version;
    this.transport = transport;
    this.host = host;
    this.port = port;
    this.params = params;
  }

  get branch(): string | undefined {
    return this.params.get('branch');
  }

  /** `host:port` as the sender names itself, lower case, for matching transactions. */
  get sentBy(): string {
    return `${this.host.toLowerCase()}:${this.port ?? 5060}`;
  }

  toString(): string {
    const port = this.port === undefined ? '' : `:${this.port}`;
    return `SIP/${this.version}/${this.transport} ${this.host}${port}${this.params.toString()}`;
  }
}

/** A request of another version is answered, too: with 505. */
const protocol = /^SIP\s*\/\s*(\d+\.\d+)\s*\/\s*([A-Za-z0-9-]+)\s+/i;

/** Reads one Via element; undefined when it is none. */
export const parseVia = (text: string): Via | undefined => {
  const head = protocol.exec(text);
  if (!head?.[1] || !head[2]) return undefined;
  const from = head[0].length;
  const semicolon = text.indexOf(';', from);
  const where = parseHostPort(semicolon < 0 ? text.slice(from) : text.slice(from, semicolon));
  const params = semicolon < 0 ? new Params() : Params.parse(text, semicolon);
  return where && params && new Via(head[2].toUpperCase(), where.host, where.port, params, head[1]);
};
