export interface LineCallTable {
  id: string;
  node: string;
  sipCallId: string;
  localTag: string;
  remoteTag: string;
  dialogId: string;
  remoteTarget: string;
  endpointUuid: string;
  answeredAt: Date;
  endedAt: Date | null;
  how: string | null;
}
