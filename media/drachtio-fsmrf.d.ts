declare module 'drachtio-fsmrf' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  interface EslEvent {
    getHeader(name: string): string | undefined;
    getBody(): string;
  }
  interface Connection extends EventEmitter {
    readonly socket: Socket;
    subscribe(events: string): void;
    disconnect(): void;
  }
  interface Endpoint extends EventEmitter {
    readonly uuid: string;
    readonly connected: boolean;
    readonly conn: Connection | null;
    readonly local: { readonly sdp: string };
    /** Null once drachtio-fsmrf has seen its end, or before it has begun. */
    readonly dialog: { readonly connected: boolean; destroy(): Promise<unknown> } | null;
    execute(app: string, arg?: string): Promise<EslEvent>;
    api(command: string, args?: readonly string[]): Promise<EslEvent>;
    modify(sdp: string): Promise<string>;
    bridge(other: Endpoint): Promise<void>;
    destroy(): Promise<void>;
  }
  interface MediaServer extends EventEmitter {
    readonly conn: Connection;
    api(command: string): Promise<string>;
    createEndpoint(options?: { remoteSdp?: string; headers?: Record<string | symbol, unknown> }): Promise<Endpoint>;
    disconnect(): void;
  }
  export default class Mrf {
    constructor(srf: unknown);
    connect(options: {
      address: string;
      port: number;
      secret: string;
      listenAddress: string;
      advertisedAddress: string;
    }): Promise<MediaServer>;
  }
}
