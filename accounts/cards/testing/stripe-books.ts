import { randomBytes } from 'node:crypto';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Intent {
  readonly id: string;
  readonly object: 'payment_intent';
  readonly created: number;
  readonly amount: number;
  readonly amount_received: number;
  readonly status: 'succeeded' | 'requires_payment_method';
  readonly metadata: Readonly<Record<string, string>>;
  readonly last_payment_error: null | { readonly code: string; readonly decline_code?: string };
}

interface Refund {
  readonly id: string;
  readonly object: 'refund';
  readonly created: number;
  readonly amount: number;
  readonly payment_intent: string;
  readonly status: 'succeeded' | 'failed' | 'pending';
  readonly metadata: Readonly<Record<string, string>>;
}

/** Code and decline code by number: https://docs.stripe.com/testing#declined-payments */
const declines: Readonly<Record<string, readonly [code: string, declineCode?: string]>> = {
  '4000000000009995': ['card_declined', 'insufficient_funds'],
  '4000000000000069': ['expired_card'],
  '4000000000000127': ['incorrect_cvc'],
  '4000000000000002': ['card_declined', 'generic_decline'],
};
/** Declined as soon as it is to be attached to a customer. */
const REFUSED_AT_ONCE = '4000000000000119';
const ways: Readonly<Record<string, 'cut-after' | 'cut-before'>> = {
  '4000000000006009': 'cut-after',
  '4000000000007007': 'cut-before',
};

const id = (prefix: string): string => `${prefix}_${randomBytes(12).toString('hex').replaceAll(/\d/g, 'x')}`;
const card = (code: string, declineCode?: string) => ({
  type: 'card_error',
  code,
  ...(declineCode !== undefined && { decline_code: declineCode }),
  message: 'Your card was declined.',
});
const failed = (status: number, error: unknown): Answer => ({ status, body: { error } });
const invalid = (more: Record<string, unknown>): Answer =>
  failed(more['code'] === 'resource_missing' ? 404 : 400, { type: 'invalid_request_error', message: 'No.', ...more });
const metadataOf = (form: URLSearchParams): Record<string, string> =>
  Object.fromEntries(
    [...form].flatMap(([name, value]) => (name.startsWith('metadata[') ? [[name.slice(9, -1), value]] : [])),
  );

