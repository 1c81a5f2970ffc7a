import type { JournalEvent } from '../journals.ts';
import type { Stage } from '../stage.ts';

interface ToldPrompt {
  readonly key: string;
  readonly text: string;
  readonly language: string;
}

const who = (leg: unknown): string => (leg === 'inside' ? 'caller' : 'called');
const words = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');

/** One line per thing that happens, as people would tell it; undefined for what is not worth a line. */
export function inWords({ kind, data }: JournalEvent): string | undefined {
  switch (kind) {
    case 'begun':
      return `☎  off hook: ${words(data['station'])}, ${words(data['facility'])}`;
    case 'saying':
      return (data['prompts'] as ToldPrompt[])
        .map(({ text }) => `🔊 to the ${who(data['leg'])}: “${text}”`)
        .join('\n   ');
    case 'key':
      return `⌨  the ${who(data['leg'])} presses ${words(data['key'])}`;
    case 'ignored-key':
      return `⌨  the ${who(data['leg'])} presses ${words(data['key'])}, which means nothing here`;
    case 'entry':
      return `⌨  the ${who(data['leg'])} enters ${words(data['digits']) || 'nothing'}`;
    case 'voice':
      return `🎤 the ${who(data['leg'])} says a name (${Number(data['seconds']).toFixed(1)} s)`;
    case 'identified':
      return `   identified: ${words(data['name'])}`;
    case 'verdict':
      return `   may it be placed to ${words(data['number'])}? ${words(data['verdict'])}`;
    case 'progress':
      return `🔔 ${words(data['status'])} from ${words(data['route'])}`;
    case 'failed':
      return `   ${words(data['status'])} from ${words(data['route'])}`;
    case 'answered':
      return '   answered';
    case 'block':
      return `⛔ blocked: ${words(data['number'])}`;
    case 'unblock':
      return `   block removed: ${words(data['number'])}`;
    case 'recording':
      return '⏺  recording, each side on its own channel';
    case 'recorded':
      return `⏹  recorded ${Number(data['seconds']).toFixed(1)} s, SHA-256 ${words(data['sha256']).slice(0, 12)}…`;
    case 'closed':
      return `   closed: ${words(data['disposition'])} (by ${words(data['endedBy'])}, cause ${words(data['q850'])})`;
    default:
      return undefined;
  }
}

/** Prints calls as they go, each line with the label of its call; the result stops it. */
export function showLive(stage: Stage, print: (line: string) => void = console.log): () => void {
  return stage.journals.follow((event) => {
    const line = inWords(event);
    if (line === undefined) return;
    const label = stage.labelOf(event.callId).padEnd(16);
    for (const part of line.split('\n')) print(`${event.at.slice(11, 22)}  ${label}  ${part.trim()}`);
  });
}
