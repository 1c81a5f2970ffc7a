import { Kysely, Migrator, type Migration } from 'kysely';
import { PoolDialect } from './pool.ts';
import * as facilities from './migrations/0001-facilities.ts';
import * as people from './migrations/0002-people.ts';
import * as destinations from './migrations/0003-destinations.ts';
import * as calls from './migrations/0004-calls.ts';
import * as recordings from './migrations/0005-recordings.ts';
import * as ledger from './migrations/0006-ledger.ts';
import * as sandboxGateway from './migrations/0008-sandbox-gateway.ts';
import * as cards from './migrations/0009-cards.ts';
import * as rates from './migrations/0011-rates.ts';
import * as deposits from './migrations/0015-deposits.ts';
import * as funding from './migrations/0016-funding.ts';
import * as invites from './migrations/0017-invites.ts';
import * as registrationOrder from './migrations/0018-registration-order.ts';
import * as notices from './migrations/0020-notices.ts';
import * as closing from './migrations/0021-closing.ts';
import * as repeatingJobs from './migrations/0023-repeating-jobs.ts';
import * as enrolment from './migrations/0024-enrolment.ts';
import * as passcode from './migrations/0025-passcode.ts';
import * as payments from './migrations/0026-payments.ts';
import * as lockbox from './migrations/0027-lockbox.ts';
import * as postings from './migrations/0028-postings.ts';
import * as closingBlocks from './migrations/0029-closing-blocks.ts';
import * as pinGuesses from './migrations/0030-pin-guesses.ts';
import * as refundQuestions from './migrations/0031-refund-questions.ts';
import * as desk from './migrations/0036-desk.ts';
import * as lineCalls from './migrations/0040-line-calls.ts';
import * as passcodeLocks from './migrations/0041-passcode-locks.ts';
import * as gatewayContradictions from './migrations/0042-gateway-contradictions.ts';
import * as deskAfter from './migrations/0046-desk-after.ts';
import * as watchedBalances from './migrations/0051-watched-balances.ts';
import * as facilityNumbers from './migrations/0052-facility-numbers.ts';
import * as serviceTerms from './migrations/0053-service-terms.ts';
import * as agentsDecide from './migrations/0058-agents-decide.ts';
import * as callingNumber from './migrations/0059-calling-number.ts';
import * as attended from './migrations/0060-attended.ts';
import * as listening from './migrations/0061-listening.ts';
import * as deskMessage from './migrations/0062-desk-message.ts';
import * as questions from './migrations/0063-questions.ts';
import * as refundLooks from './migrations/0063-refund-looks.ts';
import * as identity from './migrations/0064-identity.ts';
import * as ivrNodes from './migrations/0065-ivr-nodes.ts';
import * as staff from './migrations/0066-staff.ts';
import * as serviceKeyEnds from './migrations/0085-service-key-ends.ts';
import * as serviceKeys from './migrations/0067-service-keys.ts';
import * as staffViews from './migrations/0070-staff-views.ts';
import * as listeningOrder from './migrations/0071-listening-order.ts';
import * as identityAccounts from './migrations/0073-identity-accounts.ts';
import * as events from './migrations/0074-events.ts';
import * as softphone from './migrations/0075-softphone.ts';
import * as talkOrders from './migrations/0076-talk-orders.ts';
import * as documents from './migrations/0077-documents.ts';
import * as verificationImages from './migrations/0078-verification-images.ts';
import * as consentWithdrawn from './migrations/0079-consent-withdrawn.ts';
import * as staffOwn from './migrations/0080-staff-own.ts';
import * as numberProofs from './migrations/0081-number-proofs.ts';
import * as proofAnew from './migrations/0087-proof-anew.ts';
import * as ownData from './migrations/0088-own-data.ts';

/** In order; a migration that has been released is never edited. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-facilities': facilities,
  '0002-people': people,
  '0003-destinations': destinations,
  '0004-calls': calls,
  '0005-recordings': recordings,
  '0006-ledger': ledger,
  '0008-sandbox-gateway': sandboxGateway,
  '0009-cards': cards,
  '0011-rates': rates,
  '0015-deposits': deposits,
  '0016-funding': funding,
  '0017-invites': invites,
  '0018-registration-order': registrationOrder,
  '0020-notices': notices,
  '0021-closing': closing,
  '0023-repeating-jobs': repeatingJobs,
  '0024-enrolment': enrolment,
  '0025-passcode': passcode,
  '0026-payments': payments,
  '0027-lockbox': lockbox,
  '0028-postings': postings,
  '0029-closing-blocks': closingBlocks,
  '0030-pin-guesses': pinGuesses,
  '0031-refund-questions': refundQuestions,
  '0036-desk': desk,
  '0040-line-calls': lineCalls,
  '0041-passcode-locks': passcodeLocks,
  '0042-gateway-contradictions': gatewayContradictions,
  '0046-desk-after': deskAfter,
  '0051-watched-balances': watchedBalances,
  '0052-facility-numbers': facilityNumbers,
  '0053-service-terms': serviceTerms,
  '0058-agents-decide': agentsDecide,
  '0059-calling-number': callingNumber,
  '0060-attended': attended,
  '0061-listening': listening,
  '0062-desk-message': deskMessage,
  '0063-questions': questions,
  '0063-refund-looks': refundLooks,
  '0064-identity': identity,
  '0065-ivr-nodes': ivrNodes,
  '0066-staff': staff,
  '0067-service-keys': serviceKeys,
  '0070-staff-views': staffViews,
  '0071-listening-order': listeningOrder,
  '0073-identity-accounts': identityAccounts,
  '0074-events': events,
  '0075-softphone': softphone,
  '0076-talk-orders': talkOrders,
  '0077-documents': documents,
  '0078-verification-images': verificationImages,
  '0079-consent-withdrawn': consentWithdrawn,
  '0080-staff-own': staffOwn,
  '0081-number-proofs': numberProofs,
  '0085-service-key-ends': serviceKeyEnds,
  '0087-proof-anew': proofAnew,
  '0088-own-data': ownData,
};

/** A migration may rewrite a big table. */
const STATEMENT_MS = 30 * 60_000;

/**
 * Brings the schema up to date and tells which migrations ran. Any number of processes may do so at once: an advisory lock lets one
 * work and the others find nothing left. Throws what a failed migration threw, or DatabaseUnavailable; nothing of it is kept then.
 */
export async function migrate(url: string): Promise<string[]> {
  const options = { url, max: 2, connectMs: 5_000, statementMs: STATEMENT_MS, name: 'homeline migrate' };
  const db = new Kysely<unknown>({ dialect: new PoolDialect(options) });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
    const { error, results } = await migrator.migrateToLatest();
    if (error) throw error instanceof Error ? error : new Error('A migration failed.', { cause: error });
    return (results ?? []).map((result) => result.migrationName);
  } finally {
    await db.destroy();
  }
}
