/** How much harm it does in the wrong hands, the least first; `docs/data.md` says what each asks for. */
export const classes = {
  open: 'anybody may know it',
  house: 'runs the house, and is of nobody: staff by role',
  personal:
    'tells who somebody is, whom they speak with or what they said: by role, what is looked up by staff is written down',
  money: 'personal, and part of the books: never changed, corrected by what is posted against it',
  secret: 'lets somebody in: as a digest under a secret that lies elsewhere, or sealed; shown to nobody',
} as const;
export type DataClass = keyof typeof classes;

export interface Kept {
  readonly what: string;
  /** The highest of what it holds, but for the columns that are named as secrets. */
  readonly class: DataClass;
  readonly of: string;
  readonly tables: readonly string[];
  /** `table.column`, and as what it is kept. */
  readonly secrets?: Readonly<Record<string, string>>;
  readonly until: string;
}

const families = 'families';
const inside = 'people inside';
const staff = 'who works here';
const nobody = 'nobody';
const GOOD = 'for good';
const ARGON = 'Argon2id under a pepper';
const DIGEST = 'a digest of a random token';
const CARD = 'the gateway’s name of a card, good for nothing without its key';

/** Everything that is kept, table by table. */
export const keptData: readonly Kept[] = [
  {
    ...{ what: 'Terms, rates, hours, holidays, limits', class: 'open', of: nobody, until: GOOD },
    tables: [
      'service_terms',
      'refund_terms',
      'rate',
      'rate_cap',
      'facility_size',
      'bank_holiday',
      'payment_limit',
      'desk_hours',
      'desk_holiday',
      'desk_terms',
      'desk_code',
    ],
  },
  {
    ...{ what: 'Facilities, their phones and trunks', class: 'house', of: nobody, until: 'while they are served' },
    tables: ['facility', 'station', 'trunk', 'credential', 'registration'],
    secrets: {
      'credential.ha1': 'HA1 of SIP digest (RFC 7616), which is the password to who has it: of this realm alone',
    },
  },
  {
    ...{
      what: 'Processes and their work',
      class: 'house',
      of: nobody,
      until: 'while it is to be done; what is done a week',
    },
    tables: ['ivr_node', 'repeating_job', 'outbox', 'kysely_migration', 'kysely_migration_lock'],
  },
  {
    ...{
      what: 'People inside, and their names as they said them',
      class: 'personal',
      of: inside,
      until: 'until their agency takes them out',
    },
    tables: ['person', 'spoken_name'],
    secrets: { 'person.pin_digest': 'HMAC-SHA-256 under a pepper, of this facility alone' },
  },
  {
    ...{ what: 'Wrong PINs', class: 'house', of: inside, until: 'until the right one; counts of an hour stay' },
    tables: ['pin_guess', 'wrong_pin_hour'],
  },
  {
    ...{
      what: 'Calls, attempts, what was said and pressed in them (secrets as such), where recordings lie',
      class: 'personal',
      of: `${inside}, ${families}`,
      until: 'until an agency says how long',
    },
    tables: ['call', 'leg', 'call_event', 'recording'],
  },
  {
    ...{ what: 'Numbers that are not to be called, or never recorded', class: 'personal', of: families, until: GOOD },
    tables: ['block', 'privileged_number'],
  },
  {
    ...{
      what: 'Calls to the 866 line, the desk, who waited, who listened',
      class: 'personal',
      of: `${families}, ${staff}`,
      until: GOOD,
    },
    tables: [
      'line_call',
      'desk_entry',
      'desk_event',
      'desk_leg',
      'desk_order',
      'desk_listening',
      'agent',
      'agent_language',
    ],
  },
  {
    ...{
      what: 'Voice messages',
      class: 'personal',
      of: families,
      until: 'as many days as `desk_terms` says; that there was one stays',
    },
    tables: ['desk_message'],
  },
  {
    ...{ what: 'Accounts: holder, address, numbers, what was agreed to', class: 'personal', of: families, until: GOOD },
    tables: [
      'account',
      'account_number',
      'account_number_change',
      'account_profile',
      'account_profile_change',
      'account_activity',
      'account_closing',
      'enrolment',
      'terms_consent',
    ],
  },
  {
    ...{
      what: 'Passcodes of accounts',
      class: 'personal',
      of: families,
      until: 'until it is changed; what happened to it stays',
    },
    tables: ['passcode', 'passcode_event', 'passcode_lock'],
    secrets: { 'passcode.hash': ARGON },
  },
  {
    ...{
      what: 'Who removed their profile, by a number',
      class: 'personal',
      of: families,
      until: 'where they were told things until that is gone; the number for good',
    },
    tables: ['identity_removal'],
  },
  {
    ...{ what: 'Who has registered on the web', class: 'personal', of: families, until: 'while they are registered' },
    tables: ['identity', 'identity_question', 'identity_terms', 'identity_account', 'identity_number'],
    secrets: {
      'identity.password_hash': ARGON,
      'identity.passcode_hash': ARGON,
      'identity_question.answer_hash': ARGON,
    },
  },
  {
    ...{
      what: 'Registrations and proofs on their way',
      class: 'personal',
      of: families,
      until: 'two hours to a day; proofs a day more, for counting',
    },
    tables: ['sign_up', 'mail_proof', 'number_proof', 'verification_image'],
    secrets: {
      'sign_up.password_hash': ARGON,
      'sign_up.token_digest': DIGEST,
      'mail_proof.token_digest': DIGEST,
      'mail_proof.grant_digest': DIGEST,
      'mail_proof.code_digest': 'HMAC-SHA-256 of six digits under a secret, five tries',
      'number_proof.code_digest': 'HMAC-SHA-256 of six digits under a secret, five tries',
    },
  },
  {
    ...{
      what: 'Sessions of families',
      class: 'secret',
      of: families,
      until: 'tokens to their end; sessions a month after theirs',
    },
    tables: ['identity_session', 'access_token', 'refresh_token'],
    secrets: { 'access_token.digest': DIGEST, 'refresh_token.digest': DIGEST },
  },
  {
    ...{
      what: 'Guesses and counts of requests, by a keyed digest of who',
      class: 'house',
      of: `${families}, ${staff}`,
      until: 'guesses a month, counts to the end of their window',
    },
    tables: ['identity_guess', 'rate_window'],
  },
  {
    ...{
      what: 'Identity documents: the agreement, what was decided, where pictures lie',
      class: 'personal',
      of: families,
      until:
        'pictures `ID_DOCUMENT_DAYS` after the decision, or when the agreement is taken back; what was decided stays',
    },
    tables: ['document_consent', 'identity_review', 'identity_document'],
    secrets: { 'identity_document.sealed_key': 'the picture’s key, sealed by AES-256-GCM under a secret' },
  },
  {
    ...{ what: 'The ledger', class: 'money', of: families, until: GOOD },
    tables: ['ledger_account', 'posting', 'entry', 'hold'],
  },
  {
    ...{ what: 'Deposits, cards, AutoPay and TextPay', class: 'money', of: families, until: GOOD },
    tables: [
      'deposit',
      'deposit_contradiction',
      'saved_card',
      'funding_plan',
      'funding_change',
      'funding_charge',
      'funding_text_month',
      'low_balance',
      'text_pay_alert',
    ],
    secrets: { 'deposit.card_token': CARD, 'saved_card.token': CARD, 'funding_charge.card_token': CARD },
  },
  {
    ...{ what: 'Cheques, money orders, refunds, unclaimed money', class: 'money', of: families, until: GOOD },
    tables: [
      'payment',
      'payment_event',
      'receivable',
      'receivable_event',
      'lockbox_file',
      'lockbox_line',
      'card_refund',
      'cheque',
      'cheque_event',
      'unclaimed_fund',
    ],
  },
  {
    ...{
      what: 'The sandbox that stands in for a card gateway',
      class: 'house',
      of: nobody,
      until: 'it is not used where a gateway is',
    },
    tables: ['sandbox_card', 'sandbox_charge', 'sandbox_refund'],
    secrets: { 'sandbox_card.token': CARD, 'sandbox_charge.token': CARD },
  },
  {
    ...{ what: 'Texts and e-mail, sent and come in, and who wants none', class: 'personal', of: families, until: GOOD },
    tables: ['notice', 'inbound_text', 'text_opt_out'],
  },
  {
    ...{
      what: 'Questions and their answers',
      class: 'personal',
      of: families,
      until: 'counts of a day to its end; questions for good',
    },
    tables: ['question', 'question_event', 'question_day'],
  },
  {
    ...{
      what: 'What web and app are told',
      class: 'personal',
      of: `${families}, ${inside}`,
      until: 'events a month; subscriptions until they are ended',
    },
    tables: ['event', 'webhook'],
  },
  {
    ...{ what: 'Who works here, and what they did', class: 'personal', of: staff, until: GOOD },
    tables: ['staff', 'staff_facility', 'staff_audit'],
    secrets: {
      'staff.password_hash': ARGON,
      'staff.totp': 'the key of an app of codes, sealed by AES-256-GCM under a secret',
      'staff.totp_pending': 'the same, until a code of it was shown',
    },
  },
  {
    ...{
      what: 'Their sessions and recovery codes, keys of services',
      class: 'secret',
      of: `${staff}, services`,
      until: 'until they end or are used; that they were stays',
    },
    tables: ['staff_session', 'staff_recovery_code', 'service_key'],
    secrets: {
      'staff_session.digest': DIGEST,
      'staff_recovery_code.digest': 'HMAC-SHA-256 under a secret',
      'service_key.digest': DIGEST,
    },
  },
];

/** What lies outside of the database. */
export const keptFiles: readonly (readonly [what: string, class_: DataClass, where: string, until: string])[] = [
  [
    'Recordings of talks, each side on its own channel',
    'personal',
    'folder or S3 bucket, SHA-256 in the database; a spool until then',
    'until an agency says how long',
  ],
  ['Voice messages', 'personal', 'the same', 'as many days as `desk_terms` says'],
  ['Spoken names', 'personal', 'folder', 'with the person'],
  [
    'Pictures of identity documents',
    'personal',
    'folder or S3 bucket, each encrypted with its own key',
    '`ID_DOCUMENT_DAYS`',
  ],
  ['Card numbers and security codes', 'secret', 'a buffer in memory, wiped when the gateway has answered', 'seconds'],
  [
    'Peppers, sealing secrets, passwords of servers',
    'secret',
    'files of their own (`NAME_FILE`), never beside the database',
    'until they are replaced',
  ],
  ['Logs', 'personal', 'standard output or files: ids, routes and codes; never a secret', 'the operator’s'],
];
