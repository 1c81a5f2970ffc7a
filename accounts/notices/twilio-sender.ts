import twilio from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import type { Taken, TextSender } from './ports.ts';

export interface TwilioOptions {
  readonly accountSid: string;
  readonly authToken: string;
  /** E.164. */
  readonly from: string;
  /** Longest wait for one answer; far shorter than the lease of an attempt (send.ts). Milliseconds. */
  readonly timeoutMs?: number;
  /** Where Twilio is: https://api.twilio.com unless told otherwise. */
  readonly baseUrl?: string;
}

const TWILIO = 'https://api.twilio.com';
/** Twilio's clock may differ from ours, and it tells whole seconds. Milliseconds. */
const SKEW_MS = 5_000;
/** A number gets five texts a month and some answers: all that may be in doubt are among the newest. */
const NEWEST = 200;

/** https://www.twilio.com/docs/api/errors; every other 400 is refused with its number. */
const refusals: Readonly<Record<number, string>> = {
  21610: 'opted-out',
  21211: 'invalid-number',
  21614: 'invalid-number',
};

class Elsewhere extends RequestClient {
  readonly #baseUrl: string;

  constructor(baseUrl: string, timeout: number) {
    super({ timeout });
    this.#baseUrl = baseUrl;
  }

  override request<T>(options: RequestClient.RequestOptions<T>) {
    return super.request({ ...options, uri: options.uri.replace(TWILIO, this.#baseUrl) });
  }
}

/** Twilio does not tell what it has. Not the library's own error: that carries the request, and our token in its head. */
export class TwilioUnanswered extends Error {
  override readonly name = 'TwilioUnanswered';

  constructor(why: string) {
    super(`Twilio does not say which texts it has taken (${why}); it is asked again later.`);
  }
}

/** Texts by Twilio. Its API has no idempotency key: what is in doubt is looked for among the messages it lists. */
export function twilioSender(options: TwilioOptions): TextSender {
  const { accountSid, authToken, from, timeoutMs = 15_000, baseUrl = TWILIO } = options;
  const { messages } = twilio(accountSid, authToken, { httpClient: new Elsewhere(baseUrl, timeoutMs) });
  return {
    async send({ to, body }) {
      try {
        // Twilio would put other characters for some, and the words could not be found again.
        const { sid } = await messages.create({ to, from, body, smartEncoded: false });
        return { kind: 'accepted', providerId: sid };
      } catch (error) {
        return failure(error);
      }
    },
    // Not by DateSent: what waits at Twilio has none yet.
    async find({ to, body, since }) {
      const earliest = since.getTime() - SKEW_MS;
      const asked = messages.list({ to, from, limit: NEWEST, pageSize: NEWEST });
      const newest = await asked.catch((error: unknown) => {
        throw new TwilioUnanswered(failure(error).kind);
      });
      const ours = newest.filter((one) => one.body.trim() === body.trim() && one.dateCreated.getTime() >= earliest);
      return ours.map(({ sid }) => sid);
    },
  };
}

function failure(error: unknown): Taken {
  const { status, code } = error as { status?: unknown; code?: unknown };
  // Whether a connection was made is not told by the library: also one that was refused is asked after.
  if (typeof status !== 'number') return { kind: 'in-doubt', reason: 'no-answer' };
  if (status >= 500) return { kind: 'in-doubt', reason: `twilio-${status}` };
  // 429: too many at once. 401, 403, 404: the account or its token is not right, which somebody will mend.
  if (status !== 400) return { kind: 'not-now', reason: `twilio-${status}` };
  const number = typeof code === 'number' ? code : 0;
  return { kind: 'refused', reason: refusals[number] ?? `twilio-${number}` };
}
