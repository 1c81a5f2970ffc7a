import { SipRequest, type HeaderValues, type SipHeader, type SipResponse } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import { clientHeaders } from '../client-headers.ts';
import { describe, type Client } from '../client.ts';
import type { ProxyCommand } from '../commands.ts';
import type { Core } from '../core.ts';
import { wireText } from '../wire-text.ts';
import { release } from '../holding.ts';
import { nextHop } from '../requesting.ts';
import { forwarded, isOurs, loops } from './forwarding.ts';
import { ResponseContext, type Plan } from './response-context.ts';
import { timeoutOf } from './timeout.ts';

/** A client's wish that a request it was given goes on to others (`srf.proxyRequest`). */
export const proxy = (core: Core, client: Client, command: ProxyCommand): void => {
  const received = core.received.get(command.transactionId);
  if (!received) return client.answer(command.id, 'NOK', `Unknown transaction id: ${command.transactionId}`);
  const { transaction, request } = received;
  release(core, received);
  const refusal = refusalOf(core, request);
  if (refusal) {
    const { status, why, headers } = refusal;
    transaction.reply(status, headers ? { headers } : {});
    return client.answer(command.id, 'NOK', `Rejected with ${why}`);
  }
  const headers = clientHeaders(command.request, core.layer.transport.local, false);
  const context = new ResponseContext(core, transaction, planOf(core, transaction, command, headers), {
    answered: (response, source, target) => {
      rememberChallenge(core, response, target);
      if (!command.fullResponse) return;
      const bytes = wireText(response);
      const facts = describe('network', bytes.length, source, core.layer.clock.now());
      client.answer(command.id, 'OK', `${facts}|||continue`, bytes);
    },
    over: () => {
      if (command.fullResponse) client.answer(command.id, 'OK', 'done');
    },
  });
  if (!context.start()) {
    transaction.reply(500);
    return client.answer(command.id, 'NOK', `error proxying request to ${command.destinations.join(', ')}`);
  }
  if (!command.fullResponse) client.answer(command.id, 'OK', 'done');
};

/** What a web handler wants with a new request. */
type Wish = Pick<ProxyCommand, 'destinations' | 'simultaneous' | 'recordRoute' | 'followRedirects'> &
  Pick<ProxyCommand, 'provisionalTimeout' | 'finalTimeout'>;

/** Passes a new request on without any client. */
export const passNewOn = (core: Core, transaction: ServerTransaction, request: SipRequest, wish: Wish): void => {
  const refusal = refusalOf(core, request);
  if (refusal) return void transaction.reply(refusal.status, refusal.headers ? { headers: refusal.headers } : {});
  const context = new ResponseContext(core, transaction, planOf(core, transaction, wish, []), {
    answered: (response, _source, target) => rememberChallenge(core, response, target),
  });
  if (!context.start()) transaction.reply(500);
};

const rememberChallenge = (core: Core, response: SipResponse, target: string): void => {
  if (response.status === 401 || response.status === 407) core.challenges.remember(response, target);
};

interface Refusal {
  readonly status: number;
  readonly why: string;
  readonly headers?: HeaderValues;
}

/** RFC 3261 §16.3: what no proxy may pass on. */
const refusalOf = (core: Core, request: SipRequest): Refusal | undefined => {
  if (request.get('max-forwards') === '0')
    return { status: 483, why: '483 Too Many Hops due to Max-Forwards value of 0' };
  if (loops(core, request)) return { status: 482, why: '482 Loop Detected' };
  const options = request.getAll('proxy-require');
  if (options.length > 0)
    return { status: 420, why: `420 Bad Extension: ${options.join()}`, headers: { Unsupported: options.join(', ') } };
  return undefined;
};

const planOf = (
  core: Core,
  { request, replyTo }: ServerTransaction,
  command: Wish,
  headers: readonly SipHeader[],
): Plan => {
  const challenger = core.challenges.take(request);
  const replaced = isOurs(core, request.uri);
  // Some phones name their proxy in a Route of the first request.
  const [first, ...others] = request.getAll('route');
  const routes = first === undefined ? [] : others;
  return {
    targets: challenger === undefined ? command.destinations : [challenger],
    simultaneous: command.simultaneous,
    followRedirects: command.followRedirects,
    provisionalTimeout: timeoutOf(command.provisionalTimeout),
    finalTimeout: timeoutOf(command.finalTimeout),
    make: (target) => {
      const { hop, refusal } = nextHop(core, { request: new SipRequest(request.method, target), hop: '' });
      if (refusal !== undefined) {
        core.log.warn({ target, why: refusal, callId: request.callId }, 'no way to a target of the proxy');
        return undefined;
      }
      const uri = replaced ? target : request.uri;
      const recordRoute = command.recordRoute ? replyTo : undefined;
      return { request: forwarded(core, request, { uri, routes, hop, recordRoute, headers }), hop };
    },
  };
};
