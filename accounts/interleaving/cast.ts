/** Who takes part in the interleaving, and what an order with number `n` is: the same in every process. */
export const ACCOUNTS = 8;
export const accountOf = (n: number): string => `holder-${n % ACCOUNTS}`;

/** Accounts that are closed while the others go on. */
export const CLOSERS = 24;
export const closerOf = (n: number): string => `closer-${n % CLOSERS}`;
/** E.164, by which each is blocked. */
export const numberOf = (n: number): string => `+1213555${String(1_000 + (n % CLOSERS))}`;

/** $2.00 to $100.00. */
export const centsOf = (n: number): number => 200 + ((n * 397) % 9_801);

/** Cards at the sandbox, by what they do. */
export const behaviours = ['approve', 'approve', 'insufficient-funds', 'answer-lost', 'never-arrives'];
/** As the sandbox makes tokens: letters only. */
export const tokenFor = (behaviour: string): string => `tok_${behaviour.replaceAll('-', '').padEnd(24, 'x')}`;
export const tokenOf = (n: number): string => tokenFor(behaviours[n % behaviours.length] ?? '');
/** Of AutoPay. */
export const keptToken = tokenFor('approve');

/** One account in four has AutoPay, one asks by text, the other two pay by themselves. */
export const modeOf = (n: number): 'autopay' | 'textpay' | undefined =>
  n % 4 === 0 ? 'autopay' : n % 4 === 2 ? 'textpay' : undefined;
export const mobileOf = (n: number): string => `+1213555${String(2_000 + (n % ACCOUNTS))}`;
