import { it, vi } from 'vitest';
import { badNetworkAttack } from './bad-network.ts';
import { shortly } from './short.ts';
import { soakAttack } from './soak.ts';

// They are bounded by what they do; how long that takes depends on who else uses the machine.
vi.setConfig({ testTimeout: 180_000 });

it('nothing is left of 300 calls', () => shortly(soakAttack, 0.015));
it('calls go through a bad network, and each key arrives once', () => shortly(badNetworkAttack, 0.03));
