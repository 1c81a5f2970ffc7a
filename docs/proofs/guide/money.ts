import type { GuideRow } from '../guide-rows.ts';
import { by } from '../proof.ts';

/** Rows 30 to 52: the account and its money. */
export const moneyRows: readonly GuideRow[] = [
  {
    row: 30,
    asks: 'A prepaid account, which pays for video alone: voice is free',
    does: 'A double-entry ledger from which nobody spends what they do not have; a paid rate needs a row of its own',
    proofs: [
      ...by('db/ledger', 'nobody spends what they do not have, nor what is held'),
      ...by('accounts/rating/rates', 'voice calls from a state prison of California are free, and nobody else’s are'),
    ],
    missing: 'video calls, which would be paid from it, come later',
  },
  {
    row: 31,
    asks: 'A deposit is $2.00 to $100.00',
    does: 'Cents count; the limits are the same on the line, on the web and at the desk',
    proofs: [
      ...by('accounts/money', 'a deposit is $2.00 to $100.00, both included'),
      ...by(
        'accounts/deposits/deposits',
        'what is not a deposit is refused with a code, and neither charged nor written',
      ),
      ...by('flows/menu/amount', 'an amount as people type it is never beyond the limits, whatever is typed'),
      ...by('api/family/money', 'deposits as %j are refused: %s'),
    ],
  },
  {
    row: 32,
    asks: 'No fee; the total is the amount',
    does: 'Said on the line before it is confirmed, in the answer of the API and in the receipt',
    proofs: [
      ...by(
        'accounts/receipts/card-receipts',
        'a receipt tells amount, fee, card, account, day, new balance and the number of the transaction',
      ),
      ...by(
        'api/family/money',
        'deposits by a card of the gateway’s page are made once, and the card is saved when its holder agrees',
      ),
      ...by('test-calls/family-line', 'a family pays with a card in Spanish, then blocks a facility'),
    ],
  },
  {
    row: 33,
    asks: 'A receipt on screen and by e-mail, with the number of the transaction',
    does: 'A reference with a check digit, told in the answer, by text and by e-mail, once',
    proofs: [
      ...by(
        'accounts/receipts/card-receipts',
        'a receipt tells amount, fee, card, account, day, new balance and the number of the transaction',
        'the same order, the resolver and the gateway’s own word, many times and at once: one receipt',
      ),
      ...by(
        'api/family/money',
        'deposits by a card of the gateway’s page are made once, and the card is saved when its holder agrees',
      ),
      ...by('accounts/notices/real-server/exim', 'a receipt in Spanish is in the mailbox, over TLS, as it was written'),
    ],
  },
  {
    row: 34,
    asks: 'A card is saved when its holder wants that and accepts the agreement',
    does: 'The agreement’s version and moment are kept with the card',
    proofs: [
      ...by(
        'accounts/cards/saved-card',
        'a card is saved with the agreement, its time and the channel, and is the one the account pays with',
        'the agreement is the one in force when it was agreed to, within the hour',
      ),
      ...by(
        'api/family/money',
        'deposits by a card of the gateway’s page are made once, and the card is saved when its holder agrees',
      ),
    ],
  },
  {
    row: 35,
    asks: 'Other ways to pay: the bank’s bill-pay, cheques and money orders by mail, the account’s number in the memo',
    does: 'An agent enters them, or a lockbox file is imported; what matches nobody waits in suspense',
    proofs: [
      ...by('accounts/rails/enter-payment', 'a %s goes from %s to the account its memo names'),
      ...by(
        'accounts/rails/lockbox/import',
        'good lines are posted, what matches nobody is in suspense with its reason, a bad line is told by number',
      ),
    ],
    missing: 'the address to which payments are mailed is told nowhere: it is the agency’s, and no setting has it',
  },
  {
    row: 36,
    asks: 'MoneyGram and Western Union have been ways to pay',
    does: 'Entered like a cheque; what is given back of them goes by cheque',
    proofs: [
      ...by('accounts/rails/enter-payment', 'a %s goes from %s to the account its memo names'),
      ...by('accounts/refunds/split', 'when a cheque or a money order was used last, that much goes by cheque first'),
    ],
  },
  {
    row: 37,
    asks: 'Enrol: a state, its facilities page by page, then a confirmation on screen and by e-mail',
    does: 'The same on the web and on the line; confirmed once',
    proofs: [
      ...by(
        'accounts/enrolment/enrol',
        'an account is opened with a number of its own, its facility, its first authorised number and a place in the ledger',
        'it is confirmed once, by e-mail wherever there is an address and by text where texts are wanted (row 37)',
      ),
      ...by(
        'api/family/accounts',
        'facilities come in pages that leave nothing out, to anybody, and a cursor that is none is refused',
        'an account is opened by whoever is signed in, once for each key, and seen with its number, facility, name and funds',
      ),
    ],
  },
  {
    row: 38,
    asks: 'The overview: account number, phone, status and what can be spent',
    does: 'With what is held for a call apart',
    proofs: [
      ...by(
        'accounts/profile/change-profile',
        'the overview shows account number, phone, status and what can be spent (row 38)',
      ),
      ...by(
        'api/family/accounts',
        'an account is opened by whoever is signed in, once for each key, and seen with its number, facility, name and funds',
      ),
    ],
  },
  {
    row: 39,
    asks: 'Authorised numbers: at least one, first that of the enrolment; added and deleted',
    does: 'The last one stays, also when two delete at once',
    proofs: [
      ...by(
        'accounts/numbers/change-numbers',
        'numbers are added and removed, with who and when, and the holder is told (row 39)',
        'the last number stays (row 39)',
        'two who remove at once on two connections leave one',
      ),
      ...by('api/family/accounts', 'numbers are added and taken away, never the last'),
    ],
  },
  {
    row: 40,
    asks: 'A statement, and a list of transactions with their references',
    does: 'By the days of the house, in pages that fit together; as CSV and PDF in both languages',
    proofs: [
      ...by(
        'accounts/statements/read',
        'a statement begins with what was there, tells what happened and ends with what is there',
        'transactions come in pages, the newest first; what is posted meanwhile shifts nothing',
      ),
      ...by(
        'api/family/statement-files',
        'a statement is a file that a spreadsheet opens, of the account’s number and days, and nobody keeps it on the way',
        'or a PDF, whole, for whoever has no wish or says so',
      ),
      ...by(
        'accounts/statements/statement-pdf',
        'a statement says whose it is, of which time, its four figures and its lines',
      ),
      ...by(
        'api/family/money',
        'statement and transactions show what came in and went out by the house’s days, and come in pages',
      ),
    ],
  },
  {
    row: 41,
    asks: 'AutoPay and TextPay are off until they are chosen',
    does: 'One choice: neither, one, or both',
    proofs: [
      ...by('accounts/funding/enrolment', 'nobody takes part until they choose to'),
      ...by(
        'api/family/money',
        'AutoPay and TextPay are off until they are chosen, and change under the version that was seen alone',
      ),
    ],
  },
  {
    row: 42,
    asks: 'AutoPay deposits the preset amount whenever the balance falls to $5.00',
    does: 'Noticed in the transaction that lowers the balance, served once, also when a process dies over it',
    proofs: [
      ...by(
        'db/low-balance',
        'a balance of $5.01 is not low, one of $5.00 is, and says which posting made it so',
        'a fall is noticed once however far it goes, and the next one after the balance was above $5.00',
      ),
      ...by(
        'accounts/funding/serve-low-balance',
        'AutoPay charges the preset amount, says so, and is ready for the next fall',
      ),
      ...by(
        'accounts/funding/dying-worker',
        'a worker killed at every step, each time by SIGKILL, and begun again: one charge in the gateway’s own record',
      ),
    ],
  },
  {
    row: 43,
    asks: 'Its amount is $5 to $100 in whole dollars, without a fee',
    does: 'A validator of its own, beside that of deposits',
    proofs: [
      ...by('accounts/money', 'AutoPay takes whole dollars, $5 to $100, both included'),
      ...by('accounts/funding/terms', 'from $5 to $100 in whole dollars, with the agreement and its time'),
      ...by('api/family/money', 'AutoPay and TextPay as %j are refused: %s'),
    ],
  },
  {
    row: 44,
    asks: 'Its notices by text, e-mail or both; mobiles of the United States alone',
    does: 'However the number is typed; a number abroad is refused',
    proofs: [
      ...by(
        'processes/joining',
        'AutoPay with notices by %s is confirmed there and nowhere else, joining and leaving (44, 47)',
        'a mobile is typed as the holder likes and texted as it is; one of another country joins nothing and hears nothing (44)',
        'AutoPay tells what it charged, in Spanish to whoever wants that (44)',
      ),
    ],
  },
  {
    row: 45,
    asks: 'At most five texts a month, and the notice of what messages cost',
    does: 'Counted by the database for each mobile and month; more come by e-mail',
    proofs: [
      ...by(
        'processes/joining',
        'five texts a month reach a mobile, beside what confirms the holder’s own acts; then e-mail, and texts again next month (45)',
      ),
      ...by(
        'accounts/notices/contact',
        'five texts a month go to a mobile, also when ten ask at once; the next month begins anew',
      ),
      ...by('accounts/funding/wording', 'who joins hears what it costs and how to end it: row 45'),
    ],
  },
  {
    row: 46,
    asks: 'TextPay asks at $5.00; the answer pays the preset amount; no answer, no payment',
    does: 'PAY alone pays, once for each question; STOP and HELP never do',
    proofs: [
      ...by(
        'accounts/funding/text-pay',
        'PAY pays the preset amount of the account that was asked about, once',
        'who does not answer is not charged',
        'STOP and PAY at once: either it was paid before, or it is not paid',
      ),
      ...by(
        'processes/joining',
        'TextPay is confirmed by text whatever the notices, asks, is paid by PAY, once, and ended by a text (46, 47)',
      ),
    ],
  },
  {
    row: 47,
    asks: 'Leaving is confirmed on screen and by text, as joining is',
    does: 'On the web, on the line, or by a text that opts out',
    proofs: [
      ...by(
        'processes/joining',
        'AutoPay with notices by %s is confirmed there and nowhere else, joining and leaving (44, 47)',
        'leaving TextPay on the web is confirmed by text (47)',
      ),
      ...by(
        'accounts/funding/text-pay',
        'STOP ends TextPay and the texts of AutoPay on every account of the mobile, with one text',
      ),
    ],
  },
  {
    row: 48,
    asks: 'The card is shown when it was saved, and can be replaced',
    does: 'Brand and last four; not taken away while AutoPay or TextPay pays with it',
    proofs: [
      ...by('accounts/cards/saved-card', 'a card that AutoPay or TextPay pays with is not removed, and is replaced'),
      ...by('api/family/money', 'the saved card is replaced, and forgotten unless AutoPay pays with it'),
    ],
  },
  {
    row: 49,
    asks: 'Closing: look at address and balance first, which may lack calls of the last 24 hours',
    does: 'What will happen is said in both languages; what is done is what was shown, or it is shown anew',
    proofs: [
      ...by('accounts/closing/wording', 'everything that will happen is said before, in English', 'and in Spanish'),
      ...by(
        'accounts/closing/close',
        'what is closed is what was shown: anything else is shown anew, and nothing is done',
      ),
      ...by('api/family/money', 'closing does what was shown, once, and nothing else'),
    ],
  },
  {
    row: 50,
    asks: 'What was paid by card goes back to the card last used, in 10 to 12 business days',
    does: 'The days and the bank’s holidays are dated data',
    proofs: [
      ...by(
        'accounts/refunds/due-days',
        'a card in 10 to 12 business days, a cheque in two to three weeks (guide rows 50, 51)',
      ),
      ...by(
        'accounts/refunds/split',
        'the card last used first, then the one before, and what no payment explains by cheque',
      ),
      ...by('accounts/refunds/serve-refund', 'the gateway gives it back, once, and the books say so'),
    ],
  },
  {
    row: 51,
    asks: 'What was paid otherwise goes back by a cheque in two to three weeks; the address is corrected first',
    does: 'A cheque without an address waits for one',
    proofs: [
      ...by(
        'accounts/refunds/due-days',
        'a card in 10 to 12 business days, a cheque in two to three weeks (guide rows 50, 51)',
      ),
      ...by(
        'accounts/refunds/cheques',
        'a cheque is claimed, mailed and cashed; each step once, with its posting',
        'without an address a cheque waits, and is claimed when there is one',
      ),
    ],
  },
  {
    row: 52,
    asks: 'Most purchases are not given back',
    does: 'An agent alone gives back, a part or all of what is there, with a reason',
    proofs: [
      ...by(
        'accounts/refunds/serve-refund',
        'an agent gives a part back to the payment last used, with a reason, once for each key',
        'what is not to be given back is refused with a code, and nothing moves',
      ),
    ],
  },
];
