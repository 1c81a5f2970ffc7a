import type { Prompt, Value } from '../prompt.ts';
import type { ExploredLine } from './explored-line.ts';

/** Of a card that many may be told. */
const mayBeTold = 4;

/** Every secret that was typed, against everything told after it: of a card the last four, of codes and passcodes nothing. */
export function readBackFaults({ steps, lastWords }: ExploredLine): string[] {
  const faults: string[] = [];
  const secrets: { digits: string; name: string }[] = [];
  const look = (said: readonly Prompt[]) => {
    if (secrets.length === 0) return;
    for (const { key, values } of said)
      for (const told of Object.values(values).map(digitsOf))
        for (const { digits, name } of secrets)
          if (isToldIn(told, digits)) faults.push(`what was typed at ${name} is told by ${key}`);
  };
  for (const { verb, said, asked, act } of steps) {
    look(said);
    if (verb === 'type a secret' && act.length > 1 && /^\d+$/.test(act))
      secrets.push({ digits: act, name: asked.at(-1)?.key ?? '' });
  }
  look(lastWords);
  return faults;
}

/** A secret that is as short as what may be told of a card may not be told at all. */
function isToldIn(told: string, secret: string): boolean {
  if (secret.length <= mayBeTold) return told.includes(secret);
  for (let at = 0; at + mayBeTold < secret.length; at++)
    if (told.includes(secret.slice(at, at + mayBeTold + 1))) return true;
  return false;
}

/** The digits that are heard of a value. */
function digitsOf(value: Value): string {
  switch (value.kind) {
    case 'last-four':
    case 'reference':
      return value.digits;
    case 'phone':
      return value.number;
    case 'name':
      return value.text;
    case 'number':
      return String(value.number);
    default:
      return '';
  }
}
