import type { Language, Utterance } from './utterance.ts';

/** One thing to record. */
export interface ScriptLine {
  /** Below the folder of recordings, such as `es/offer.notice.wav`. */
  readonly file: string;
  readonly text: string;
  /** How it is heard; empty when it stands alone. */
  readonly notes: string;
}

export type ScriptFormat = 'text' | 'csv' | 'md';

/** What a voice artist records for a language, in the order of the utterances; each file once. */
export function recordingScript(language: Language, utterances: Iterable<Utterance>): ScriptLine[] {
  const once = new Map([...utterances].map((utterance) => [utterance.id, utterance]));
  const pieces = new Map<string, number>();
  for (const id of once.keys()) {
    const { sentence } = pieceOf(id);
    pieces.set(sentence, (pieces.get(sentence) ?? 0) + 1);
  }
  return [...once.values()].map(({ id, text }) => {
    const { sentence, piece } = pieceOf(id);
    return { file: `${language}/${id}.wav`, text, notes: notesOn(text, piece, pieces.get(sentence) ?? 1) };
  });
}

/** `offer.from.2.valley-view` is piece 2 of `offer.from.*.valley-view`. */
function pieceOf(id: string): { sentence: string; piece: number | undefined } {
  const found = /^(.+?)\.(\d+)(\..+)?$/.exec(id);
  // `key.1` is a key's name, not the first piece of a sentence
  if (!found || id.startsWith('key.')) return { sentence: id, piece: undefined };
  return { sentence: `${found[1]}.*${found[3] ?? ''}`, piece: Number(found[2]) };
}

function notesOn(text: string, piece: number | undefined, pieces: number): string {
  const notes = [];
  if (piece !== undefined && pieces > 1)
    notes.push(`piece ${piece} of ${pieces} of one sentence, a name or a value between them`);
  if (!/[.!?:]["'”»]?$/u.test(text)) notes.push('the sentence goes on: keep the voice up at the end');
  if (/^[,;:]|^\p{Ll}/u.test(text)) notes.push('the sentence has begun before: no new start in the voice');
  if (/\p{Lu}{2,}/u.test(text))
    notes.push('capitals: say them as people say them, not letter by letter, unless they are no word');
  return notes.join('; ');
}

const advice: Readonly<Record<Language, string>> = {
  en: 'United States English, calm and friendly, unhurried: about 150 words a minute.',
  es: 'Spanish as understood all over Latin America and the United States (seseo), with "usted", calm and friendly, unhurried.',
};

/** The script as people read it, as a spreadsheet reads it (RFC 4180), or as Markdown. */
export function printScript(language: Language, lines: readonly ScriptLine[], format: ScriptFormat): string {
  switch (format) {
    case 'csv':
      return [['file', 'text', 'notes'], ...lines.map((line) => [line.file, line.text, line.notes])]
        .map((row) => row.map(quoted).join(',') + '\r\n')
        .join('');
    case 'md':
      return [
        `# Recording script: ${language}`,
        '',
        howTo(language, lines.length),
        '',
        '| file | text | notes |',
        '| --- | --- | --- |',
        ...lines.map((line) => `| \`${line.file}\` | ${cell(line.text)} | ${cell(line.notes)} |`),
        '',
      ].join('\n');
    case 'text':
      return [
        howTo(language, lines.length),
        '',
        ...lines.map((line) => `${line.file}\n    ${line.text}\n${line.notes ? `    (${line.notes})\n` : ''}`),
      ].join('\n');
  }
}

const howTo = (language: Language, count: number): string =>
  [
    `${count} files. ${advice[language]}`,
    'One WAV file each (PCM, 16 or 24 bits, 44.1 or 48 kHz), dry and close, without music or effects; levels, silence at both',
    'ends and the telephone band are set when the file is read. A file that is missing or unreadable is spoken by the synthesiser.',
  ].join('\n');

const quoted = (field: string): string => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);
const cell = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replace(/\s+/g, ' ');
