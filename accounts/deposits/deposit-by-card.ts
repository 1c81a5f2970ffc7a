import { createHash, randomUUID } from 'node:crypto';
import type { Database } from '#db/connect.ts';
import { intendDeposit, keepOpen, type Deposit, type DepositChannel } from '#db/deposits.ts';
import { AUTO_PAY, DEPOSIT, within } from '../money.ts';
import type { Charger } from './charger.ts';
import { DepositRefusal } from './deposit-refusal.ts';
import { resultOf, settle, type DepositResult } from './settle.ts';

export interface DepositDeps {
  readonly db: Database;
  readonly gateway: Charger;
  readonly now: () => Date;
  /** Told in the transaction that settles it: what is written there (a receipt) is written exactly when the deposit is. */
  readonly onSettled?: (trx: Database, deposit: Deposit, result: DepositResult) => Promise<void>;
}

export interface CardDeposit {
  /** Idempotency key of whoever gives the order: the same order with the same key is one deposit. */
  readonly key: string;
  readonly accountId: string;
  /** $2.00 to $100.00 (guide row 31); from AutoPay and TextPay whole dollars from $5 (row 43). */
  readonly cents: number;
  readonly channel: DepositChannel;
  /** Of an agent who takes the payment on the telephone; the channel is `agent` then. */
  readonly agentId?: string;
  readonly card: { readonly token: string; readonly brand: string; readonly lastFour: string };
  /** Of a deposit on the telephone, if it may have texts (textableCaller). */
  readonly callingNumber?: string;
}

/**
 * Charges a card and adds the money to the account. The intent is on disk before the gateway is asked, and its id is the gateway's key:
 * whatever dies in between, the card is charged once or not at all, and resolveDeposits() finds out which. An outcome that is not known is
 * 'pending', never charged again under another key. The fee is $0.00.
 *
 * Throws DepositRefusal; DatabaseUnavailable, after which the same order with the same key may be given again.
 */
export async function depositByCard(deps: DepositDeps, order: CardDeposit): Promise<DepositResult> {
  const preset = order.channel === 'autopay' || order.channel === 'textpay';
  const amount = within(preset ? AUTO_PAY : DEPOSIT, order.cents);
  if (amount.kind === 'refused') throw new DepositRefusal(amount.reason);

  const { deposit, made } = await intend(deps, order);
  if (deposit.state !== 'intended') return resultOf(deps.db, deposit);
  if (!made) {
    const known = await deps.gateway.outcomeOf(deposit.id);
    if (known.kind !== 'absent') return settle(deps, deposit.id, known);
  }
  const { id, cents, card } = deposit;
  const charge = { key: id, token: card.token, cents, currency: 'USD', reference: id } as const;
  return settle(deps, id, await deps.gateway.charge(charge));
}

async function intend({ db, now }: DepositDeps, order: CardDeposit) {
  const { key, accountId, cents, channel, agentId, card, callingNumber } = order;
  const { token, brand, lastFour } = card;
  const content = JSON.stringify([accountId, cents, channel, token, ...(agentId === undefined ? [] : [agentId])]);
  const requestHash = createHash('sha256').update(content).digest('hex');
  const known = { key, accountId, cents, channel, ...(agentId !== undefined && { agentId }) };
  const intent = { ...known, id: randomUUID(), requestHash, intendedAt: now() };
  return db.transaction().execute(async (trx) => {
    const open = await keepOpen(trx, accountId);
    if (open === undefined) throw new DepositRefusal('unknown-account');
    const caller = callingNumber !== undefined && { callingNumber };
    const intended = await intendDeposit(trx, { ...intent, ...caller, card: { token, brand, lastFour } });
    if (intended.deposit.requestHash !== requestHash) throw new DepositRefusal('key-reused');
    if (intended.made && !open) throw new DepositRefusal('account-closed');
    return intended;
  });
}
