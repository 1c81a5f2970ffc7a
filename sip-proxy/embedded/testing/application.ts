import type { EventEmitter } from 'node:events';

/** What drachtio's client gives and its type declarations leave out. */
export interface NearDialog extends EventEmitter {
  readonly id: string;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  readonly local: { readonly sdp: string };
  readonly remote: { readonly sdp: string; readonly uri: string };
  modify(sdp: string): Promise<string>;
  request(options: { method: string; headers?: object; body?: string }): Promise<{ status: number }>;
  destroy(options?: object): Promise<unknown>;
}

export interface NearResponse {
  readonly status: number;
  get(name: string): string;
}

interface Requesting {
  request(
    options: object,
    sent: (
      error: Error | undefined,
      request: { on(event: string, take: (response: NearResponse) => void): void },
    ) => void,
  ): void;
}

export interface RequestOptions {
  readonly uri: string;
  readonly method: string;
  readonly headers?: object;
  readonly body?: string;
  readonly stackDialogId?: string;
}

/** `srf.request` by callback: with the promise the response can be missed when it comes together with the echo. */
export const request = (srf: unknown, options: RequestOptions): Promise<NearResponse> =>
  new Promise((resolve, reject) =>
    (srf as Requesting).request(options, (error, sent) => {
      if (error) reject(error);
      else sent.on('response', resolve);
    }),
  );
