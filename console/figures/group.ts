import type { dispositions } from '../wording/en-dispositions.ts';

/** What dispositions have in common to who looks at many calls. */
export const groups = ['talked', 'declined', 'unanswered', 'refused', 'failed'] as const;
export type Group = (typeof groups)[number];

const groupOfDisposition: Readonly<Record<keyof typeof dispositions, Group>> = {
  talked: 'talked',
  'limit-reached': 'talked',
  'far-end-lost': 'talked',
  refused: 'declined',
  blocked: 'declined',
  rejected: 'declined',
  'hung-up-in-offer': 'declined',
  busy: 'unanswered',
  'no-answer': 'unanswered',
  'no-key': 'unanswered',
  'caller-cancelled': 'unanswered',
  'caller-left-offer': 'unanswered',
  'caller-hung-up': 'unanswered',
  'not-in-service': 'unanswered',
  'pin-failed': 'refused',
  'pin-locked': 'refused',
  'person-busy': 'refused',
  'no-number': 'refused',
  'privileged-number': 'refused',
  'person-inactive': 'refused',
  'station-inactive': 'refused',
  'facility-inactive': 'refused',
  'invalid-number': 'refused',
  'denied-number': 'refused',
  'already-blocked': 'refused',
  'account-closed': 'refused',
  'outside-hours': 'refused',
  'too-many-attempts': 'refused',
  redirected: 'refused',
  'no-codec': 'failed',
  'policy-unavailable': 'failed',
  incompatible: 'failed',
  unavailable: 'failed',
  restart: 'failed',
  shutdown: 'failed',
  'media-lost': 'failed',
  'recording-failed': 'failed',
  fault: 'failed',
};

/** One that is not known yet is of those that failed: somebody should look. */
export const groupOf = (disposition: string): Group =>
  Object.hasOwn(groupOfDisposition, disposition)
    ? groupOfDisposition[disposition as keyof typeof groupOfDisposition]
    : 'failed';

/** The calls of one day by group. */
export function grouped(byDisposition: Readonly<Record<string, number>>): Record<Group, number> {
  const sums: Record<Group, number> = { talked: 0, declined: 0, unanswered: 0, refused: 0, failed: 0 };
  for (const [disposition, many] of Object.entries(byDisposition)) sums[groupOf(disposition)] += many;
  return sums;
}
