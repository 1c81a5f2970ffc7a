import type { Chapter } from '#flows/explore/family-charts.ts';
import { box, lines, mono, picture, text, way } from '../states/svg.ts';
import type { Card, Lead, Row } from './card.ts';
import { cardsOf } from './card.ts';
import type { LaidOut, Link, Point } from './layout.ts';
import { labelWidth, layOut } from './layout.ts';

/*
 * The picture of a chapter: a box for each question, the first on top. In italics what is told before it, then what is asked, or the
 * choices with their keys; ways lead to the next question, at each the key that takes it. Where the chapter ends stands in the box.
 */

const margin = 28;
const boxWidth = 312;
const top = 92;
const lineHeight = 15;
/** Characters of a line, at the size of its text. */
const most = { told: 53, asks: 38, says: 36, end: 43 };
/** Where the text of a row begins, behind its key. */
const usualIndent = 44;
const indentOf = (key: string): number => (key.length > 4 ? 22 + key.length * 7 : usualIndent);

interface Line {
  readonly text: string;
  readonly kind: 'told' | 'asks' | 'says' | 'end';
  readonly key?: string;
  readonly indent: number;
}

/** What means the same at every question of a chapter. */
const everywhere: Readonly<Record<'menu' | 'call', string>> = {
  menu: '* back   0 an agent   # says it again   ·   nothing, or a wrong key: asked again, three times; then an agent, or goodbye to silence',
  call: 'hanging up ends the call at any moment',
};

export function drawChapter(chapter: Chapter, number: number): string {
  const cards = cardsOf(chapter, number, 'en');
  const boxes = cards.map((card) => {
    const inside = linesOf(card);
    return { id: card.id, card, inside, width: boxWidth, height: 28 + inside.length * lineHeight };
  });
  const laidOut = layOut(boxes, cards.flatMap(linksOf));
  const width = Math.max(laidOut.width + 2 * margin, 900);
  const left = (width - laidOut.width) / 2;
  const moved = ({ x, y }: Point): Point => ({ x: left + x, y: top + y });
  const legend = everywhere[chapter.places.some(({ step }) => step.isMenu) ? 'menu' : 'call'];
  return picture({
    width: Math.round(width),
    height: Math.round(top + laidOut.height + margin),
    label: chapter.title,
    source: '`npm run flows` from the flows as they run',
    parts: [
      text(margin, 44, chapter.title, { size: 22, fill: 'ink', weight: 700 }),
      text(margin, 68, legend, { size: 12, fill: 'soft' }),
      ...drawnLinks(laidOut, moved),
      ...boxes.map(({ id, card, inside, height }) =>
        drawnCard(card, inside, moved(laidOut.corners.get(id) ?? { x: 0, y: 0 }), height),
      ),
    ],
  });
}

function linesOf({ id, told, asks, rows, after }: Card): Line[] {
  return [
    ...told.flatMap((one) => broken(one, { kind: 'told', indent: 12 })),
    ...asks.flatMap((one) => broken(one, { kind: 'asks', indent: 12 })),
    ...rows.flatMap((row) => rowLines(row, id)),
    ...after.flatMap((one) => broken(one, { kind: 'told', indent: 12 })),
  ];
}

function rowLines({ label, says, leads }: Row, id: string): Line[] {
  const ends = leads.flatMap(({ to, told }) => {
    if (to.kind === 'card') return to.id === id ? ['▸ here'] : [];
    return [`${quoted(told)}▸\u00a0${to.title.replaceAll(' ', '\u00a0')}`];
  });
  const unsaid = says === undefined;
  const at = indentOf(label);
  return [
    ...(unsaid ? [] : broken(says, { kind: 'says', key: label, indent: at })),
    ...ends.flatMap((end, index) =>
      broken(end, { kind: 'end', indent: at, ...(unsaid && index === 0 ? { key: label } : {}) }),
    ),
  ];
}

/** A text in lines, the key before the first. */
const broken = (content: string, { kind, key, indent }: Omit<Line, 'text'>): Line[] =>
  lines(content, most[kind] - Math.max(0, Math.round((indent - usualIndent) / 6))).map((line, index) => ({
    text: line,
    kind,
    indent,
    ...(index === 0 && key ? { key } : {}),
  }));

const quoted = (told: readonly string[]): string => (told.length > 0 ? `“${told.join(' ')}” ` : '');

/** One way for all keys that lead to the same place; back to the same place there is none to draw. */
function linksOf({ id, rows }: Card): Link[] {
  const labels = new Map<string, string[]>();
  const isCard = (lead: Lead) => lead.to.kind === 'card';
  for (const { label, leads } of rows)
    for (const { to } of leads.filter(isCard))
      if (to.kind === 'card' && to.id !== id) labels.set(to.id, [...(labels.get(to.id) ?? []), label]);
  return [...labels].map(([to, all]) => ({ from: id, to, label: [...new Set(all)].join(', ') }));
}

function drawnCard({ number, rows, id }: Card, inside: readonly Line[], { x, y }: Point, height: number): string {
  const isEnd = !rows.some(({ leads }) => leads.some(({ to }) => to.kind === 'card' && to.id !== id));
  const styles = {
    told: { size: 10.5, fill: 'soft heard' },
    asks: { size: 12, fill: 'ink', weight: 600 },
    says: { size: 12, fill: 'ink' },
    end: { size: 11, fill: 'soft' },
  } as const;
  return [
    box(x, y, boxWidth, height, isEnd ? 'card' : 'box'),
    text(x + boxWidth - 8, y + 13, number, { size: 9, fill: 'soft', font: mono, anchor: 'end' }),
    ...inside.flatMap((line, index) => {
      const at = y + 28 + index * lineHeight;
      return [
        ...(line.key ? [text(x + 12, at, line.key, { size: 11.5, fill: 'outside', font: mono, weight: 700 })] : []),
        text(x + line.indent, at, line.text, styles[line.kind]),
      ];
    }),
  ].join('\n');
}

function drawnLinks({ links }: LaidOut, moved: (point: Point) => Point): string[] {
  const ways = links.map(({ points }) => way(curve(points.map(moved)), true));
  const labels = links.map(({ label, at }) => {
    const { x, y } = moved(at);
    const width = labelWidth(label);
    return (
      `<rect x="${round(x - width / 2)}" y="${round(y - 9)}" width="${round(width)}" height="18" rx="9" class="page edged"/>` +
      text(round(x), round(y + 4), label, { size: 11, fill: 'outside', font: mono, weight: 700, anchor: 'middle' })
    );
  });
  return [...ways, ...labels];
}

const round = (length: number): number => Math.round(length * 10) / 10;

const cornerRadius = 14;
const arrowLength = 7;

/** From point to point, with round corners; it ends short of the box, where the arrow has its point. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
  let path = `M${at(first)}`;
  for (const [index, point] of rest.entries()) {
    const before = points[index] ?? first;
    const next = points[index + 2];
    if (!next) return `${path}L${at(towards(point, before, arrowLength))}`;
    path += `L${at(towards(point, before, cornerRadius))}Q${at(point)} ${at(towards(point, next, cornerRadius))}`;
  }
  return path;
}

/** A point so far from one on the way to another, and no further than half way. */
function towards(from: Point, to: Point, distance: number): Point {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const part = Math.min(distance / Math.max(Math.hypot(dx, dy), 0.1), 0.5);
  return { x: from.x + dx * part, y: from.y + dy * part };
}
