import { it } from 'vitest';
import { foundAttack } from './found.ts';
import { parseAttack } from './parse-fuzz.ts';
import { shortly } from './short.ts';
import { sipFuzzAttack } from './sip-fuzz.ts';
import { tortureAttack } from './torture.ts';

it('every message of RFC 4475 gets its answer, and what is passed on is what came', () => shortly(tortureAttack, 1));
it('messages that have done harm once do none', () => shortly(foundAttack, 1));
it('the parser takes or refuses 20,000 spoilt messages', () => shortly(parseAttack, 0.02));
it('a server answers 5,000 spoilt messages as it should', () => shortly(sipFuzzAttack, 0.005));
