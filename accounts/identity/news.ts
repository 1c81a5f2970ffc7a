/** What is mailed to an e-mail address about an identity. The wording is in wording.ts. */
export type IdentityNews =
  /** Somebody registers with this address, and is to show that it is theirs. */
  | { readonly kind: 'prove-address'; readonly proofId: string }
  /** Somebody registers with an address that has an identity already. */
  | { readonly kind: 'known-address' }
  | { readonly kind: 'registered' | 'removed' }
  | { readonly kind: 'reset-password'; readonly proofId: string }
  | { readonly kind: 'password-reset' | 'password-changed' }
  | { readonly kind: 'sign-in-locked' | 'reset-locked'; readonly minutes: number }
  /** Six digits are texted to a number that somebody says is theirs. */
  | { readonly kind: 'prove-number'; readonly proofId: string }
  /** A refresh token was used twice: somebody may have stolen it. */
  | { readonly kind: 'session-replayed' };
