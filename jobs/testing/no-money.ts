import type { Charger } from '#accounts/deposits/charger.ts';
import { Counter } from '#accounts/funding/testing/counter.ts';
import type { Database } from '#db/connect.ts';
import type { JobsOptions } from '../start.ts';

const never = () => Promise.reject(new Error('Nothing is charged, given back or sent here.'));
const noGateway: Charger = { charge: never, outcomeOf: never };
const now = () => new Date();

export const nothingSent: JobsOptions['notices'] = { now, texts: { send: never, find: never }, mails: { send: never } };
export const nobodyTold: JobsOptions['holders'] = { now, notify: never };
export const nothingGivenBack: JobsOptions['refunds'] = {
  now,
  gateway: { refund: never, refundOutcomeOf: never },
  contactOf: never,
  payeeOf: never,
  notify: never,
};

/** What a jobs process here has to do with money: nothing. */
export const noMoney = (
  db: Database,
): Pick<JobsOptions, 'funding' | 'deposits' | 'rails' | 'refunds' | 'notices' | 'holders'> => ({
  funding: new Counter(db).deps(),
  deposits: { db, gateway: noGateway, now },
  rails: { now },
  refunds: nothingGivenBack,
  notices: nothingSent,
  holders: nobodyTold,
});
