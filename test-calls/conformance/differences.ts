import type { Allowed, Awaited } from './allowed.ts';

const sip = /^(admin|calls in|calls out|dialogs made|dialogs taken): /;
const media = /^(endpoints|commands|keys|recordings|sockets|sounds|talks): /;
const phone = /phone$/;
const events = /events$/;

/** Where the embedded engine is another one than the real pair, and why it may be. */
export const allowed: readonly Allowed[] = [
  // SIP
  {
    cases: /./,
    field: /^Via$/,
    recorded: /rport=/,
    seen: /rport(=.*;received=127\.0\.0\.1)?$/,
    reason: 'RFC 3581 §4: received stands beside rport, always; a request is shown as it came, its Via not filled in',
    told: 'Via of a request',
  },
  {
    cases: /./,
    field: /^order$/,
    reason: 'RFC 3261 §7.3.1: the order of headers of different names says nothing',
    told: 'Order of headers',
  },
  {
    cases: sip,
    field: /^CSeq$/,
    recorded: /^\d /,
    seen: /^\d /,
    reason: 'RFC 3261 §12.2.1.1: the first number of a called dialog is anybody’s choice',
    told: 'First CSeq',
  },
  {
    cases: sip,
    track: /(frames|replies)$/,
    field: /^protocol$/,
    recorded: /^$/,
    seen: /^udp$/,
    reason: 'drachtio-server leaves the protocol out of some frames; a client reads more where it stands',
    told: 'Tokens of a frame',
  },
  {
    cases: sip,
    field: /^(token \d+|local (address|port))$/,
    reason: 'empty tokens at the end of a frame, and the dialog id in the answer to a BYE, which no client reads',
    told: 'Tokens of a frame',
  },
  {
    cases: sip,
    field: /^transaction id$/,
    reason: 'the ACK of an INVITE has the id of that INVITE',
    told: 'Tokens of a frame',
  },
  {
    cases: sip,
    field: /^Contact$/,
    reason: 'RFC 3311 §5.1, RFC 6665 §4: UPDATE and NOTIFY have one; a refusal needs none',
    told: 'Contact in requests',
  },
  // what FreeSWITCH says of itself
  {
    cases: media,
    track: phone,
    field: /^(Accept|Allow|Allow-Events|Supported|Content-Disposition|Remote-Party-ID|User-Agent)( #2)?$/,
    reason: 'headers that say what FreeSWITCH can do besides, and that no controller reads',
    told: 'Headers of the media server',
  },
  {
    cases: media,
    track: phone,
    field: /^(Contact|CSeq)$/,
    reason: 'where and with which number the media server sends its own requests',
    told: 'Headers of the media server',
  },
  {
    cases: media,
    track: phone,
    field: /^sdp (o|s|b|a=silenceSupp.*|a=sendrecv|a=rtcp.*)$/,
    reason: 'lines that say nothing a phone acts on; sendrecv is what holds without it (RFC 4566 §6)',
    told: 'Session description of the media server',
  },
  {
    cases: media,
    entry: /^text\/disconnect-notice$/,
    field: /^body$/,
    reason: 'an invitation to a conference, in Chicago',
    told: 'Goodbye',
  },
  // events
  {
    cases: media,
    track: /(events|facts)$/,
    field:
      /^(Caller|Other-Leg|Channel)-(Context|Name|Channel-Name|Callee-ID-.*|Caller-ID-.*|Profile-Index|Transfer-Source|RDNIS|Dialplan|Destination-Number|.*-Time|State|State-Number|Call-State-Number|Read-Codec-.*|Write-Codec-.*|Direction|Logical-Direction|Username|Orig-.*|Network-Addr|ANI|Unique-ID|Source|Last-Hold|Hold-Accum|Screen-Bit|Privacy-.*|Presence-ID)$|^(Other-Type|Answer-State|Channel-Channel-Name|Channel-Caller-.*|Channel-Progress.*|Hunt-.*)$/,
    reason: 'how FreeSWITCH’s own machine stands, and what it knows of both parties of a bridge',
    told: 'Standing of a channel',
  },
  {
    cases: media,
    track: /(events|facts)$/,
    field:
      /^variable_(transfer_.*|pre_transfer_.*|original_.*|channel_.*|bridge_.*|last_bridge_.*|uuid_bridge|signal_bond|call_uuid|max_forwards|sip_.*|proto_specific_hangup_cause|switch_r_sdp|rtp_.*|ep_codec_string|.*_media_flow|recovery_profile_name|session_id|read_codec|read_rate|write_codec|write_rate|dtmf_type|last_dtmf_duration|app_uuid|record_file_size|originat.*|local_.*|remote_.*|advertised_.*|endpoint_disposition|current_application.*|current_loop|total_loops|socket_.*|hangup_after_bridge|switch_m_sdp|sofia_.*|call_.*|video_.*|text_.*|audio_.*|media_.*|export_vars|DP_MATCH|fence)$/,
    reason:
      'variables that FreeSWITCH keeps for itself, of a route that a call took, of its codecs and of the quality of its sound',
    told: 'Variables of a channel',
  },
];

export const awaited: readonly Awaited[] = [
  { cases: /reliable provisional response$/, awaits: 'PRACK (RFC 3262)' },
  { cases: /conference$/, awaits: 'conferences' },
];
