/** What becomes of one message of RFC 4475 §3 that comes to the SIP port. */
export interface Torture {
  readonly section: string;
  readonly name: string;
  /** The final answer; `silence` where there is none. 486 and 200 are the client's. */
  readonly answer: number | 'silence';
  /** Whether the client gets it, as it came. */
  readonly told: boolean;
  /** Why, where the RFC leaves a choice. */
  readonly why?: string;
}

const all = (text: string): Torture[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [section = '', name = '', answer = '', told, why] = line.trim().split(/\s{2,}/);
      return {
        section,
        name,
        answer: answer === 'silence' ? answer : Number(answer),
        told: told === 'told',
        ...(why !== undefined && { why }),
      };
    });

export const torture: readonly Torture[] = all(`
  3.1.1.1   wsinv       481      kept   its To has a tag, of a dialog that nobody knows
  3.1.1.2   intmeth     501      kept   no client can ask for methods of others' invention
  3.1.1.3   esc01       486      told
  3.1.1.4   escnull     200      told
  3.1.1.5   esc02       501      kept   it is no REGISTER: escapes do not count in a method
  3.1.1.6   lwsdisp     200      told
  3.1.1.7   longreq     486      told
  3.1.1.8   dblreq      200      told
  3.1.1.9   semiuri     200      told
  3.1.1.10  transports  200      told
  3.1.1.11  mpart01     200      told
  3.1.1.12  unreason    silence  kept   a response of no request of ours
  3.1.1.13  noreason    silence  kept   a response of no request of ours
  3.1.2.1   badinv01    silence  kept   its Via cannot be read: nobody would know the answer again
  3.1.2.2   clerr       400      kept
  3.1.2.3   ncl         400      kept
  3.1.2.4   scalar02    400      kept
  3.1.2.5   scalarlg    silence  kept   a response
  3.1.2.6   quotbal     400      kept
  3.1.2.7   ltgtruri    400      kept
  3.1.2.8   lwsruri     400      kept
  3.1.2.9   lwsstart    400      kept
  3.1.2.10  trws        400      kept
  3.1.2.11  escruri     400      kept
  3.1.2.12  baddate     486      told   the date is the client's to read
  3.1.2.13  regbadct    400      kept
  3.1.2.14  badaspec    400      kept
  3.1.2.15  baddn       400      kept
  3.1.2.16  badvers     505      kept
  3.1.2.17  mismatch01  400      kept
  3.1.2.18  mismatch02  400      kept
  3.1.2.19  bigcode     silence  kept   a response
  3.2.1     badbranch   200      told
  3.3.1     insuf       400      kept
  3.3.2     unkscm      416      kept
  3.3.3     novelsc     416      kept
  3.3.4     unksm2      200      told   a registrar refuses it, and that is the client
  3.3.5     bext01      200      told   what is required is the client's to know
  3.3.6     invut       486      told   so are types of bodies
  3.3.7     regaut01    200      told   and ways to show who one is
  3.3.8     multi01     400      kept
  3.3.9     mcl01       400      kept
  3.3.10    bcast       silence  kept   a response of no request of ours
  3.3.11    zeromf      200      told   it has come to its end, and goes no further
  3.3.12    cparam01    200      told
  3.3.13    cparam02    200      told
  3.3.14    regescrt    200      told
  3.3.15    sdp01       486      told   what is accepted is the client's to know
  3.4.1     inv2543     400      kept   RFC 3261 §8.1.1.3 and §8.1.1.8 want a tag and a Contact
`);
