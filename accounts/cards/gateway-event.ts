import type { CardRefusal } from './gateway.ts';

interface Told {
  /** The same event sent again has the same. */
  readonly eventId: string;
  readonly at: Date;
}

/** What a gateway tells of its own accord. Amounts in cents of USD. */
export type GatewayEvent =
  | (Told & { readonly kind: 'captured'; readonly key: string; readonly gatewayId: string; readonly cents: number })
  | (Told & { readonly kind: 'declined'; readonly key: string; readonly reason: CardRefusal })
  /** `refundedCents` is what was given back of the charge so far, all refunds together. */
  | (Told & { readonly kind: 'refunded'; readonly gatewayId: string; readonly refundedCents: number })
  /** A refund that had been taken on was sent back by the bank. */
  | (Told & {
      readonly kind: 'refund-failed';
      readonly gatewayId: string;
      readonly refundId: string;
      readonly cents: number;
    })
  /** The holder disputes the charge: the bank takes the money back. */
  | (Told & { readonly kind: 'disputed'; readonly gatewayId: string; readonly cents: number })
  /** Of no concern to an account, or of no charge of ours. */
  | (Told & { readonly kind: 'other'; readonly type: string });