/** What a Stripe has on record: which cards, what was charged and given back. */
export class Books {
  readonly intents: Intent[] = [];
  readonly refunds: Refund[] = [];
  /** False: what was just written is not found by search yet. */
  indexed = true;
  readonly #cards = new Map<string, string>();
  readonly #methods = new Map<string, object>();
  readonly #customers = new Map<string, string>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  get capturedCents(): number {
    return this.intents.reduce((sum, { amount_received: cents }) => sum + cents, 0);
  }

  get refundedCents(): number {
    return this.refunds.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** What always happens to charges of this card. */
  wayOf(form: URLSearchParams): 'cut-after' | 'cut-before' | undefined {
    return ways[this.#cards.get(form.get('payment_method') ?? '') ?? ''];
  }

  read(path: string, query: URLSearchParams): Answer {
    const since = Number(query.get('created[gte]') ?? 0);
    const list = (rows: readonly (Intent | Refund)[]): Answer => {
      const newest = rows.filter(({ created }) => created >= since).toReversed();
      const after = query.get('starting_after');
      const from = after === null ? 0 : newest.findIndex((row) => row.id === after) + 1;
      const limit = Number(query.get('limit') ?? 10);
      const data = newest.slice(from, from + limit);
      return { status: 200, body: { object: 'list', url: path, data, has_more: from + limit < newest.length } };
    };
    if (path === '/v1/payment_intents') return list(this.intents);
    if (path === '/v1/refunds') return list(this.refunds);
    const [, methodId] = /^\/v1\/payment_methods\/(pm_\w+)$/.exec(path) ?? [];
    if (methodId !== undefined) {
      const method = this.#methods.get(methodId);
      return method ? { status: 200, body: method } : invalid({ code: 'resource_missing', param: 'payment_method' });
    }
    const [, refundId] = /^\/v1\/refunds\/(re_\w+)$/.exec(path) ?? [];
    if (refundId !== undefined) {
      const refund = this.refunds.find((one) => one.id === refundId);
      return refund ? { status: 200, body: refund } : invalid({ code: 'resource_missing', param: 'id' });
    }
    if (path !== '/v1/payment_intents/search') throw new Error(`The stand-in does not know GET ${path}.`);
    const [, quoted = ''] = /^metadata\['key'\]:'(.*)'$/.exec(query.get('query') ?? '') ?? [];
    const key = quoted.replaceAll(/\\(.)/g, '$1');
    const data = this.indexed ? this.intents.filter(({ metadata }) => metadata['key'] === key) : [];
    return { status: 200, body: { object: 'search_result', url: path, data, has_more: false } };
  }

  write(path: string, form: URLSearchParams): Answer {
    if (path === '/v1/payment_methods') return this.#addCard(form);
    if (path === '/v1/customers') return this.#addCustomer(form);
    if (path === '/v1/tokens') return { status: 200, body: { id: id('cvctok'), object: 'token' } };
    if (path === '/v1/payment_intents') return this.#charge(form);
    if (path === '/v1/refunds') return this.#refund(form);
    throw new Error(`The stand-in does not know POST ${path}.`);
  }

  #addCard(form: URLSearchParams): Answer {
    const number = form.get('card[number]') ?? '';
    const paymentMethod = id('pm');
    this.#cards.set(paymentMethod, number);
    const kept = {
      brand: number.startsWith('4') ? 'visa' : 'mastercard',
      last4: number.slice(-4),
      exp_month: Number(form.get('card[exp_month]')),
      exp_year: Number(form.get('card[exp_year]')),
      funding: number === '5105105105105100' ? 'prepaid' : 'credit',
    };
    const method = { id: paymentMethod, object: 'payment_method', type: 'card', card: kept };
    this.#methods.set(paymentMethod, method);
    return { status: 200, body: method };
  }

  #addCustomer(form: URLSearchParams): Answer {
    const paymentMethod = form.get('payment_method') ?? '';
    const number = this.#cards.get(paymentMethod);
    if (number === undefined) return invalid({ code: 'resource_missing', param: 'payment_method' });
    if (number === REFUSED_AT_ONCE) return failed(402, card('processing_error'));
    const customer = id('cus');
    this.#customers.set(paymentMethod, customer);
    return { status: 200, body: { id: customer, object: 'customer' } };
  }

  #charge(form: URLSearchParams): Answer {
    const paymentMethod = form.get('payment_method') ?? '';
    const attached = this.#customers.get(paymentMethod);
    if (attached === undefined || attached !== form.get('customer'))
      return invalid({ code: 'resource_missing', param: 'payment_method' });
    if (form.get('confirm') !== 'true' || form.get('currency') !== 'usd') return invalid({ param: 'confirm' });
    const decline = declines[this.#cards.get(paymentMethod) ?? ''];
    const amount = Number(form.get('amount'));
    const intent: Intent = {
      id: id('pi'),
      object: 'payment_intent',
      created: Math.floor(this.#now().getTime() / 1_000),
      amount,
      amount_received: decline ? 0 : amount,
      status: decline ? 'requires_payment_method' : 'succeeded',
      metadata: metadataOf(form),
      last_payment_error: decline ? card(...decline) : null,
    };
    this.intents.push(intent);
    return decline ? failed(402, { ...card(...decline), payment_intent: intent }) : { status: 200, body: intent };
  }

  #refund(form: URLSearchParams): Answer {
    const intent = this.intents.find((one) => one.id === form.get('payment_intent'));
    if (!intent) return invalid({ code: 'resource_missing', param: 'payment_intent' });
    const given = this.refunds.filter((one) => one.payment_intent === intent.id);
    const left = intent.amount_received - given.reduce((sum, one) => sum + one.amount, 0);
    const amount = Number(form.get('amount'));
    if (left === 0) return invalid({ code: 'charge_already_refunded' });
    if (amount > left) return invalid({ param: 'amount' });
    const refund: Refund = {
      id: id('re'),
      object: 'refund',
      created: Math.floor(this.#now().getTime() / 1_000),
      amount,
      payment_intent: intent.id,
      status: 'succeeded',
      metadata: metadataOf(form),
    };
    this.refunds.push(refund);
    return { status: 200, body: refund };
  }
}
