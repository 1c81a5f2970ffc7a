import { policyFacts } from '#db/policy.ts';
import { dialledNumber } from '../policy/dialled-number.ts';
import { mayCall } from '../policy/may-call.ts';
import type { Refusal } from '../policy/refusals.ts';
import type { HomeCallParts } from './home-call.ts';

export interface Permission {
  /** What was dialled, E.164; undefined when it is no number. */
  readonly number: string | undefined;
  /** Undefined when the call may be placed. */
  readonly refusal: Refusal | undefined;
}

/** Whether this person may call what was typed, by the policy as it stands now. Fails closed, never rejects. */
export async function permission(
  { platform, record, facility, station }: Omit<HomeCallParts, 'leg'>,
  personId: string,
  typed: string,
): Promise<Permission> {
  record.state('policy');
  const dialled = dialledNumber(typed);
  const at = platform.clock.now();
  const facts =
    dialled.kind === 'valid'
      ? await policyFacts(platform.db, {
          ...{ personId, stationId: station.id, facilityId: facility.id, at },
          number: dialled.e164,
        }).catch((error: unknown) => {
          // What cannot be looked up is not allowed.
          platform.log.error({ call: record.callId, err: error }, 'the policy could not be looked up');
          return undefined;
        })
      : undefined;
  const number = dialled.kind === 'invalid' ? undefined : dialled.e164;
  if (number !== undefined) void record.note({ kind: 'number', callId: record.callId, number, at });
  const verdict = mayCall(facts, dialled, at);
  record.write('verdict', { number, verdict: verdict.kind === 'yes' ? 'yes' : verdict.reason });
  return { number, refusal: verdict.kind === 'yes' ? undefined : verdict.reason };
}
