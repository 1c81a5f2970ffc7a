import type { Line, Voice } from '#flows/line.ts';
import { prompt } from '#flows/prompt.ts';

/** Asks for a name, twice if need be. A hang-up needs no line: every verb throws then, and whoever runs the flow catches that. */
export async function sayName(line: Line): Promise<Voice | undefined> {
  for (let attempt = 1; attempt <= 2; attempt++) {
    const voice = await line.recordVoice({ say: [prompt('name.ask')], minSeconds: 0.5, maxSeconds: 4 });
    if (voice) return voice;
    await line.say(prompt('name.too-short'));
  }
  return undefined;
}
