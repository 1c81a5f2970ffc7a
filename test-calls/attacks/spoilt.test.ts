import { it, vi } from 'vitest';
import { controlPortsAttack } from './control-ports.ts';
import { foundAttack } from './found.ts';
import { mediaFuzzAttack } from './media-fuzz.ts';
import { parseAttack } from './parse-fuzz.ts';
import { readersAttack } from './readers.ts';
import { shortly } from './short.ts';
import { sipFuzzAttack } from './sip-fuzz.ts';
import { tortureAttack } from './torture.ts';

// They are bounded by what they do; how long that takes depends on who else uses the machine.
vi.setConfig({ testTimeout: 180_000 });

it('every message of RFC 4475 gets its answer, and what is passed on is what came', () => shortly(tortureAttack, 1));
it('messages that have done harm once do none', () => shortly(foundAttack, 1));
it('the parser takes or refuses 5,000 spoilt messages', () => shortly(parseAttack, 0.005));
it('a server answers 2,000 spoilt messages as it should', () => shortly(sipFuzzAttack, 0.002));
it('what reads SDP, RTP, WAV, tones, commands and frames takes or refuses 2,000 of each', () =>
  shortly(readersAttack, 0.01));
it('a media server goes on after spoilt SDP, RTP and commands', () => shortly(mediaFuzzAttack, 0.01));
it('the ports for applications are open to those who know the password', () => shortly(controlPortsAttack, 0.01));
