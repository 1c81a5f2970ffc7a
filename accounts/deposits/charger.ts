/** What a deposit asks of the card gateway (accounts/cards/gateway.ts is the whole of it). */
export interface Charger {
  /** The same `key` never charges twice. Throws nothing that is expected: an outcome that is not known is one of the answers. */
  charge(order: {
    readonly key: string;
    readonly token: string;
    readonly cents: number;
    readonly currency: 'USD';
    readonly reference: string;
  }): Promise<ChargeOutcome>;
  /** What became of the charge with this key; absent: the gateway never heard of it. */
  outcomeOf(key: string): Promise<ChargeOutcome | { readonly kind: 'absent' }>;
}

export type ChargeOutcome =
  | { readonly kind: 'captured'; readonly gatewayId: string }
  | { readonly kind: 'declined'; readonly reason: string }
  | { readonly kind: 'unknown' };
