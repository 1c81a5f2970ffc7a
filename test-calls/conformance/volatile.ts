/**
 * Fields whose value may differ from one run to the next on one and the same server. What stands in the trace instead keeps whether there was a
 * value, and its kind. Each says why.
 */
export interface Volatile {
  /** The whole name of the field. */
  readonly field: RegExp;
  readonly kind: string;
  readonly reason: string;
}

export const volatile: readonly Volatile[] = [
  { field: /^(bytes|Content-Length)$/, kind: 'count', reason: 'grows with ids and addresses' },
  { field: /^time$/, kind: 'time', reason: 'the clock' },
  { field: /^(version)$/, kind: 'version', reason: 'told once for the whole run, with the traces' },
  { field: /^Event-(Date-.*|Sequence)$/, kind: 'time', reason: 'the clock, and a counter of the whole server' },
  { field: /^Event-Calling-/, kind: 'source', reason: 'where in its own source the server was' },
  {
    field: /^FreeSWITCH-(Hostname|Switchname|IPv4|IPv6|Version)$/,
    kind: 'machine',
    reason: 'the machine the server runs on',
  },
  { field: /^(Caller|Other-Leg)-.*-Time$/, kind: 'time', reason: 'the clock' },
  { field: /^(Caller|Other-Leg|Channel)-.*(Last-Hold|Hold-Accum)$/, kind: 'time', reason: 'the clock' },
  {
    field: /^variable_(.*(epoch|stamp|_time))$/,
    kind: 'time',
    reason: 'the clock',
  },
  {
    field:
      /^variable_(.*(usec|msec)|(flow_)?(bill|answer|progress|progress_media|wait)sec|(u|m)?duration|hold_accum_.*)$/,
    kind: 'duration',
    reason: 'the clock',
  },
  {
    field: /^(Member-ID|New-ID|variable_conference_member_id)$/,
    kind: 'number',
    reason: 'a counter of the whole server',
  },
  {
    field: /^variable_rtp_(audio|video)_/,
    kind: 'count',
    reason: 'counts packets, whose number is a matter of milliseconds',
  },
  { field: /^variable_(rtp_use_ssrc|.*_ssrc)$/, kind: 'number', reason: 'chosen at random (RFC 3550 8.1)' },
  {
    field: /^Channel-Call-UUID$/,
    kind: 'call',
    reason: 'while a bridge begins or ends it is the one channel or the other, as two threads run',
  },
  { field: /^variable_session_id$/, kind: 'number', reason: 'a counter of the whole server' },
  {
    field: /^variable_(playback_|record_)+(ms|samples|last_offset_pos|file_size|seconds)$/,
    kind: 'count',
    reason: 'one frame more or less, as the tick falls; the length of a file is compared as a fact',
  },
  { field: /^(Playback-)?(milliseconds|samples)$/, kind: 'count', reason: 'one frame more or less, as the tick falls' },
  { field: /^variable_(switch_m_sdp|text_media_flow)$/, kind: 'text', reason: 'left over from another call' },
];

/** Fields that are there in one run and not in the next, as two threads of the server run. */
export const accidental = /^variable_last_sent_callee_id_(name|number)$/;

/** What stands in the trace for the value of a field; undefined when the value itself does. A time of zero, which did not come, is kept. */
export function volatileValue(field: string, value: string): string | undefined {
  const rule = volatile.find((one) => one.field.test(field));
  if (!rule) return undefined;
  return value === '' || (value === '0' && rule.kind === 'time') ? value : `<${rule.kind}>`;
}
