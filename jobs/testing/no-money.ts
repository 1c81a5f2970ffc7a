import type { Charger } from '#accounts/deposits/charger.ts';
import { Counter } from '#accounts/funding/testing/counter.ts';
import type { Database } from '#db/connect.ts';
import type { JobsOptions } from '../start.ts';

const noCharge = () => Promise.reject(new Error('Nothing is charged here.'));
const noGateway: Charger = { charge: noCharge, outcomeOf: noCharge };

/** What a jobs process here has to do with money: nothing. */
export const noMoney = (db: Database): Pick<JobsOptions, 'funding' | 'deposits'> => ({
  funding: new Counter(db).deps(),
  deposits: { db, gateway: noGateway, now: () => new Date() },
});
