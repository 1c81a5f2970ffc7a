/** Hang-up causes: FreeSWITCH's name, Q.850 code, and the SIP status of a call that is refused with it (mod_sofia). */
type Cause = { readonly q850: number; readonly sip: number };

const causes = {
  NONE: { q850: 0, sip: 480 },
  UNALLOCATED_NUMBER: { q850: 1, sip: 404 },
  NO_ROUTE_DESTINATION: { q850: 3, sip: 404 },
  NORMAL_CLEARING: { q850: 16, sip: 480 },
  USER_BUSY: { q850: 17, sip: 486 },
  NO_USER_RESPONSE: { q850: 18, sip: 480 },
  NO_ANSWER: { q850: 19, sip: 480 },
  CALL_REJECTED: { q850: 21, sip: 603 },
  DESTINATION_OUT_OF_ORDER: { q850: 27, sip: 502 },
  NORMAL_UNSPECIFIED: { q850: 31, sip: 480 },
  NORMAL_TEMPORARY_FAILURE: { q850: 41, sip: 503 },
  SERVICE_UNAVAILABLE: { q850: 63, sip: 503 },
  INCOMPATIBLE_DESTINATION: { q850: 88, sip: 488 },
  RECOVERY_ON_TIMER_EXPIRE: { q850: 102, sip: 504 },
  ORIGINATOR_CANCEL: { q850: 487, sip: 487 },
  MANAGER_REQUEST: { q850: 503, sip: 480 },
  ALLOTTED_TIMEOUT: { q850: 602, sip: 480 },
  MEDIA_TIMEOUT: { q850: 604, sip: 504 },
} as const satisfies Readonly<Record<string, Cause>>;

export type CauseName = keyof typeof causes;

/** A cause by its name or Q.850 number; NORMAL_CLEARING when there is none of that kind. */
export function causeNamed(text: string | undefined): CauseName {
  const wanted = (text ?? '').trim().toUpperCase();
  if (wanted in causes) return wanted as CauseName;
  const code = Number(wanted);
  for (const [name, cause] of Object.entries(causes))
    if (wanted !== '' && cause.q850 === code) return name as CauseName;
  return 'NORMAL_CLEARING';
}

export const q850Of = (name: CauseName): number => causes[name].q850;

/**
 * The Reason header of a BYE. Causes beyond Q.850's 7 bits are sent as SIP reasons; those of a time that is over with numbers of their own,
 * as FreeSWITCH 1.11 was seen to do.
 */
export function reasonHeader(name: CauseName): string {
  if (name === 'MEDIA_TIMEOUT') return `SIP;cause=804;text="${name}"`;
  if (name === 'ALLOTTED_TIMEOUT') return `SIP;cause=802;text="${name}"`;
  const code = causes[name].q850;
  return code < 128 ? `Q.850;cause=${code};text="${name}"` : `SIP;cause=${code};text="${name}"`;
}
