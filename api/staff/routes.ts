import { auditRoutes } from './audit.ts';
import { meRoutes } from './me.ts';
import { memberRoutes } from './members.ts';
import { ownRoutes } from './own.ts';
import type { StaffRoute } from './route.ts';
import { sessionRoutes } from './sessions.ts';
import { viewRoutes } from './views/routes.ts';

/** Everything that staff may ask, but signing in (sessions.ts): one line for each part. */
export const staffRoutes: readonly StaffRoute[] = [
  // In the order of the document.
  sessionRoutes,
  meRoutes,
  ownRoutes,
  auditRoutes,
  memberRoutes,
  viewRoutes,
].flat();
