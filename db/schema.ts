import type { ServiceTermsTable, TermsConsentTable } from './schema/service-terms.ts';
import type { AccountNumberTable, AccountTable, BlockTable, PrivilegedNumberTable } from './schema/destinations.ts';
import type { CallEventTable, CallTable, LegTable } from './schema/calls.ts';
import type {
  AccountActivityTable,
  AccountClosingTable,
  BankHolidayTable,
  CardRefundTable,
  ChequeEventTable,
  ChequeTable,
  RefundTermsTable,
  UnclaimedFundTable,
} from './schema/closing.ts';
import type {
  CredentialTable,
  FacilityTable,
  RegistrationTable,
  StationTable,
  TrunkTable,
} from './schema/facilities.ts';
import type { SavedCardTable } from './schema/cards.ts';
import type { DepositContradictionTable, DepositTable } from './schema/deposits.ts';
import type {
  AgentLanguageTable,
  AgentTable,
  DeskCodeTable,
  DeskEntryTable,
  DeskEventTable,
  DeskHolidayTable,
  DeskHoursTable,
  DeskLegTable,
  DeskListeningTable,
  DeskMessageTable,
  DeskOrderTable,
  DeskTermsTable,
} from './schema/desk.ts';
import type {
  AccountNumberChangeTable,
  AccountProfileChangeTable,
  AccountProfileTable,
  EnrolmentTable,
} from './schema/enrolment.ts';
import type {
  FundingChangeTable,
  FundingChargeTable,
  FundingPlanTable,
  FundingTextMonthTable,
  LowBalanceTable,
  TextPayAlertTable,
} from './schema/funding.ts';
import type {
  AccessTokenTable,
  IdentityAccountTable,
  IdentityGuessTable,
  IdentityNumberTable,
  IdentityQuestionTable,
  IdentityRemovalTable,
  IdentitySessionTable,
  IdentityTable,
  IdentityTermsTable,
  MailProofTable,
  NumberProofTable,
  RateWindowTable,
  RefreshTokenTable,
  SignUpTable,
} from './schema/identity.ts';
import type {
  DocumentConsentTable,
  IdentityDocumentTable,
  IdentityReviewTable,
  VerificationImageTable,
} from './schema/documents.ts';
import type { EventTable, WebhookTable } from './schema/events.ts';
import type { EntryTable, HoldTable, LedgerAccountTable, PostingTable } from './schema/ledger.ts';
import type { LineCallTable } from './schema/line-calls.ts';
import type { LockboxFileTable, LockboxLineTable } from './schema/lockbox.ts';
import type { IvrNodeTable } from './schema/nodes.ts';
import type { InboundTextTable, NoticeTable, TextOptOutTable } from './schema/notices.ts';
import type { PasscodeEventTable, PasscodeLockTable, PasscodeTable } from './schema/passcode.ts';
import type {
  PaymentEventTable,
  PaymentLimitTable,
  PaymentTable,
  ReceivableEventTable,
  ReceivableTable,
} from './schema/payments.ts';
import type { PersonTable, SpokenNameTable } from './schema/people.ts';
import type { PinGuessTable, WrongPinHourTable } from './schema/pin-guesses.ts';
import type { QuestionDayTable, QuestionEventTable, QuestionTable } from './schema/questions.ts';
import type { FacilitySizeTable, RateCapTable, RateTable } from './schema/rates.ts';
import type { OutboxTable, RecordingTable } from './schema/recordings.ts';
import type { RepeatingJobTable } from './schema/repeating-jobs.ts';
import type {
  ServiceKeyTable,
  StaffAuditTable,
  StaffFacilityTable,
  StaffRecoveryCodeTable,
  StaffSessionTable,
  StaffTable,
} from './schema/staff.ts';
import type { SandboxCardTable, SandboxChargeTable, SandboxRefundTable } from './schema/sandbox-gateway.ts';

