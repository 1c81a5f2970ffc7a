import type { Via } from '#sip-stack/via.ts';

const separator = '.loop-';

/** Puts behind the branch of a Via by what a loop is known (RFC 5393 §4.2.1). */
export const marked = (via: Via, hash: string): Via => {
  via.params.set('branch', `${via.branch ?? ''}${separator}${hash}`);
  return via;
};

export const hasMark = (via: Via, hash: string): boolean => via.branch?.endsWith(separator + hash) ?? false;

/** The mark of a Via, undefined when it has none. */
export const markOf = (via: Via): string | undefined => via.branch?.split(separator)[1];
