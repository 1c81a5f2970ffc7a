import { SipResponse, type SipRequest } from '#sip-stack/message.ts';
import { readMessage, SipParseError } from '#sip-stack/parse.ts';

/** What a client can ask for. `id` is its own number for the message, repeated in the answer. */
export type Command = { readonly id: string } & (
  | { readonly kind: 'authenticate'; readonly secret: string; readonly tags: readonly string[] }
  | { readonly kind: 'ping' }
  | { readonly kind: 'route' | 'remove_route'; readonly verb: string }
  | SipCommand
  | { readonly kind: 'proxy' }
  | { readonly kind: 'wrong'; readonly why: string }
);

export type SipCommand =
  | { readonly id: string; readonly kind: 'respond'; readonly transactionId: string; readonly response: SipResponse }
  | { readonly id: string; readonly kind: 'cancel'; readonly transactionId: string; readonly request: SipRequest }
  | { readonly id: string; readonly kind: 'request in dialog'; readonly dialogId: string; readonly request: SipRequest }
  /** `hop`: where to send it instead of to its URI; '' when it is not said. */
  | { readonly id: string; readonly kind: 'request'; readonly request: SipRequest; readonly hop: string };

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
    case 'proxy':
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
    case 'sip':
      return end < 0 ? wrong('Invalid message format') : parseSip(id, tokens, payload.subarray(end + 2));
    case undefined:
      return wrong('Invalid message format');
    default:
      return wrong('Unknown message type');
  }
};

const parseSip = (id: string, tokens: readonly string[], bytes: Buffer): Command => {
  const [, , transactionId = '', dialogId = '', hop = ''] = tokens;
  let message;
  try {
    message = readMessage(bytes, 'to the end');
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    return { id, kind: 'wrong', why: `Invalid SIP message: ${error.message}` };
  }
  if (message instanceof SipResponse) {
    if (transactionId === '') return { id, kind: 'wrong', why: 'transaction id missing' };
    return { id, kind: 'respond', transactionId, response: message };
  }
  if (dialogId !== '') return { id, kind: 'request in dialog', dialogId, request: message };
  if (transactionId === '') return { id, kind: 'request', request: message, hop };
  if (message.method === 'CANCEL') return { id, kind: 'cancel', transactionId, request: message };
  return { id, kind: 'wrong', why: 'only CANCEL may name a transaction' };
};
