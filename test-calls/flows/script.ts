import type { Chapter } from '#flows/explore/family-charts.ts';
import type { Language } from '#flows/language.ts';
import type { Card, Lead, Row } from './card.ts';
import { cardsOf } from './card.ts';

const languageNames: Readonly<Record<Language, string>> = { en: 'English', es: 'Spanish' };

/** The spoken script: every prompt in the order in which a caller comes to it, with its key and what follows. */
export function scriptOf(chapters: readonly Chapter[], language: Language): string {
  const parts = [
    `# What is said, in ${languageNames[language]}`,
    '',
    'Made by `npm run flows` from the flows as they run; do not edit. Values stand in braces. At every menu and every entry of the line that families call,',
    '`*` goes back, `0` asks for an agent and, in a menu, `#` says it again.',
    '',
    ...chapters.flatMap((chapter, index) => chapterOf(chapter, index + 1, language)),
  ];
  return parts.join('\n');
}

function chapterOf(chapter: Chapter, number: number, language: Language): string[] {
  return [
    `## ${number}. ${chapter.title}`,
    '',
    `![${chapter.title}](${chapter.name}.svg)`,
    '',
    ...cardsOf(chapter, number, language).flatMap(cardLines),
  ];
}

function cardLines({ number, told, asks, rows, after, again }: Card): string[] {
  return [
    `### ${number}`,
    '',
    ...told.flatMap((one) => [`> ${one}`, '>']).slice(0, -1),
    ...(told.length > 0 ? [''] : []),
    ...asks.flatMap((one) => [`**${one}**`, '']),
    '| key | is said | what follows |',
    '| --- | --- | --- |',
    ...rows.map(rowLine),
    ...after.flatMap((one) => ['', `> ${one}`]),
    ...(again.length > 0 ? ['', `Asked again with: ${again.map((one) => `“${one}”`).join(' ')}`] : []),
    '',
  ];
}

const rowLine = ({ label, says, leads }: Row): string =>
  `| ${label === '*' ? '\\*' : label} | ${says ?? ''} | ${leads.map(leadText).join('; ')} |`;

const leadText = ({ to, told }: Lead): string =>
  [
    ...told.map((one) => `“${one}”`),
    to.kind === 'card' ? `[${to.number}](#${to.number.replace('.', '')})` : to.title,
  ].join(' ');
