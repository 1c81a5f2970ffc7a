import type { SipRequest } from '#sip-stack/message.ts';
import { parseUri } from '#sip-stack/uri.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';

/** The URL that a handler is asked by: what a decision may need, as drachtio-server says it. */
export const questionOf = (url: string, request: SipRequest, source: SocketAddress, protocol: string): string => {
  const uri = parseUri(request.uri);
  const query = new URLSearchParams({
    method: request.method,
    domain: uri?.host ?? '',
    protocol,
    source_address: source.address,
    fromUser: request.from.sipUri?.user ?? '',
    toUser: request.to.sipUri?.user ?? '',
    uriUser: uri?.user ?? '',
    contentType: request.get('content-type') ?? '',
    uri: request.uri,
  });
  // Parameters of the Request-URI come last, so that they hide nothing of the above.
  for (const [name, value] of uri?.params.entries() ?? []) query.append(name, value ?? '');
  return `${url.replace(/\/$/, '')}/?${query.toString()}`;
};
