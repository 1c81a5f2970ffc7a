import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';

/** What drachtio-srf is asked for here; its own declarations lack half of it. */
export interface Message {
  body: string;
  source_address: string;
  source_port: string | number;
  protocol: string;
  get(name: string): string | undefined;
  has(name: string): boolean;
  getParsedHeader(name: string): { uri: string; params: Record<string, string> };
}
export interface Request extends Message {
  method: string;
  uri: string;
  stackTxnId: string;
  on(event: string, listener: (...args: never[]) => void): void;
  cancel(callback: (error?: Error) => void): void;
}
export interface Response extends Message {
  status: number;
  reason: string;
  send(status: number, ...rest: unknown[]): void;
}
export interface SrfDialog extends EventEmitter {
  id: string;
  connected: boolean;
  sip: { callId: string; localTag: string; remoteTag: string };
  remote: { uri: string; sdp: string };
  local: { uri: string; sdp: string; contact?: string };
  destroy(options?: { headers: Record<string, string> }): Promise<unknown>;
  request(options: { method: string; headers?: Record<string, string>; body?: string }): Promise<Response>;
}
export interface SrfClient extends EventEmitter {
  readonly _app: { readonly client: { readonly wp: { readonly mapIncomingMsg: ReadonlyMap<Socket, unknown> } } };
  connect(options: object): void;
  disconnect(): void;
  use(method: string, handler: (req: Request, res: Response, next: () => void) => void): void;
  createUAS(req: Request, res: Response, options: object): Promise<SrfDialog>;
  createUAC(uri: string, options: object, progress: object): Promise<SrfDialog | Unacknowledged>;
  request(options: object, callback: (error: Error | null, req?: Request) => void): void;
}

/** An INVITE without an offer is answered by one, and waits for our answer (RFC 3261 §13.2.2.4). */
export interface Unacknowledged {
  readonly sdp: string;
  ack(sdp: string): Promise<SrfDialog>;
  /** ACK and BYE; never rejects. */
  destroy(): Promise<void>;
}
