import type { RefundDeps } from '../refunds/ports.ts';

/** The same in every process. Nobody has an address: every cheque waits. */
export const refundDeps = (gateway: RefundDeps['gateway'], now: () => Date): RefundDeps => ({
  ...{ gateway, now, payeeOf: async () => undefined },
  contactOf: async () => ({ language: 'en', email: 'family@example.com' }),
  notify: async (trx, notice) => {
    const payload = JSON.stringify(notice);
    await trx.insertInto('outbox').values({ topic: 'test-refund-notice', payload }).execute();
  },
});
