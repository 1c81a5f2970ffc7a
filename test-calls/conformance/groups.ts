import { admin } from './cases/admin.ts';
import { callsIn } from './cases/calls-in.ts';
import { callsOut } from './cases/calls-out.ts';
import { endpoints } from './cases/endpoints.ts';
import { commands } from './cases/commands.ts';
import { inDialogsMade, inDialogsTaken } from './cases/in-dialogs.ts';
import { keys } from './cases/keys.ts';
import { proxiedCalls } from './cases/proxied.ts';
import { recordings } from './cases/recordings.ts';
import { sockets } from './cases/sockets.ts';
import { soundsPlayed } from './cases/sounds-played.ts';
import { talks } from './cases/talks.ts';
import type { Group } from './run.ts';

/** Everything there is to compare. Calls from phones are played in turn: whoever has a route gets the calls of all. */
export const groups: readonly Group[] = [
  { name: 'admin', cases: admin, order: 'side by side' },
  { name: 'calls in', cases: callsIn, order: 'in turn' },
  { name: 'dialogs taken', cases: inDialogsTaken, order: 'in turn' },
  { name: 'calls out', cases: callsOut, order: 'side by side' },
  { name: 'dialogs made', cases: inDialogsMade, order: 'side by side' },
  { name: 'proxied', cases: proxiedCalls, order: 'in turn' },
  { name: 'endpoints', cases: endpoints, order: 'side by side' },
  { name: 'commands', cases: commands, order: 'side by side' },
  { name: 'keys', cases: keys, order: 'side by side' },
  { name: 'recordings', cases: recordings, order: 'side by side' },
  { name: 'sockets', cases: sockets, order: 'side by side' },
  { name: 'sounds', cases: soundsPlayed, order: 'side by side' },
  { name: 'talks', cases: talks, order: 'side by side' },
];
