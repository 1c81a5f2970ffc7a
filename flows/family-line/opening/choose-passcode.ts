import type { Answered } from '../../menu/ask-again.ts';
import { enterSecret } from '../../menu/entry.ts';
import { SecretDigits } from '../../menu/secret-digits.ts';
import type { Prompt } from '../../prompt.ts';
import { prompt } from '../../prompt.ts';
import type { Visit } from '../visit.ts';
import { passcodeLength } from '../visit.ts';

/** Passcodes that may be begun in one call. */
const tries = 3;

/**
 * Lets the caller choose a passcode and enter it twice (guide row 28). It goes into `into`, which whoever gave it wipes; the second one
 * is wiped here. `*` at the second begins anew.
 */
export async function choosePasscode({ line, ports }: Visit, into: SecretDigits): Promise<Answered<void>> {
  const again = new SecretDigits();
  const entry = (ask: readonly Prompt[], digits: SecretDigits, weak: (typed: SecretDigits) => boolean) =>
    enterSecret(line, {
      ask,
      into: digits,
      complete: ({ length }) => length === passcodeLength,
      wrong: (typed) => {
        if (typed.length !== passcodeLength) return prompt('passcode.four-digits');
        return weak(typed) ? prompt('open.passcode-easy') : undefined;
      },
    });
  try {
    let before: readonly Prompt[] = [];
    for (let begun = 0; begun < tries; begun++) {
      const first = await entry([...before, prompt('open.passcode')], into, (typed) => ports.openings.tooEasy(typed));
      if (first.kind !== 'answer') return first;
      const second = await entry([prompt('open.passcode-again')], again, () => false);
      if (second.kind === 'answer' && same(into, again)) return second;
      if (second.kind !== 'answer' && second.kind !== 'back') return second;
      before = second.kind === 'answer' ? [prompt('open.passcode-differs')] : [];
    }
  } finally {
    again.wipe();
  }
  await line.say(prompt('open.no-passcode'));
  return { kind: 'agent' };
}

const same = (one: SecretDigits, other: SecretDigits): boolean =>
  one.length === other.length && one.bytes.every((byte, index) => byte === other.bytes[index]);
