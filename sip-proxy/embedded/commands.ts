import { SipResponse, type SipRequest } from '#sip-stack/message.ts';
import { readMessage, SipParseError } from '#sip-stack/parse.ts';

/** What a client can ask for. `id` is its own number for the message, repeated in the answer. */
export type Command = { readonly id: string } & (
  | { readonly kind: 'authenticate'; readonly secret: string; readonly tags: readonly string[] }
  | { readonly kind: 'ping' }
  | { readonly kind: 'route' | 'remove_route'; readonly verb: string }
  | SipCommand
  | { readonly kind: 'wrong'; readonly why: string }
);

export type SipCommand =
  | { readonly id: string; readonly kind: 'respond'; readonly transactionId: string; readonly response: SipResponse }
  | { readonly id: string; readonly kind: 'cancel'; readonly transactionId: string; readonly request: SipRequest }
  | { readonly id: string; readonly kind: 'request in dialog'; readonly dialogId: string; readonly request: SipRequest }
  /** `hop`: where to send it instead of to its URI; '' when it is not said. */
  | { readonly id: string; readonly kind: 'request'; readonly request: SipRequest; readonly hop: string }
  | ProxyCommand;

export interface ProxyCommand {
  readonly id: string;
  readonly kind: 'proxy';
  /** The request that goes on. */
  readonly transactionId: string;
  /** What follows in the dialog comes here as well. */
  readonly recordRoute: boolean;
  /** The client wants every final response, not only to know that it is under way. */
  readonly fullResponse: boolean;
  readonly followRedirects: boolean;
  readonly simultaneous: boolean;
  /** `500ms`, `10s` or ''. */
  readonly provisionalTimeout: string;
  readonly finalTimeout: string;
  readonly destinations: readonly string[];
  /** Its headers are added to the request. */
  readonly request: SipRequest;
}

const verbs: ReadonlySet<string> = new Set(
  'invite ack cancel bye options register info prack update message subscribe notify refer publish cdr:attempt cdr:start cdr:stop'.split(
    ' ',
  ),
);
const maxTags = 20;
const tagShape = /^[A-Za-z0-9_+@:-]{1,32}$/;

/** Reads the payload of one frame. Never throws: what cannot be understood is `wrong`. */
export const parseCommand = (payload: Buffer): Command => {
  const end = payload.indexOf('\r\n');
  const tokens = payload.toString('utf8', 0, end < 0 ? payload.length : end).split('|');
  const [id = '', type, first = '', second = ''] = tokens;
  const wrong = (why: string): Command => ({ id, kind: 'wrong', why });
  if (id === '') return wrong('Invalid message format');
  switch (type) {
    case 'ping':
      return { id, kind: type };
    case 'authenticate': {
      const tags = second.split(',').filter((tag) => tag !== '');
      if (tags.length > maxTags || !tags.every((tag) => tagShape.test(tag))) return wrong('invalid tags');
      return { id, kind: type, secret: first, tags };
    }
    case 'route':
    case 'remove_route':
      if (verbs.has(first)) return { id, kind: type, verb: first };
      return wrong(`${type === 'route' ? 'Route' : 'Remove route'} request includes unsupported verb`);
    case 'proxy':
      return end < 0 || tokens.length < 10
        ? wrong('Invalid proxy request: not enough information provided')
        : parseProxy(id, tokens, payload.subarray(end + 2));
    case 'sip':
      return end < 0 ? wrong('Invalid message format') : parseSip(id, tokens, payload.subarray(end + 2));
    case undefined:
      return wrong('Invalid message format');
    default:
      return wrong('Unknown message type');
  }
};

/** The message, or why it is none. */
const read = (bytes: Buffer): SipRequest | SipResponse | string => {
  try {
    return readMessage(bytes, 'to the end');
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    return `Invalid SIP message: ${error.message}`;
  }
};

const parseProxy = (id: string, tokens: readonly string[], bytes: Buffer): Command => {
  const [, , transactionId = '', dialog, full, follow, forking, provisional = '', final = '', ...destinations] = tokens;
  const request = read(bytes);
  if (typeof request === 'string') return { id, kind: 'wrong', why: request };
  if (request instanceof SipResponse) return { id, kind: 'wrong', why: 'Invalid proxy request: no request' };
  return {
    id,
    kind: 'proxy',
    transactionId,
    recordRoute: dialog === 'remainInDialog',
    fullResponse: full === 'fullResponse',
    followRedirects: follow === 'followRedirects',
    simultaneous: forking === 'simultaneous',
    provisionalTimeout: provisional,
    finalTimeout: final,
    destinations: destinations.filter((destination) => destination !== ''),
    request,
  };
};

const parseSip = (id: string, tokens: readonly string[], bytes: Buffer): Command => {
  const [, , transactionId = '', dialogId = '', hop = ''] = tokens;
  const message = read(bytes);
  if (typeof message === 'string') return { id, kind: 'wrong', why: message };
  if (message instanceof SipResponse) {
    if (transactionId === '') return { id, kind: 'wrong', why: 'transaction id missing' };
    return { id, kind: 'respond', transactionId, response: message };
  }
  if (dialogId !== '') return { id, kind: 'request in dialog', dialogId, request: message };
  if (transactionId === '') return { id, kind: 'request', request: message, hop };
  if (message.method === 'CANCEL') return { id, kind: 'cancel', transactionId, request: message };
  return { id, kind: 'wrong', why: 'only CANCEL may name a transaction' };
};
