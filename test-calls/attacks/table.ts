import type { Attack } from './attack.ts';
import { tortureAttack } from './torture.ts';

/** Every attack there is; a new one is a file of its own and a line here. */
export const attacks: readonly Attack[] = [tortureAttack];
