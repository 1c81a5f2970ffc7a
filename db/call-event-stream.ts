import { CALL_EVENT_CHANNEL } from './call-events.ts';
import { listenTo, type Notifications } from './notifications.ts';

/** One event as it is notified; `truncated` events have their data in the journal only. */
export interface CallEventNotice {
  readonly callId: string;
  readonly seq: number;
  readonly kind: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly data?: Record<string, unknown>;
  readonly truncated?: true;
}

/** Hears every call event as it is committed: see {@link listenTo}. After a gap the journal has what was not heard. */
export const listenToCallEvents = (
  url: string,
  onEvent: (notice: CallEventNotice) => void,
  onGap?: () => void,
): Promise<Notifications> =>
  listenTo(url, CALL_EVENT_CHANNEL, (payload) => onEvent(JSON.parse(payload) as CallEventNotice), onGap);
