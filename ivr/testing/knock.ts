import { randomUUID } from 'node:crypto';
import type { IncomingCall, IncomingRequest } from '#sip-proxy/drachtio.ts';
import { PlayedDialog } from './played-dialog.ts';

/** An answer of ours: `407 Proxy-Authenticate: ...`, header by header. */
export interface Said {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

const source = { address: '198.51.100.7', port: 5060 };

/** A REGISTER, OPTIONS or the like from somebody who is no trunk of ours. */
export function request(headers: Record<string, string>, changes: Partial<IncomingRequest> = {}) {
  const said: Said[] = [];
  const incoming: IncomingRequest = {
    ...{ method: 'REGISTER', source, requestUri: 'sip:homeline' },
    header: (name) => headers[name],
    respond: (status, answered = {}) => void said.push({ status, headers: answered }),
    ...changes,
  };
  return { incoming, said };
}

/** An INVITE; `dialog` is what it becomes when it is answered, `decided` when it is answered or refused. */
export function invite(changes: Partial<IncomingCall> = {}, headers: Record<string, string> = {}) {
  const said: Said[] = [];
  const answers: string[] = [];
  const caller = new AbortController();
  const callId = randomUUID();
  const dialog = new PlayedDialog({ callId });
  let decide = (): void => undefined;
  const decided = new Promise<void>((resolve) => (decide = resolve));
  const incoming: IncomingCall = {
    ...{ source, requestUri: 'sip:2135550142@homeline', sdp: 'the SDP of the caller' },
    ...{ callId, dialogId: `${callId};from-tag=caller` },
    header: (name) => headers[name],
    signal: caller.signal,
    answer: async (sdp) => {
      answers.push(sdp);
      decide();
      return dialog;
    },
    reject: (status, answered = {}) => {
      said.push({ status, headers: answered });
      decide();
    },
    ...changes,
  };
  return { incoming, said, answers, dialog, decided, cancel: () => caller.abort('cancelled') };
}
