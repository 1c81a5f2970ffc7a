import { z } from 'zod';
import { e164, text } from '../resources.ts';

/* What web and app take and give of accounts; see ../resources.ts. Lengths keep out what no person types; the rules are in accounts/. */

export const at = z.iso.datetime();
export const language = z.enum(['en', 'es']);
export const cents = z.int().describe('US cents');
export const typed = (most: number) => text(most).min(1);
/** Never told back. */
export const secret = (most = 16) => typed(most).meta({ format: 'password', writeOnly: true });
export const cursor = typed(512).optional().describe('`next` of the page before');
export const limit = (usual: number, most: number) => z.coerce.number().int().min(1).max(most).default(usual);
export const next = z.string().optional().describe('Asks for the next page; absent on the last');
export const result = <const T extends string>(...results: [T, ...T[]]) => z.strictObject({ result: z.enum(results) });
export const accountNumber = text(40).describe('Ten digits, as letters and receipts show it');
export const facilityId = typed(64);
const state = z.string().regex(/^[A-Z]{2}$/, 'is no abbreviation of a state');
/** The driver hands out what int8 holds as text. */
export const rowId = z.string().regex(/^[1-9]\d{0,17}$/, 'is no id');

export const facility = z.strictObject({ id: facilityId, name: z.string(), state }).meta({ id: 'FacilityChoice' });
export const facilitiesQuery = z.strictObject({
  state: state.optional(),
  q: typed(100).optional().describe('Words of its name, or its number'),
  limit: limit(25, 100),
  cursor,
});
export const facilities = z.strictObject({ facilities: z.array(facility), next });

const notices = z.enum(['text', 'e-mail', 'both', 'none']);
const reach = {
  notices: notices.describe('How the holder wants to be told things'),
  mobile: text(40).optional().describe('Where texts go: of the United States'),
  email: text(254).optional(),
};
const sharing = z
  .strictObject({ accountNumber, passcode: secret() })
  .describe('Of the account that has the number already: whoever knows both may use the number as well');
export const enrolling = z.strictObject({
  state,
  facilityId,
  number: typed(40).optional().describe('The first authorised number; the telephone of the registration without'),
  language,
  ...reach,
  passcode: secret().optional().describe('Four digits; those of the registration without'),
  passcodeAgain: secret().optional(),
  sharing: sharing.optional(),
});
export const enrolled = z.strictObject({
  accountNumber,
  number: e164,
  facility: facility.optional(),
  at,
  passcode: z.enum(['set', 'of-registration', 'none']).describe('none: set one, agents ask for it'),
  blockedEverywhere: z
    .boolean()
    .describe('No facility may call the number, say because of an account that was closed: an agent can lift that'),
});
export const claiming = z.strictObject({ accountNumber, passcode: secret() });
export const claimed = z.strictObject({ result: z.enum(['claimed', 'yours-already']), accountNumber });

export const accountShown = z
  .strictObject({
    accountNumber,
    status: z.enum(['open', 'closed']),
    phone: e164.optional(),
    availableCents: cents.describe('What can be spent: the balance less what is held for calls that go on'),
    balanceCents: cents,
    heldCents: cents,
    complete: z.boolean().describe('Whether facility, name and address are known'),
    facility: facility.optional(),
    numbers: z.array(z.strictObject({ number: e164, addedAt: at })),
    hasPasscode: z.boolean(),
  })
  .meta({ id: 'OwnAccount' });
export const accounts = z.strictObject({
  accounts: z.array(z.strictObject({ accountNumber, status: z.enum(['open', 'closed']), since: at })),
});
export const facilityChosen = z.strictObject({ state, facilityId });
export const passcodeSet = z.strictObject({
  passcode: secret(),
  passcodeAgain: secret(),
  current: secret().optional().describe('The one there is'),
});

export const numberAdding = z.strictObject({ number: typed(40), sharing: sharing.optional() });
export const numberPath = z.strictObject({ number: typed(40) });
export const numbers = z.strictObject({
  result: z.enum(['added', 'already-there', 'removed', 'not-there']),
  numbers: z.array(e164),
});

