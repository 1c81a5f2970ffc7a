import type { Chapter } from '../asvs.ts';
import { not, so, tested } from '../asvs-words.ts';
import { by } from '../proof.ts';

const fuzzed = by('api/testing/fuzz/fuzz', '%s is found');

export const validation: Chapter = {
  name: 'V5 Validation',
  requirements: [
    tested('5.1.1', 'parameters that come twice', by('api/text-webhook', 'a text %s is refused'), fuzzed),
    tested(
      '5.1.2',
      'no field is set that is not asked for',
      by('api/staff/members', 'what is nobody’s id, and a body with more than is asked, are problems'),
      by('api/questions/questions', 'a question is refused with a code for what is wrong with it'),
    ),
    tested(
      '5.1.3',
      'everything that comes in is read by what is allowed',
      fuzzed,
      by('api/server', 'blocks a wrong number, an unknown facility and no JSON are problems'),
    ),
    tested(
      '5.1.4',
      'by schemas, with lengths and patterns',
      by('accounts/profile/name-and-address', 'everything that is wrong is told at once', 'no text makes it throw'),
      by('accounts/cards/card-details', 'a card is refused for the first thing that is wrong with it'),
    ),
    so(
      '5.1.5',
      'redirects lead to what is allowed',
      'One redirect, to /console/; webhooks follow none',
      by('jobs/webhooks/post', 'a letter follows no redirect'),
    ),
    not('5.2.1', 'HTML of editors is made safe', 'No HTML is taken'),
    tested(
      '5.2.2',
      'free text has allowed characters and a length',
      by(
        'accounts/questions/plain-text',
        'a text has no control character in it: %j',
        'a text is bounded and not empty, and may be HTML, which is a text like any other',
      ),
    ),
    tested(
      '5.2.3',
      'nothing is put into mail',
      by('accounts/questions/plain-text', 'a line, as a header field is has no end in it: %j'),
      by(
        'accounts/notices/real-server/exim',
        'a question is confirmed and answered, each once, as plain text of which no line is a header',
      ),
    ),
    so(
      '5.2.4',
      'no eval',
      'The linter’s rules and the page’s policy allow none',
      by('api/console', 'what may run only what we sent does, in no frame, and it reaches us alone'),
    ),
    so(
      '5.2.5',
      'no templates from strangers',
      'Wording has values, which are text',
      by('flows/prompt', 'a prompt refuses to be told without its values, and keys that have no name'),
    ),
    tested(
      '5.2.6',
      'no request of ours is led elsewhere',
      by(
        'jobs/webhooks/post',
        'addresses %s is not of the public Internet',
        'a letter goes to no address that may not be reached, however it is called',
        'a letter goes to the address that was looked at, though the name means another one by then',
      ),
    ),
    tested(
      '5.2.7',
      'SVG of users',
      by(
        'accounts/documents/picture',
        'what is two things at once is one afterwards a drawing with a script in it is no picture',
      ),
    ),
    not('5.2.8', 'Markdown or style of users', 'None is taken'),
    tested(
      '5.3.1',
      'output is encoded for whoever reads it',
      by('accounts/statements/csv', 'text that a spreadsheet would run is text; amounts of ours stay numbers'),
      by('accounts/refunds/cheques', 'the file for the printer has payee, amount and address, and no formula'),
      by('api/docs/docs', 'the reference shows whatever is written as what it is'),
    ),
    tested(
      '5.3.2',
      'every character is kept',
      by(
        'accounts/notices/real-server/exim',
        'a subject with accents, long lines and lines of a single dot arrive as they are',
      ),
      by(
        'accounts/questions/ask',
        'what is wrong is refused, and nothing is kept takes the longest there may be, in any script',
      ),
    ),
    so(
      '5.3.3',
      'no script of strangers runs in the page',
      'Preact writes text; the policy runs our files alone and asks for Trusted Types',
      by(
        'api/console',
        'what may run only what we sent does, in no frame, and it reaches us alone',
        'what may run the page has no script, style or address of its own in it',
      ),
    ),
    tested(
      '5.3.4',
      'SQL has parameters',
      fuzzed,
      by(
        'accounts/faq/search',
        'a search of questions and answers takes whatever may be typed',
        'a search of questions and answers finds what surrounds a NUL or an operator',
      ),
    ),
    so('5.3.5', 'what has no parameters is escaped', 'No SQL is put together from what comes in'),
    tested('5.3.6', 'JSON is JSON', fuzzed),
    not('5.3.7', 'LDAP', 'There is none'),
    so(
      '5.3.8',
      'no commands of the operating system',
      'Programs are started with fixed arguments; nothing that comes in is among them',
    ),
    so(
      '5.3.9',
      'no file is named by a stranger',
      'Files of the page are looked up in what was bundled; recordings by their row',
      by('api/console', 'a file is kept for good, and one that was replaced is not answered with the page'),
    ),
    so('5.3.10', 'no XPath or XML', 'FreeSWITCH’s events alone are XML, from a server of ours'),
    so(
      '5.4.1',
      'memory-safe code',
      'JavaScript; bytes of RTP and SIP are read behind checks of their length',
      by(
        'test-calls/attacks/spoilt',
        'what reads SDP, RTP, WAV, tones, commands and frames takes or refuses 2,000 of each',
      ),
    ),
    so('5.4.2', 'no formats of strangers', 'There are none in JavaScript’s templates'),
    tested(
      '5.4.3',
      'numbers stay within bounds',
      by(
        'accounts/money',
        'no text makes it throw, and what is taken is a safe whole number of cents within the limits',
        'a number from a request is taken only as whole cents within the limits',
      ),
    ),
    not('5.5.1', 'serialised objects are signed', 'None are taken'),
    not('5.5.2', 'XML parsers are restricted', 'No XML of strangers is read: the API answers it with 415'),
    tested(
      '5.5.3',
      'what is read is read safely',
      fuzzed,
      by('api/server', 'the door a content that is no JSON is not read, whatever is in it'),
    ),
    so('5.5.4', 'JSON.parse reads JSON', 'And nothing else does'),
  ],
};
