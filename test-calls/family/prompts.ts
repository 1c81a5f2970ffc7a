import { join } from 'node:path';
import { facilities } from '#db/seed/demo-world.ts';
import { languages } from '#flows/language.ts';
import { familyLineUtterances } from '#flows/script.ts';
import { PromptStore } from '#media/prompts/prompt-store.ts';

/**
 * Makes what the 866 line says before anybody calls it; the first time on a machine it takes a minute or two. A platform makes it while it
 * serves already, and whoever calls meanwhile waits for each prompt.
 */
export async function prepareFamilyPrompts(say: (text: string) => void): Promise<void> {
  const store = new PromptStore({ cacheFolder: join(import.meta.dirname, '..', '..', 'var', 'prompts') });
  const names = facilities.map(({ name }) => name);
  const begun = performance.now();
  for (const language of languages)
    await store.prepare(language, familyLineUtterances(language, names), (done, total) => {
      if (performance.now() - begun > 2_000 && done % 50 === 0)
        say(`Making the prompts, once: ${done} of ${total} in ${language === 'en' ? 'English' : 'Spanish'} ...`);
    });
}