const word = z.string().nullable();
export const profile = z
  .strictObject({
    firstName: word,
    lastName: word,
    addressLine1: word,
    addressLine2: word,
    city: word,
    region: word,
    postalCode: word,
    country: word,
    phone: word,
    language,
    notices,
    mobile: word,
    email: word,
  })
  .meta({ id: 'OwnProfile', description: 'Null: not known yet' });
export const profileEdit = z.strictObject({
  firstName: typed(200),
  lastName: typed(200),
  addressLine1: typed(200),
  addressLine2: text(200).optional(),
  city: typed(200),
  region: typed(200),
  postalCode: typed(40),
  country: text(2).min(2).describe('ISO 3166-1 alpha-2'),
  phone: typed(40),
});
export const preferences = z.strictObject({ language, ...reach });

export const ownBlock = z
  .strictObject({
    id: rowId,
    placedAt: at,
    scope: z.union([z.literal('all'), z.strictObject({ facilityId, facilityName: z.string() })]),
    liftable: z.boolean(),
    whyNot: z
      .enum(['agent-only', 'number-unproven'])
      .optional()
      .describe(
        'number-unproven: somebody at that telephone placed it; prove that the number is yours. Else an agent helps',
      ),
  })
  .meta({ id: 'OwnBlock' });
export const provenNumbers = z
  .strictObject({
    numbers: z.array(
      z.strictObject({ number: e164, provenAt: at, until: at.describe('When it is to be proven anew') }),
    ),
  })
  .meta({ id: 'ProvenNumbers' });
export const digitsSent = z.strictObject({
  result: z.literal('sent'),
  number: e164,
  expiresAt: at.describe('The digits are good until then, for five tries'),
});
export const digitsShown = z.strictObject({
  code: z
    .string()
    .regex(/^[0-9]{6}$/, 'is not six digits')
    .meta({ format: 'password', writeOnly: true }),
});
export const numberProven = z.strictObject({ result: z.literal('proven'), number: e164, until: at });
export const ownBlocks = z.strictObject({ number: e164, blocks: z.array(ownBlock), next });
export const blocking = z.strictObject({
  number: e164,
  facilityId: facilityId.optional().describe('All facilities without'),
});
export const blockPath = z.strictObject({ id: rowId });
export const blockPlaced = result('placed', 'already-blocked');

/** Not a card's number: what the gateway's own page handed out. */
const cardToken = z
  .string()
  .regex(/^[A-Za-z]+_[A-Za-z0-9]{2,255}$/, 'is no token of the card processor’s page')
  .meta({
    format: 'password',
    writeOnly: true,
    description: 'What the card processor’s own page handed out; never a number',
  });
const agreementVersion = typed(40).describe('Of the payment agreement that was shown and accepted');
export const depositing = z.strictObject({
  cents: cents.describe('US cents, 200 to 10000'),
  card: z
    .strictObject({
      token: cardToken,
      save: z.strictObject({ agreementVersion }).optional().describe('Save it as well'),
    })
    .optional()
    .describe('The saved card without'),
});
export const deposit = z
  .strictObject({
    id: z.uuid(),
    state: z.enum(['captured', 'declined', 'pending']).describe('pending: not known yet; it is not charged again'),
    cents,
    feeCents: z.literal(0),
    card: z.strictObject({ brand: z.string(), lastFour: z.string() }),
    reference: z.string().optional().describe('Of the transaction, when it was captured'),
    balanceCents: cents.optional(),
    reason: z.string().optional().describe('Why it was declined'),
    returned: z.boolean().optional().describe('The account was closed meanwhile: the money goes back to the card'),
    cardSaved: z.boolean().optional(),
  })
  .meta({ id: 'OwnDeposit' });
export const depositPath = z.strictObject({ id: z.uuid() });

export const savedCard = z
  .strictObject({
    brand: z.string(),
    lastFour: z.string(),
    expiryMonth: z.int(),
    expiryYear: z.int(),
    funding: z.string(),
    expired: z.boolean(),
    savedAt: at,
  })
  .meta({ id: 'OwnCard' });
export const cards = z.strictObject({
  cards: z.array(savedCard).describe('One at most'),
  agreement: z.strictObject({ version: z.string(), en: z.string(), es: z.string() }).optional(),
});
export const cardSaving = z.strictObject({ token: cardToken, agreementVersion });

