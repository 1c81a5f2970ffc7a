import { SipResponse } from '#sip-stack/message.ts';

/** RFC 3261 §16.7 point 6: these say how the next attempt may succeed. */
const helpful: ReadonlySet<number> = new Set([401, 407, 415, 420, 484]);

/** The lower, the better: 6xx, then the lowest class, in 4xx first what helps the caller. */
const rank = ({ status }: SipResponse): number => {
  if (status >= 600) return 0;
  if (status < 400) return 1;
  if (status < 500) return helpful.has(status) ? 2 : 3;
  return 4;
};

/** RFC 3261 §16.7 points 6 and 7: the final response (none of them 2xx) that goes to the caller; undefined without any. */
export const bestResponse = (responses: readonly SipResponse[]): SipResponse | undefined => {
  const best = [...responses].sort((a, b) => rank(a) - rank(b))[0];
  if (best?.status === 401 || best?.status === 407) return withChallenges(best, responses);
  // That this way is overloaded does not say that this proxy is.
  return best?.status === 503 ? new SipResponse(500, undefined, best.headers, best.body) : best;
};

/** Point 7: the challenges of all who challenged. */
const withChallenges = (best: SipResponse, responses: readonly SipResponse[]): SipResponse => {
  const all = new SipResponse(best.status, best.reason, [...best.headers], best.body);
  for (const other of responses) {
    if (other === best || (other.status !== 401 && other.status !== 407)) continue;
    for (const header of other.headers)
      if (header.key === 'www-authenticate' || header.key === 'proxy-authenticate') all.headers.push(header);
  }
  return all;
};
