import type { Leg } from '../leg/leg.ts';

/** What a restarted process needs to end this leg. */
export function legReference({ dialog, endpoint }: Leg) {
  const { dialogId, callId, localTag, remoteTag, remoteTarget } = dialog.reference;
  return { sipCallId: callId, localTag, remoteTag, dialogId, remoteTarget, endpointUuid: endpoint.id };
}
