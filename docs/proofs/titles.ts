import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { byFile, type Proof } from './proof.ts';

const root = join(import.meta.dirname, '..', '..');
/** What begins a test here: vitest's own, whole calls (test-calls/whole-calls.ts), and those at the agents' desk. */
const tests = new Set(['test', 'it', 'call', 'atDesk']);
/** Modifiers of tests that do run. */
const runs = new Set(['each', 'runIf', 'for']);

/** The whole names of the tests of a file, without those that are skipped. Where a name has a value in it, there is `…`. */
export function titlesOf(source: string, name = 'source.ts'): readonly string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node, above: readonly string[]): void => {
    if (!ts.isCallExpression(node)) return ts.forEachChild(node, (child) => visit(child, above));
    const [first] = node.arguments;
    const [word, ...modifiers] = wordsOf(node.expression);
    const title = first && textOf(first);
    const played = modifiers.every((one) => runs.has(one));
    if (word === undefined || title === undefined) return ts.forEachChild(node, (child) => visit(child, above));
    if (tests.has(word) && played) titles.push([...above, title].join(' '));
    if (word !== 'describe') return ts.forEachChild(node, (child) => visit(child, above));
    if (played) ts.forEachChild(node, (child) => visit(child, [...above, title]));
  };
  visit(ts.createSourceFile(name, source, ts.ScriptTarget.ESNext), []);
  return titles;
}

/** `test.each(rows)` is called by the words test and each. */
function wordsOf(called: ts.Expression): readonly string[] {
  if (ts.isIdentifier(called)) return [called.text];
  if (ts.isPropertyAccessExpression(called)) return [...wordsOf(called.expression), called.name.text];
  if (ts.isCallExpression(called)) return wordsOf(called.expression);
  return ts.isTaggedTemplateExpression(called) ? wordsOf(called.tag) : [];
}

function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…');
}

/** What is wrong with proofs: files that are not there, and tests that they do not have, or have twice. */
export function faultsOf(proofs: readonly Proof[]): readonly string[] {
  return [...byFile(proofs)].flatMap(([file, all]) => {
    const source = read(file);
    if (source === undefined) return [`There is no ${file}.`];
    const titles = titlesOf(source, file);
    return all.flatMap(({ title }) => {
      const found = titles.filter((one) => one === title).length;
      if (found === 1) return [];
      return [found === 0 ? `${file} has no test "${title}".` : `${file} has the test "${title}" ${found} times.`];
    });
  });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
