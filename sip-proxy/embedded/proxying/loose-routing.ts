import type { SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { parseNameAddr, parseUri } from '#sip-stack/uri.ts';
import type { Core } from '../core.ts';
import { refuse } from '../holding.ts';
import { sendOnce } from '../send-once.ts';
import { forwarded, isOurs, loops } from './forwarding.ts';
import { ResponseContext } from './response-context.ts';

/** Where a request of a dialog goes on, this server being one of its routes. */
interface Way {
  readonly uri: string;
  readonly routes: readonly string[];
  readonly hop: string;
}

const uriOf = (route: string | undefined): string | undefined =>
  route === undefined ? undefined : parseNameAddr(route)?.uri;
const isLoose = (uri: string): boolean => parseUri(uri)?.params.has('lr') === true;

/** RFC 3261 §16.4 and §16.6 steps 6 and 7; undefined when the request does not come here because of a Record-Route of ours. */
export const wayOn = (core: Core, request: SipRequest): Way | undefined => {
  if (request.to.tag === undefined) return undefined;
  const routes = request.getAll('route');
  let { uri } = request;
  const last = uriOf(routes.at(-1));
  const [first] = routes;
  if (last !== undefined && isLoose(uri) && isOurs(core, uri)) {
    // The hop before is a strict router: the aim is the last of the routes.
    uri = last;
    routes.pop();
  } else if (first === undefined || !isOurs(core, uriOf(first) ?? '')) return undefined;
  while (routes[0] !== undefined && isOurs(core, uriOf(routes[0]) ?? '')) routes.shift();
  const next = uriOf(routes[0]);
  if (next === undefined || isLoose(next)) return { uri, routes, hop: next ?? uri };
  // The hop after is one.
  return { uri: next, routes: [...routes.slice(1), `<${uri}>`], hop: next };
};

/** Sends a request of a dialog on. */
export const passOn = (
  core: Core,
  { uri, routes, hop }: Way,
  transaction: ServerTransaction,
  request: SipRequest,
  source: SocketAddress,
): void => {
  if (request.get('max-forwards') === '0')
    return refuse(core, transaction, source, { status: 483, why: 'Max-Forwards is 0' });
  if (loops(core, request) || isOurs(core, hop))
    return refuse(core, transaction, source, { status: 482, why: 'it would come back here' });
  if (request.method === 'INVITE') transaction.reply(100);
  const plan = {
    targets: [hop],
    simultaneous: false,
    followRedirects: false,
    provisionalTimeout: undefined,
    finalTimeout: undefined,
    make: () => ({ request: forwarded(core, request, { uri, routes, hop, recordRoute: undefined, headers: [] }), hop }),
  };
  if (request.method === 'BYE') {
    core.cdrs.stop(request, 'network', 'normal-release');
    core.cdrs.stop(request, 'application', 'normal-release');
  }
  new ResponseContext(core, transaction, plan, {}).start();
};

/** Sends the ACK of a 2xx on (RFC 3261 §16.11: it has no transaction). */
export const passAckOn = (core: Core, { uri, routes, hop }: Way, request: SipRequest): void => {
  if (request.get('max-forwards') === '0' || isOurs(core, hop)) return;
  sendOnce(core, forwarded(core, request, { uri, routes, hop, recordRoute: undefined, headers: [] }), hop);
};
