import { accountRoutes } from './accounts.ts';
import { autopayRoutes } from './autopay.ts';
import { blockRoutes } from './blocks.ts';
import { callRoutes } from './calls.ts';
import { cardRoutes } from './cards.ts';
import { closingRoutes } from './closing.ts';
import { depositRoutes } from './deposits.ts';
import { documentRoutes } from './documents.ts';
import { facilityRoutes } from './facilities.ts';
import { moneyRoutes } from './money.ts';
import { numberRoutes } from './numbers.ts';
import { numberProofRoutes } from './number-proofs.ts';
import { ownDataRoutes } from './own-data.ts';
import { profileRoutes } from './profile.ts';
import { statementFileRoutes } from './statement-files.ts';
import type { FamilyRoute } from './route.ts';

/** Everything web and app do with accounts. */
export const familyRoutes: readonly FamilyRoute[] = [
  ...facilityRoutes,
  ...accountRoutes,
  ...numberRoutes,
  ...numberProofRoutes,
  ...profileRoutes,
  ...blockRoutes,
  ...moneyRoutes,
  ...statementFileRoutes,
  ...depositRoutes,
  ...cardRoutes,
  ...autopayRoutes,
  ...closingRoutes,
  ...callRoutes,
  ...documentRoutes,
  ...ownDataRoutes,
];
