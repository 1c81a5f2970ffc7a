import type { EndedBy } from '#db/calls.ts';
import { endpointCutOff } from '#media/endpoint.ts';
import type { Disposition } from '../cdr/dispositions.ts';
import { dispositions } from '../cdr/dispositions.ts';
import type { LegEnding } from '../leg/leg.ts';

/** How a call went, as its CDR says it. */
export interface Conclusion {
  readonly disposition: Disposition;
  readonly endedBy: EndedBy;
  readonly q850: number;
  readonly sipStatus?: number;
}

/** How a call ended that a leg left before the talk: `left` when its phone hung up, else what cut it off. */
export function leftBefore({ by, cause }: LegEnding, left: Disposition): Disposition {
  if (by === 'us') return 'shutdown';
  if (by === 'media-server' && cause === endpointCutOff) return 'media-lost';
  return left;
}

/** The conclusion of a call with this disposition; what is not given is as usual for it. */
export function conclusion(
  disposition: Disposition,
  { endedBy, q850, sipStatus }: { endedBy?: EndedBy; q850?: number | undefined; sipStatus?: number | undefined } = {},
): Conclusion {
  const usual = dispositions[disposition];
  return {
    disposition,
    endedBy: endedBy ?? usual.endedBy,
    q850: q850 ?? usual.q850,
    ...(sipStatus === undefined ? {} : { sipStatus }),
  };
}
