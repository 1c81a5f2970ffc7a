import type { StaffRoute } from '../route.ts';
import { accountRoutes } from './accounts.ts';
import { blockRoutes } from './blocks.ts';
import { callRoutes } from './calls.ts';
import { chequeRoutes } from './cheques.ts';
import { deskRoutes } from './desk.ts';
import { documentRoutes } from './documents.ts';
import { facilityRoutes } from './facilities.ts';
import { figureRoutes } from './figures.ts';
import { listenRoutes } from './listen.ts';
import { liveRoutes } from './live.ts';
import { myDeskRoutes } from './my-desk.ts';
import { numberRoutes } from './numbers.ts';
import { recordingRoutes } from './recordings.ts';
import { refundRoutes } from './refunds.ts';
import { searchRoutes } from './search.ts';
import { softphoneRoutes } from './softphone.ts';

/** Everything that the console reads and does. */
export const viewRoutes: readonly StaffRoute[] = [
  searchRoutes,
  numberRoutes,
  blockRoutes,
  facilityRoutes,
  liveRoutes,
  listenRoutes,
  deskRoutes,
  myDeskRoutes,
  softphoneRoutes,
  callRoutes,
  recordingRoutes,
  accountRoutes,
  refundRoutes,
  chequeRoutes,
  documentRoutes,
  figureRoutes,
].flat();
