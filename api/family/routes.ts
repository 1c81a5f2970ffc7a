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
import { profileRoutes } from './profile.ts';
import type { FamilyRoute } from './route.ts';

/** Everything web and app do with accounts. */
export const familyRoutes: readonly FamilyRoute[] = [
  ...facilityRoutes,
  ...accountRoutes,
  ...numberRoutes,
  ...profileRoutes,
  ...blockRoutes,
  ...moneyRoutes,
  ...depositRoutes,
  ...cardRoutes,
  ...autopayRoutes,
  ...closingRoutes,
  ...callRoutes,
  ...documentRoutes,
];
