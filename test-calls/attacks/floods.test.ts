import { it, vi } from 'vitest';
import { halfOpenAttack, inviteFloodAttack } from './floods.ts';
import { shortly } from './short.ts';
import { strangersAttack } from './strangers.ts';

// They are bounded by what they do; how long that takes depends on who else uses the machine.
vi.setConfig({ testTimeout: 180_000 });

it('calls keep their sound while INVITEs come in by the thousand', () => shortly(inviteFloodAttack, 0.02));
it('calls that are never answered or acknowledged do no harm', () => shortly(halfOpenAttack, 0.04));
it('strangers are not heard, and hear nothing', () => shortly(strangersAttack, 0.02));
