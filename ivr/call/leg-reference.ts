import type { Endpoint } from '#media/endpoint.ts';
import type { InviteReference } from '#sip-proxy/drachtio.ts';
import type { PlannedDialog } from '#sip-proxy/planned-dialog.ts';
import type { Leg } from '../leg/leg.ts';

/** What a restarted process needs to end this leg. */
export function legReference({ dialog, endpoint }: Leg) {
  const { dialogId, callId, localTag, remoteTag, remoteTarget } = dialog.reference;
  return { sipCallId: callId, localTag, remoteTag, dialogId, remoteTarget, endpointUuid: endpoint.id };
}

/** What it needs before the phone has answered: the dialog that is to be, and the INVITE once it has left. */
export const plannedReference = ({ callId, localTag, dialogId }: PlannedDialog, { id }: Pick<Endpoint, 'id'>) => ({
  ...{ sipCallId: callId, localTag, dialogId, endpointUuid: id },
});

export const sentReference = ({ callId, transactionId }: InviteReference) => ({ sipCallId: callId, transactionId });
