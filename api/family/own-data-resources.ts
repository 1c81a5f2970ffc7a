import { z } from 'zod';

/* The document of everything that is kept of somebody. What is not known is absent. */

const at = z.iso.datetime();
const optionalAt = at.optional();
const day = z.iso.date();
const cents = z.int();
const text = z.string();
const optional = text.optional();
const language = z.enum(['en', 'es']);

const ownLine = <S extends z.ZodRawShape>(shape: S) => z.array(z.strictObject(shape));
const accountLine = <S extends z.ZodRawShape>(shape: S) => z.array(z.strictObject({ accountNumber: text, ...shape }));
const notice = { channel: z.enum(['text', 'e-mail']), recipient: text, subject: optional, body: text, state: text };
const address = {
  addressLine1: optional,
  addressLine2: optional,
  ...{ city: optional, region: optional, postalCode: optional, country: optional, phone: optional },
};
const refund = { cause: text, cents, state: text, dueFrom: day, dueUntil: day, madeAt: at };
const plan = { mode: text, amountCents: cents, mobile: optional, email: optional, notices: text };

export const ownData = z
  .strictObject({
    madeAt: at,
    profile: z.strictObject({
      ...{ id: z.uuid(), email: text, language, firstName: text, lastName: text, ...address, hasPasscode: z.boolean() },
      ...{ emailVerifiedAt: at, passwordSetAt: at, registeredAt: at },
    }),
    accounts: ownLine({ accountNumber: text, status: z.enum(['open', 'closed']), way: text, since: at }),
    securityQuestions: ownLine({ question: text }),
    terms: ownLine({ version: text, language, at }),
    sessions: ownLine({
      ...{ device: optional, startedAt: at, usedAt: at, expiresAt: at, provenUntil: optionalAt },
      ...{ endedAt: optionalAt, endedAs: optional },
    }),
    provenNumbers: ownLine({ number: text, provenAt: at }),
    numberProofs: ownLine({ number: text, tries: z.int(), writtenAt: at, expiresAt: at, endedAt: optionalAt }),
    documentConsents: ownLine({ version: text, language, wording: text, at, withdrawnAt: optionalAt }),
    documentReviews: ownLine({
      ...{ state: text, submittedAt: optionalAt, decidedAt: optionalAt, reasons: z.array(text).optional() },
    }),
    documentPictures: ownLine({
      ...{ side: text, bytes: z.int(), width: z.int(), height: z.int(), storedAt: at, endedAt: optionalAt },
    }),
    notices: ownLine({ ...notice, writtenAt: at, endedAt: optionalAt }),
    questions: ownLine({
      ...{ reference: text, name: text, email: text, subject: text, body: text, language, accountNumber: optional },
      ...{ number: optional, askedAt: at, state: text, answer: optional, closedAs: optional },
    }),
    accountEnrolments: accountLine({ facilityId: optional, number: text, byKind: text, at }),
    accountNumbers: accountLine({ number: text, addedAt: at }),
    accountNumberChanges: accountLine({ number: text, kind: text, byKind: text, at }),
    accountProfiles: accountLine({
      ...{ version: z.int(), firstName: optional, lastName: optional, ...address, language, notices: text },
      ...{ mobile: optional, email: optional, changedAt: at },
    }),
    accountProfileChanges: accountLine({ version: z.int(), fields: z.array(text), byKind: text, at }),
    accountPasscodeEvents: accountLine({ kind: text, byKind: text, at, lockedUntil: optionalAt }),
    accountTermsByPhone: accountLine({ version: text, language, callId: text, at }),
    accountBlocks: accountLine({
      ...{ number: text, facilityId: optional, placedAt: at, placedBy: text, reason: text },
      ...{ liftedAt: optionalAt, liftedBy: optional },
    }),
    accountCards: accountLine({
      ...{ brand: text, lastFour: text, expiryMonth: z.int(), expiryYear: z.int(), funding: text },
      ...{ agreementVersion: text, agreedAt: at, channel: text, savedAt: at, removedAt: optionalAt },
    }),
    accountDeposits: accountLine({
      ...{ id: text, cents, channel: text, cardBrand: text, cardLastFour: text, state: text, declineReason: optional },
      ...{ callingNumber: optional, intendedAt: at, settledAt: optionalAt },
    }),
    accountPayments: accountLine({
      ...{ kind: text, issuer: text, serial: text, receivedOn: day, cents, memo: text, state: text, enteredAt: at },
      sender: z.record(text, z.unknown()).optional(),
    }),
    accountAutopay: accountLine({
      ...{ ...plan, thresholdCents: cents, language, agreementVersion: text, agreedAt: at, enrolledAt: at },
      ...{ suspendedAt: optionalAt, endedAt: optionalAt },
    }),
    accountAutopayChanges: accountLine({ kind: text, ...plan, byKind: text, at }),
    accountAutopayCharges: accountLine({
      ...{ cents, cardBrand: text, cardLastFour: text, state: text, reason: optional, startedAt: at, endedAt: optionalAt },
    }),
    accountTextPayAlerts: accountLine({ mobile: text, cents, sentAt: at, expiresAt: at, state: text }),
    accountTransactions: accountLine({ reference: text, kind: text, at, cents, balanceCents: cents }),
    accountRefunds: accountLine({ ...refund, endedAt: optionalAt }),
    accountCheques: accountLine({
      ...{ ...refund, payee: optional, address: z.record(text, z.unknown()).optional(), chequeNumber: optional },
    }),
    accountClosings: accountLine({ byKind: text, balanceCents: cents, numbers: z.array(text), at }),
    accountUnclaimedFunds: accountLine({ cents, lastActiveAt: at, at, claimedAt: optionalAt }),
    accountCalls: accountLine({
      ...{ id: z.uuid(), at, facility: text, timeZone: text, number: text, disposition: text },
      ...{ talkSeconds: z.int(), billedCents: cents },
    }),
    accountNotices: accountLine({ ...notice, at }),
  })
  .meta({ id: 'OwnData', description: 'Everything that is kept of somebody, but secrets, what is a digest of one, and pictures' }); // prettier-ignore
