import type { Language } from '#flows/language.ts';
import type { PromptStore } from '#media/prompts/prompt-store.ts';
import type { Sequences } from '#media/prompts/sequence.ts';

/** Seconds that every prompt takes here. */
export const promptSeconds = 2;

/** Files of what was told once, in the order in which they were discarded. */
export const discarded: string[] = [];

/** Prompts without sound: `/en/pin.ask.wav`, each {@link promptSeconds} long, and several of them joined by `+`. */
export const silentPrompts = {
  prompts: {
    audioFor: async (language: Language, { id }: { id: string }) => ({
      path: `/${language}/${id}.wav`,
      version: `v-${id}`,
      seconds: promptSeconds,
      source: 'synthesised',
    }),
  } as unknown as PromptStore,
  sequences: {
    fileOf: async (prompts: readonly (readonly string[])[]) => prompts.flat().join('+'),
    passing: async (prompts: readonly (readonly unknown[])[]) => {
      const path = `passing:${prompts.flat().length}`;
      return { path, discard: async () => void discarded.push(path) };
    },
  } as unknown as Sequences,
};
