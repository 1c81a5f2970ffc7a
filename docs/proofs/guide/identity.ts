import type { GuideRow } from '../guide-rows.ts';
import { by } from '../proof.ts';

/** Rows 53 to 61: who somebody is. */
export const identityRows: readonly GuideRow[] = [
  {
    row: 53,
    asks: 'One sign-in for web and app; the e-mail address is the name',
    does: 'Sessions of each device, with short tokens that are renewed; the case of the address makes no other',
    proofs: [
      ...by(
        'accounts/identity/sign-in',
        'who registered signs in, with the address in any case; before its proof nobody does',
      ),
      ...by('api/identity/identity', 'one sees one’s sessions, ends one or all, and nobody else’s'),
    ],
  },
  {
    row: 54,
    asks: 'Registration in three steps: address and password, security questions, contact',
    does: 'Then six digits or a link by e-mail prove the address',
    proofs: [
      ...by(
        'accounts/identity/register',
        'three steps and six digits make an identity, and nothing that is secret is kept as it was typed',
        'it says which step is missing, what is wrong, and changes no more when it is submitted',
      ),
      ...by('api/identity/identity', 'a family registers, signs in, sees itself, accepts the terms, and signs out'),
    ],
  },
  {
    row: 55,
    asks: 'A password of 8 characters with a number, an upper-case and a lower-case letter; it and the address are entered twice',
    does: 'Each rule by itself, all faults told at once; passwords that everybody uses are refused',
    proofs: [
      ...by('accounts/identity/password', '%j breaks %j (row 55)', 'each rule is looked at by itself'),
      ...by('accounts/identity/register', 'everything that is wrong with the first step is told at once'),
    ],
  },
  {
    row: 56,
    asks: 'Three security questions, for a forgotten password',
    does: 'Three different ones of a catalogue in both languages; a forgotten password needs the mail and all three',
    proofs: [
      ...by(
        'accounts/identity/questions',
        'three different questions of the catalogue, with three different answers (row 56)',
      ),
      ...by(
        'accounts/identity/reset-password',
        'by digits and three answers, however they are spelled, there is another password, and no session left',
      ),
    ],
  },
  {
    row: 57,
    asks: 'Legal first and last name, address, and a telephone with its country code',
    does: 'Read by the rules of each country; corrected later under the version that was seen',
    proofs: [
      ...by(
        'accounts/profile/name-and-address',
        'abroad a region and a postal code are what they are there',
        'everything that is wrong is told at once',
      ),
      ...by(
        'accounts/profile/change-profile',
        'name, address and telephone are written down once they are given (row 57), with who changed which part',
      ),
      ...by(
        'accounts/identity/register',
        'it says which step is missing, what is wrong, and changes no more when it is submitted',
      ),
    ],
  },
  {
    row: 58,
    asks: 'A picture of six digits that a person types',
    does: 'Drawn anew for each, said aloud for who does not see it, good for ten minutes and one registration',
    proofs: [
      ...by(
        'api/identity/image',
        'a picture is shown, said aloud, and read by who registers',
        'the answer tells nothing of the digits beside the picture',
      ),
      ...by(
        'accounts/identity/image/image',
        'the right digits are good once',
        'it is tried five times in all, however many try at once',
      ),
    ],
  },
  {
    row: 59,
    asks: 'Terms are accepted at the first sign-in; rates and disclosures are linked to',
    does: 'Who is signed in sees which version is to be accepted; version, language and moment are kept, and never changed',
    proofs: [
      ...by('api/identity/identity', 'a family registers, signs in, sees itself, accepts the terms, and signs out'),
      ...by(
        'accounts/enrolment/open-by-phone',
        'terms are in force from their day on, and neither they nor consents are changed',
      ),
    ],
    missing: 'the links, which are the web layer’s; the API does not serve rates',
  },
  {
    row: 60,
    asks: 'A government ID, front and back, and a recent photo, given once; consent to keep them',
    does: 'Made anew as a JPEG of ours, encrypted each with its own key, deleted when their days are over; nothing is kept before the consent',
    proofs: [
      ...by(
        'api/family/documents',
        'a family agrees, sends three pictures, and waits; nothing else of theirs waits',
        'what is no picture that is taken is refused with why',
        'nobody sees or sends another’s',
      ),
      ...by(
        'accounts/documents/documents',
        'nobody’s picture is kept before they agreed to the wording in force',
        'a picture lies in storage encrypted, under a name that says nothing; the later of a side counts',
      ),
      ...by('accounts/documents/picture', 'whatever is sent, it is a picture of ours or a refusal'),
      ...by(
        'accounts/documents/sweep',
        'pictures go when their days after the decision are over, those in review stay; what was decided stays',
      ),
    ],
    missing: 'whether somebody is alone in the picture, and whether it is recent: a person looks at that',
  },
  {
    row: 61,
    asks: 'The agency approves a registration automatically or by hand',
    does: 'By policy at once, or by a supervisor, with reasons that are told; each look at a picture is written down',
    proofs: [
      ...by('api/family/documents', 'where the policy is so they are approved at once, and asked no more'),
      ...by(
        'api/staff/views/documents',
        'somebody approves what they saw; it is told, and written down',
        'somebody rejects with reasons, which are told',
        'a picture is shown and kept nowhere, and each look at it is written down',
        'supervisors and administrators look and decide, and nobody else does either',
      ),
    ],
  },
];
