import { randomUUID } from 'node:crypto';

/**
 * The dialog that an INVITE is to make, named before it leaves (RFC 3261 §8.1.1.3 and §8.1.1.4): whoever wrote that down can end it, whichever
 * way the INVITE went meanwhile.
 */
export interface PlannedDialog {
  readonly callId: string;
  readonly localTag: string;
  /** Under which the SIP server will know it. */
  readonly dialogId: string;
}

export function planDialog(): PlannedDialog {
  const [callId, localTag] = [randomUUID(), randomUUID()];
  return { callId, localTag, dialogId: dialogIdOf(callId, localTag) };
}

/** How the SIP server names a dialog, by the From tag of the INVITE that makes it (drachtio's admin protocol). */
export const dialogIdOf = (callId: string, fromTag: string): string => `${callId};from-tag=${fromTag}`;
