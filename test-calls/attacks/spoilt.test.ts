import { it } from 'vitest';
import { shortly } from './short.ts';
import { tortureAttack } from './torture.ts';

it('every message of RFC 4475 gets its answer, and what is passed on is what came', () => shortly(tortureAttack, 1));
