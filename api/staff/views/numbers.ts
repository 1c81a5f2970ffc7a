import { z } from 'zod';
import { mayLift } from '#accounts/blocks.ts';
import { may } from '#accounts/access/table.ts';
import { accountOf } from '#db/accounts.ts';
import { isPrivileged } from '#db/privileged.ts';
import { accountsWithBalance, attemptsOf, blocksOfNumber, type NamedBlock } from '#db/staff-views/number.ts';
import { read } from '../../problem.ts';
import type { StaffRoute } from '../route.ts';
import * as resources from './resources.ts';
import { told } from './told.ts';

const path = z.strictObject({ number: resources.e164 });
const HISTORY = 100;
const ATTEMPTS = 50;

export const numberRoutes: readonly StaffRoute[] = [
  {
    method: 'GET',
    path: '/v1/staff/numbers/:number',
    summary: 'A telephone number: its blocks, the calls to it, its accounts. Nobody need know it yet',
    door: 'staff',
    act: 'number.read',
    params: path,
    answers: { 200: resources.numberPage },
    problems: [],
    async run(db, _house, { params, staff }) {
      const { number } = read('path', path, params);
      const [active, lifted, attempts, accounts, privileged, account] = await Promise.all([
        blocksOfNumber(db, number, { active: true, most: 1_000 }),
        blocksOfNumber(db, number, { active: false, most: HISTORY }),
        attemptsOf(db, number, ATTEMPTS),
        may(staff.role, 'account.read') ? accountsWithBalance(db, number) : [],
        isPrivileged(db, number),
        accountOf(db, number),
      ]);
      const liftable = ({ placed }: NamedBlock): boolean =>
        may(staff.role, 'block.lift') &&
        mayLift({ kind: 'agent', id: staff.id }, placed.by, { account, passcode: false });
      const body: z.input<typeof resources.numberPage> = {
        ...{ number, privileged, attempts: told(attempts), accounts: told(accounts) },
        blocks: active.map((block) => ({
          ...{ id: block.id, scope: scopeOf(block), placed: told(block.placed) },
          ...(liftable(block) ? { liftable: true } : { liftable: false, whyNot: 'not-allowed' as const }),
        })),
        history: lifted.flatMap((block) =>
          block.lifted
            ? [{ id: block.id, scope: scopeOf(block), placed: told(block.placed), lifted: told(block.lifted) }]
            : [],
        ),
      };
      return { status: 200, body };
    },
  },
];

const scopeOf = ({ scope, facilityName }: NamedBlock) =>
  scope === 'all' ? scope : { ...scope, facilityName: facilityName ?? scope.facilityId };
