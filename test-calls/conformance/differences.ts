import type { Allowed, Awaited } from './allowed.ts';

const sip = /^(admin|calls in|calls out|dialogs made|dialogs taken): /;
const media = /^(endpoints|commands|keys|recordings|sockets|sounds|talks): /;
const phone = /phone$/;

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
    field: /^sdp (o|s|b|a=silenceSupp.*|a=sendrecv|a=rtcp.*|a=fmtp:101)$/,
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
      /^(Caller|Other-Leg|Channel)-(Context|Name|Channel-Name|Callee-ID-.*|Caller-ID-.*|Profile-Index|Transfer-Source|RDNIS|Dialplan|Destination-Number|.*-Time|State|State-Number|Call-State-Number|Read-Codec-.*|Write-Codec-.*|Direction|Logical-Direction|Username|Orig-.*|Network-Addr|ANI|Unique-ID|Source|Channel-Last-Hold|Channel-Hold-Accum|Screen-Bit|Privacy-.*|Presence-ID)$|^(Other-Type|Answer-State|Channel-Channel-Name|Channel-Caller-.*|Channel-Progress.*|Hunt-.*)$/,
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

  // of single cases: SIP
  {
    cases: /^admin: a verb that is none$/,
    field: /^(verdict|text)$/,
    reason: 'a verb that is none is a mistake of the client',
    told: 'A route of no verb',
  },
  {
    cases: /^admin: the right secret, with tags$/,
    field: /^text$/,
    reason: 'the recorded server listens on TCP as well, and tells which build it is',
    told: 'Tokens of a frame',
  },
  {
    cases: /^(calls in|dialogs taken): /,
    track: /^caller$/,
    entry: /^100 INVITE$/,
    field: /^(|Record-Route.*)$/,
    reason: 'a 100 says that somebody works on it: not where nobody does, and it needs no Record-Route',
    told: 'A 100 before a refusal',
  },
  {
    cases: /^calls out: (given up before anything was answered|a phone where nobody is)$/,
    field: /^(To|address|port)$/,
    reason: 'RFC 3261 §20: a URI with parameters stands in angle brackets',
    told: 'Addresses in brackets',
  },
  {
    cases: /^calls in: (a To tag of the application|the caller gives up before anything was|a CANCEL after the answer)/,
    field: /^To$/,
    reason: 'the To of the request, and one tag for all answers to it (RFC 3261 §8.2.6.2)',
    told: 'To in answers',
  },
  {
    cases: /^calls in: the caller gives up/,
    field: /^dialog id$/,
    reason: 'the CANCEL has the id of its INVITE',
    told: 'Tokens of a frame',
  },
  {
    cases: /^calls in: a CANCEL after the answer$/,
    entry: /^(ACK|BYE)$/,
    field: /^$/,
    reason: 'nobody wants that call: it is ended at once, not by the caller’s BYE',
    told: 'A CANCEL after the answer',
  },
  {
    cases: /^calls in: a second INVITE before the ACK of the first$/,
    entry: /^(INVITE|[14]\d\d INVITE|reply to sip 488 Not Acceptable Here|200 BYE|BYE|ACK|reply to sip BYE)( #2)?$/,
    field: /^(Via)?$/,
    reason: 'RFC 3261 §14.2: 491; drachtio-server gives it to the application',
    told: 'A second INVITE before the ACK',
  },
  {
    cases: /^calls in: a response of the application without a content type$/,
    entry: /^(reply to a (body of unknown type|second try)|486 INVITE)$/,
    reason: 'refused: a body of no type cannot be read',
    told: 'a body without a known type',
  },
  {
    cases: /^calls in: through a proxy that stays on the way$/,
    field: /^Record-Route/,
    reason: 'RFC 3261 §7.3.1: a list is the same as lines one after the other',
    told: 'Record-Route',
  },
  {
    cases: /^calls in: a session timer that the caller wants$/,
    field: /^Require$/,
    recorded: null,
    reason: 'RFC 4028 §9: a caller that is to refresh must know that it is',
    told: 'Require: timer',
  },
  {
    cases: /^calls in: a session timer that is too short$/,
    entry: /^(|INVITE|422 INVITE|486 INVITE|reply to sip 486 Busy)$/,
    field: /^(stopped)?$/,
    reason: 'RFC 4028 §8.1: 422',
    told: 'Session-Expires below 90',
  },
  {
    cases: /^calls out: not sent: /,
    entry: /^reply to sip INVITE$/,
    field: /^text$/,
    reason: 'says what is wrong with what',
    told: 'Words of a refusal',
  },
  {
    cases: /^dialogs taken: (INFO|MESSAGE|OPTIONS|PRACK) of a dialog that is none$/,
    field: /^$/,
    reason: 'any request with an unknown To tag gets 481',
    told: 'any request with an unknown To tag gets 481',
  },
  {
    cases: /^dialogs taken: REFER outside of dialogs$/,
    entry: /^REFER$/,
    recorded: null,
    reason: 'drachtio-server gives it to nobody',
    told: 'REFER outside of dialogs',
  },
  // of single cases: sound
  {
    cases: /^sounds: (ended by|a key that is no terminator|broken off|a file_string with a missing part)/,
    track: /^facts$/,
    entry: /^playback_seconds$/,
    reason: 'what was heard, not what was read ahead',
    told: 'playback_ms',
  },
  {
    cases: /^sounds: a file_string with a missing part$/,
    entry: /^(PLAYBACK_START|PLAYBACK_STOP|CHANNEL_EXECUTE_COMPLETE playback)$/,
    field: /^(Application-Response|variable_playback_.*|)$/,
    reason: 'a file_string with a missing part is FILE NOT FOUND',
    told: 'with a missing part is FILE NOT FOUND',
  },
  {
    cases: /^sounds: twice by loops$/,
    entry: /^(CHANNEL_EXECUTE playback|PLAYBACK_START) #2$/,
    field: /^$/,
    recorded: null,
    reason: 'FreeSWITCH 1.11.1 plays it once, whatever loops says',
    told: 'Loops of an application',
  },
  {
    cases: /^(endpoints|recordings|commands|keys|talks): /,
    entry:
      /^(CHANNEL_EXECUTE_COMPLETE (hangup|record|sleep|transfer|socket)|CHANNEL_CALLSTATE .*|CHANNEL_UNPARK|CHANNEL_PARK|CHANNEL_EXECUTE (park|uuid_bridge)|PLAYBACK_STOP)( #\d)?$/,
    field: /^(|Event-Name|Application-Response|Playback-Status|Hangup-Cause|variables|variable_playback_.*)$/,
    reason: 'when several things happen at once, another is told first; a transferred channel does not ring again',
    told: 'Order of events at an end',
  },
  {
    cases: /^endpoints: the phone hangs up while it hears something$/,
    entry: /^CHANNEL_EXECUTE_COMPLETE playback$/,
    field: /^Application-Response$/,
    reason: 'nobody hears of it any more',
    told: 'Order of events at an end',
  },
  {
    cases: /^endpoints: /,
    entry: /^(CHANNEL_(UN)?HOLD|CUSTOM sofia::reinvite( #2)?|RECV_INFO|DTMF 5)$/,
    field: /^$/,
    reason: 'holding is a matter of SIP here; a key in an INFO is a key',
    told: 'Hold and INFO',
  },
  {
    cases: /^endpoints: held and taken back$/,
    entry: /^CHANNEL_CALLSTATE ACTIVE$/,
    field:
      /^(Original-Channel-Call-State|Call-Direction|Presence-Call-Direction|Channel-HIT-Dialplan|Channel-Call-UUID|Core-UUID|FreeSWITCH-.*|Event-.*|variables)$/,
    reason: 'the first event of the case tells all that stands; here that is an earlier one',
    told: 'Hold and INFO',
  },
  {
    cases:
      /^endpoints: (from anyone else|offered no SDP but text|offered a codec that nobody has|BYE of a call that is none|OPTIONS (inside|outside of calls))$/,
    track: phone,
    entry: /^(100 INVITE|[46]\d\d (INVITE|BYE)|200 OPTIONS)$/,
    field: /^(start line|Max-Forwards|Reason|Content-Type|sdp .*|)$/,
    reason: 'refused without the ceremony of a call; OPTIONS without a description of sound',
    told: 'Refusals of the media server',
  },
  {
    cases: /^endpoints: /,
    track: /^facts$/,
    field: /^(Reply-Text|dtmf_type)$/,
    reason: 'no line feed in a header; keys come as telephone events or tones',
    told: 'Variables of a channel',
  },
  {
    cases: /^commands: (expansions|export)$/,
    field: /^(Application-Data|body|variable_(a|b|d|far|nolocal:far))$/,
    reason: 'a name in braces is a variable, and nothing else is understood in an argument; nolocal is part of no name',
    told: 'Expansions',
  },
  {
    cases:
      /^commands: (uuid_flush_dtmf, uuid_audio, uuid_hold|status, version, hostname|show channels|sched_transfer, sched_broadcast|uuid_getvar, uuid_setvar, uuid_setvar_multi|conference, of which there is none)$/,
    field: /^(|body|answer|line \d|name|context|initial_context)$/,
    reason: 'words of answers, and commands that no controller of ours gives',
    told: 'Words of answers',
  },
  {
    cases: /^talks: (parked|bridged with itself)$/,
    track: /replies$/,
    field: /^body$/,
    reason: 'a command that makes no sense is refused',
    told: 'Words of answers',
  },
  {
    cases: /^sockets: /,
    track: /^socket (replies|events)$/,
    field: /^(Reply-Text|_body)$/,
    reason: 'words of answers to commands that make no sense; XML events',
    told: 'Words of answers',
  },
  {
    cases: /^keys: (bind_digit_action|start_dtmf and stop_dtmf)$/,
    entry: /^(|CHANNEL_EXECUTE(_COMPLETE)? clear_digit_action|MEDIA_BUG_(START|STOP) inband_dtmf)$/,
    field: /^(stopped)?$/,
    reason: 'clear_digit_action is absent; listening for tones is no tap here',
    told: 'Absent applications',
  },
  {
    cases: /^(sounds: endless_playback|talks: the bridge application)$/,
    field: /^(stopped)?$/,
    reason: 'endless_playback and intercept are absent',
    told: 'Absent applications',
  },
  {
    cases: /^talks: one listens to another$/,
    entry: /^(MEDIA_BUG_START eavesdrop)?$/,
    field: /^(stopped)?$/,
    reason: 'who is listened to is not told of it',
    told: 'Who is listened to',
  },
  {
    cases: /^talks: parked by the application$/,
    entry: /^(|CHANNEL_EXECUTE_COMPLETE park|CHANNEL_EXECUTE(_COMPLETE)? set|CHANNEL_PARK|reply to execute set)$/,
    field: /^(stopped)?$/,
    reason: 'an application that parks is parking until something else is asked of it',
    told: 'The park application',
  },
  {
    cases: /^recordings: (all stopped at once|ended by the end of the call|a call that cannot be written)$/,
    entry: /^(RECORD_STOP|MEDIA_BUG_STOP session_record|CHANNEL_EXECUTE set)( #2)?$/,
    field: /^(|Media-Bug-Target|Record-File-Path|Record-Completion-Cause|Event-Name|variable_record_.*)$/,
    reason: 'recordings end in the order in which they began; what their end is called',
    told: 'Recordings',
  },
  {
    cases: /^recordings: whether a recording has what was laid over: 0 mf$/,
    entry: /^recording call\.wav$/,
    field: /^lanes$/,
    reason: 'FreeSWITCH records only while the party sends something',
    told: 'Recordings',
  },
  {
    cases: /^talks: a bridge that is recorded$/,
    field: /^Recording-Variable-/,
    reason: 'settings of one recording are not repeated',
    told: 'Recordings',
  },
];

export const awaited: readonly Awaited[] = [{ cases: /conference$/, awaits: 'conferences' }];
