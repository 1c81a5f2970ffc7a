import type { SipRequest } from '#sip-stack/message.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import { parseNameAddr, parseUri, type SipUri } from '#sip-stack/uri.ts';
import type { Variables } from './variables.ts';

/** The variables mod_sofia makes of an INVITE: `sip_*`, and every X- header as `sip_h_<name>`. */
export function setSipVariables(variables: Variables, request: SipRequest, source: SocketAddress): void {
  const address = (prefix: string, uri: SipUri | undefined): void => {
    variables.set(`${prefix}_user`, uri?.user);
    variables.set(`${prefix}_host`, uri?.host);
    variables.set(`${prefix}_port`, uri?.port === undefined ? undefined : String(uri.port));
  };
  const bare = (uri: string): string => uri.replace(/^sips?:/i, '');
  const { from, to, via } = request;
  variables.set('sip_call_id', request.callId);
  variables.set('sip_cseq', String(request.cseq.number));
  variables.set('sip_user_agent', request.get('user-agent'));
  variables.set('max_forwards', request.get('max-forwards'));
  address('sip_from', from.sipUri);
  variables.set('sip_from_uri', bare(from.uri));
  variables.set('sip_from_tag', from.tag);
  variables.set('sip_full_from', request.get('from'));
  address('sip_to', to.sipUri);
  variables.set('sip_to_uri', bare(to.uri));
  variables.set('sip_full_to', request.get('to'));
  address('sip_req', parseUri(request.uri));
  variables.set('sip_req_uri', bare(request.uri));
  const contact = parseNameAddr(request.getAll('contact')[0] ?? '');
  if (contact) {
    address('sip_contact', contact.sipUri);
    variables.set('sip_contact_uri', bare(contact.uri));
  }
  const [host, port] = via.sentBy.split(':');
  variables.set('sip_full_via', request.get('via'));
  variables.set('sip_via_protocol', 'udp');
  variables.set('sip_via_host', host);
  variables.set('sip_via_port', port);
  variables.set('sip_via_rport', String(source.port));
  for (const name of ['network', 'received']) {
    variables.set(`sip_${name}_ip`, source.address);
    variables.set(`sip_${name}_port`, String(source.port));
  }
  for (const header of request.headers)
    if (/^x-/i.test(header.name)) variables.set(`sip_h_${header.name}`, header.value);
}
