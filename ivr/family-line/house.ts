import type { CardGateway } from '#accounts/cards/gateway.ts';
import type { DepositDeps } from '#accounts/deposits/deposit-by-card.ts';
import type { FundingDeps } from '#accounts/funding/ports.ts';
import type { PasscodeDeps } from '#accounts/passcode/check-passcode.ts';
import type { ReceiptDeps } from '#accounts/receipts/receipt.ts';
import type { Storage } from '#media/recordings/storage.ts';

/** What the 866 line stands on besides the platform of every call. */
export interface FamilyLineHouse {
  /** E.164: what families call. */
  readonly number: string;
  readonly gateway: CardGateway;
  readonly deposits: Omit<DepositDeps, 'gateway'>;
  readonly funding: Pick<FundingDeps, 'now' | 'cardOf' | 'notify'>;
  readonly passcodes: PasscodeDeps;
  /** For who hung up before they heard that nothing was charged. */
  readonly receipts: ReceiptDeps;
  /** A sound file: what is heard while one waits for an agent. */
  readonly holdMusic: string;
  /** Where voice messages are kept. */
  readonly storage: Pick<Storage, 'get'>;
}
