import type { RejectionReason } from '#db/identity-reviews.ts';

/** What somebody is told by mail of who they are said to be. The wording is in wording.ts. */
export type DocumentNews =
  | { readonly kind: 'documents-approved' }
  /** They may be sent anew. */
  | { readonly kind: 'documents-rejected'; readonly reasons: readonly RejectionReason[] };