/** Every table, as db/migrations/ makes them; snake_case there is camelCase here (CamelCasePlugin). */
export interface Schema {
  facility: FacilityTable;
  station: StationTable;
  trunk: TrunkTable;
  credential: CredentialTable;
  registration: RegistrationTable;
  person: PersonTable;
  spokenName: SpokenNameTable;
  block: BlockTable;
  privilegedNumber: PrivilegedNumberTable;
  account: AccountTable;
  accountNumber: AccountNumberTable;
  call: CallTable;
  leg: LegTable;
  callEvent: CallEventTable;
  recording: RecordingTable;
  outbox: OutboxTable;
  ledgerAccount: LedgerAccountTable;
  posting: PostingTable;
  entry: EntryTable;
  hold: HoldTable;
  sandboxCard: SandboxCardTable;
  sandboxCharge: SandboxChargeTable;
  sandboxRefund: SandboxRefundTable;
  savedCard: SavedCardTable;
  rate: RateTable;
  rateCap: RateCapTable;
  facilitySize: FacilitySizeTable;
  deposit: DepositTable;
  depositContradiction: DepositContradictionTable;
  fundingPlan: FundingPlanTable;
  fundingChange: FundingChangeTable;
  lowBalance: LowBalanceTable;
  textPayAlert: TextPayAlertTable;
  fundingCharge: FundingChargeTable;
  fundingTextMonth: FundingTextMonthTable;
  repeatingJob: RepeatingJobTable;
  refundTerms: RefundTermsTable;
  serviceTerms: ServiceTermsTable;
  termsConsent: TermsConsentTable;
  bankHoliday: BankHolidayTable;
  accountClosing: AccountClosingTable;
  cardRefund: CardRefundTable;
  cheque: ChequeTable;
  chequeEvent: ChequeEventTable;
  accountActivity: AccountActivityTable;
  unclaimedFund: UnclaimedFundTable;
  paymentLimit: PaymentLimitTable;
  payment: PaymentTable;
  paymentEvent: PaymentEventTable;
  receivable: ReceivableTable;
  receivableEvent: ReceivableEventTable;
  lockboxFile: LockboxFileTable;
  lockboxLine: LockboxLineTable;
  lineCall: LineCallTable;
  ivrNode: IvrNodeTable;
  notice: NoticeTable;
  textOptOut: TextOptOutTable;
  inboundText: InboundTextTable;
  enrolment: EnrolmentTable;
  accountNumberChange: AccountNumberChangeTable;
  accountProfile: AccountProfileTable;
  accountProfileChange: AccountProfileChangeTable;
  passcode: PasscodeTable;
  passcodeEvent: PasscodeEventTable;
  passcodeLock: PasscodeLockTable;
  pinGuess: PinGuessTable;
  wrongPinHour: WrongPinHourTable;
  agent: AgentTable;
  agentLanguage: AgentLanguageTable;
  deskHours: DeskHoursTable;
  deskHoliday: DeskHolidayTable;
  deskEntry: DeskEntryTable;
  deskEvent: DeskEventTable;
  deskTerms: DeskTermsTable;
  deskCode: DeskCodeTable;
  deskLeg: DeskLegTable;
  deskListening: DeskListeningTable;
  deskMessage: DeskMessageTable;
  deskOrder: DeskOrderTable;
  question: QuestionTable;
  questionEvent: QuestionEventTable;
  questionDay: QuestionDayTable;
  identity: IdentityTable;
  identityQuestion: IdentityQuestionTable;
  signUp: SignUpTable;
  mailProof: MailProofTable;
  identitySession: IdentitySessionTable;
  refreshToken: RefreshTokenTable;
  accessToken: AccessTokenTable;
  identityGuess: IdentityGuessTable;
  rateWindow: RateWindowTable;
  identityTerms: IdentityTermsTable;
  staff: StaffTable;
  staffFacility: StaffFacilityTable;
  staffSession: StaffSessionTable;
  staffRecoveryCode: StaffRecoveryCodeTable;
  staffAudit: StaffAuditTable;
  serviceKey: ServiceKeyTable;
  identityAccount: IdentityAccountTable;
  numberProof: NumberProofTable;
  identityNumber: IdentityNumberTable;
  identityRemoval: IdentityRemovalTable;
  documentConsent: DocumentConsentTable;
  identityReview: IdentityReviewTable;
  identityDocument: IdentityDocumentTable;
  verificationImage: VerificationImageTable;
  event: EventTable;
  webhook: WebhookTable;
}
