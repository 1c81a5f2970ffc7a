import type { Attack } from './attack.ts';
import { badNetworkAttack } from './bad-network.ts';
import { controlPortsAttack } from './control-ports.ts';
import { halfOpenAttack, inviteFloodAttack } from './floods.ts';
import { foundAttack } from './found.ts';
import { mediaFuzzAttack } from './media-fuzz.ts';
import { parseAttack } from './parse-fuzz.ts';
import { readersAttack } from './readers.ts';
import { sipFuzzAttack } from './sip-fuzz.ts';
import { soakAttack } from './soak.ts';
import { strangersAttack } from './strangers.ts';
import { tortureAttack } from './torture.ts';

/** Every attack there is; a new one is a file of its own and a line here. */
export const attacks: readonly Attack[] = [
  tortureAttack,
  foundAttack,
  parseAttack,
  sipFuzzAttack,
  readersAttack,
  mediaFuzzAttack,
  inviteFloodAttack,
  halfOpenAttack,
  strangersAttack,
  controlPortsAttack,
  badNetworkAttack,
  soakAttack,
];
