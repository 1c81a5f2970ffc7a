import type { World } from './world.ts';

/** Every page of the console: what its picture is called, and its address. */
export const placesOf = ({ number, accountId, callId }: World): readonly (readonly [string, string])[] => [
  ['desk', '/console/'],
  ['number', `/console/numbers/${number}`],
  ['account', `/console/accounts/${accountId}`],
  ['calls', '/console/calls'],
  ['call', `/console/calls/${callId}`],
  ['refunds', '/console/refunds'],
  ['cheques', '/console/cheques'],
  ['documents', '/console/documents'],
  ['figures', '/console/figures'],
  ['audit', '/console/audit'],
  ['me', '/console/me'],
];