export const transaction = z
  .strictObject({ at, reference: z.string(), kind: z.string(), cents, balanceCents: cents })
  .meta({ id: 'OwnTransaction', description: 'cents: positive in, negative out' });
export const transactions = z.strictObject({ transactions: z.array(transaction), next });
export const day = z.iso.date();
export const statement = z
  .strictObject({
    from: day,
    until: day.describe('The last day of it'),
    timeZone: z.string(),
    openingCents: cents,
    inCents: cents,
    outCents: cents,
    closingCents: cents,
    lines: z.array(
      z.strictObject({
        at,
        reference: z.string(),
        kind: z.string(),
        seconds: z.int().optional(),
        inCents: cents,
        outCents: cents,
        balanceCents: cents,
      }),
    ),
  })
  .meta({ id: 'OwnStatement' });

const mode = z.enum(['autopay', 'textpay', 'both']);
export const autopayChoice = z.strictObject({
  mode,
  amountCents: cents.describe('Whole dollars, 500 to 10000'),
  mobile: text(40).optional().describe('Of the United States'),
  email: text(254).optional(),
  notices: z.enum(['text', 'e-mail', 'both']),
  language,
  agreementVersion,
});
export const autopay = z
  .strictObject({
    mode: z
      .enum(['opt-out', 'autopay', 'textpay', 'both'])
      .describe('opt-out: takes part in neither, as everybody begins'),
    amountCents: cents.optional(),
    thresholdCents: cents.optional(),
    feeCents: z.literal(0),
    mobile: z.string().optional(),
    email: z.string().optional(),
    notices: z.enum(['text', 'e-mail', 'both', 'none']).optional(),
    language: language.optional(),
    enrolledAt: at.optional(),
    suspendedAt: at.optional().describe('The card was declined too often: change the plan to go on'),
    chargedNow: z
      .boolean()
      .optional()
      .describe('The balance is low already: the card is charged, or the text sent, now'),
  })
  .meta({ id: 'OwnAutoPay' });

const due = z.strictObject({ from: day, until: day });
export const closingPreview = z
  .strictObject({
    version: z.string().describe('Of what is shown: closing comes with it'),
    balanceCents: cents,
    heldCents: cents,
    cards: z.array(z.strictObject({ brand: z.string(), lastFour: z.string(), cents, due })),
    cheque: z.strictObject({ cents, due, addressKnown: z.boolean() }).optional(),
    pending: z.strictObject({ many: z.int(), cents }),
    numbers: z.array(e164).describe('Blocked for every facility afterwards; an agent alone lifts that'),
    sharedNumbers: z.array(e164),
    said: z.array(z.string()).describe('The same in words, to be shown before it is done'),
  })
  .meta({ id: 'OwnClosing' });
export const closing = z.strictObject({ version: typed(128).describe('Of the preview that was shown') });
export const closed = z.strictObject({
  result: z.literal('closed'),
  balanceCents: cents,
  numbers: z.array(e164),
  at,
});

export const accountCall = z
  .strictObject({
    id: z.uuid(),
    at,
    facility: z.string(),
    timeZone: z.string(),
    number: e164,
    outcome: z.enum(['talked', 'declined', 'missed']),
    talkSeconds: z.int(),
    billedCents: cents,
  })
  .meta({ id: 'OwnCall', description: 'An attempt to reach a number of the account' });
export const accountCalls = z.strictObject({ calls: z.array(accountCall), next });
export const callSummary = z
  .strictObject({
    from: day,
    until: day,
    attempts: z.int(),
    talked: z.int(),
    declined: z.int(),
    missed: z.int(),
    talkSeconds: z.int(),
    totalCents: cents,
    lastAttemptAt: at.optional(),
  })
  .meta({ id: 'OwnCallSummary' });

export const notice = z
  .strictObject({
    id: rowId,
    at,
    channel: z.enum(['text', 'e-mail']),
    recipient: z.string(),
    subject: z.string().optional(),
    body: z.string(),
    state: z.enum(['waiting', 'sending', 'sent', 'failed', 'unknown']),
  })
  .meta({ id: 'OwnNotice' });
export const noticesOfAccount = z.strictObject({ notices: z.array(notice), next });
