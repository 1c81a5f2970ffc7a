/** What can be done, as `resource.verb`: every way in asks for one. */
export const acts = [
  'number.read',
  'block.place',
  'block.lift',
  'account.read',
  'statement.read',
  'deposit.take',
  'refund.read',
  'refund.decide',
  'cheque.read',
  'cheque.handle',
  'call.read',
  'recording.read',
  'recording.listen',
  'live.read',
  'live.listen',
  'queue.read',
  'agent.state',
  'phone.use',
  'agent.manage',
  'document.view',
  'document.decide',
  'question.read',
  'question.ask',
  'question.answer',
  'audit.read',
  'figures.read',
  'person.read',
  'staff.manage',
  'self.manage',
] as const;
export type Act = (typeof acts)[number];

/** What somebody who works here is. */
export const roles = ['agent', 'supervisor', 'investigator', 'facility-staff', 'administrator'] as const;
export type Role = (typeof roles)[number];

/** Whoever an act may be allowed to: a role, or a server of the web or app layer that shows a key. */
export type Who = Role | 'service-key';
