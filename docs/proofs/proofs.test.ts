import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { asvsChapters, levelTwo } from './asvs.ts';
import { proofDocuments } from './documents.ts';
import { guideRows, rowsAsked } from './guide-rows.ts';
import { by, line, proofsTold } from './proof.ts';
import { boundaries, threats } from './threats.ts';
import { faultsOf, titlesOf } from './titles.ts';

const root = join(import.meta.dirname, '..', '..');

describe('the table of guide rows', () => {
  test('has every row once, in order', () => {
    expect(guideRows.map(({ row }) => row)).toEqual(rowsAsked);
  });

  test('names tests that there are', () => {
    expect(faultsOf(guideRows.flatMap(({ proofs }) => proofs))).toEqual([]);
  });

  test('has a test for every row, or says what is not built and why', () => {
    for (const { row, proofs, missing = '', does, asks } of guideRows) {
      expect(proofs.length > 0 || missing.length > 20, String(row)).toBe(true);
      expect(
        [asks, does].every((text) => text.trim() !== ''),
        String(row),
      ).toBe(true);
    }
  });
});

describe('the ASVS checklist', () => {
  const requirements = asvsChapters.flatMap(({ requirements: all }) => all);

  test('has every requirement of levels 1 and 2 once, in order', () => {
    expect(requirements.map(({ id }) => id)).toEqual(levelTwo);
  });

  test('names tests that there are', () => {
    expect(faultsOf(requirements.flatMap(({ proofs }) => proofs))).toEqual([]);
  });

  test('says of each how it is met, why it does not apply, or what is missing', () => {
    for (const { id, asks, standing, why, proofs } of requirements)
      expect([asks.length > 3, standing === 'tested' ? proofs.length > 0 : why.length > 6], id).toEqual([true, true]);
  });
});

describe('the threats', () => {
  test('are told once each, in order, with what stands against them, what remains, and a test', () => {
    expect(threats.map(({ id }) => id)).toEqual(threats.map((_, n) => `T${n + 1}`));
    for (const { id, threat, stands, remains, proofs } of threats)
      expect([threat, stands, remains].every((text) => text.length > 10) && proofs.flat().length > 0, id).toBe(true);
    for (const { name, threats: all } of boundaries) expect(all.length, name).toBeGreaterThan(0);
  });

  test('name tests that there are', () => {
    expect(faultsOf(threats.flatMap(({ proofs }) => proofs.flat()))).toEqual([]);
  });
});

test.each(proofDocuments())('%s is what the data give; else run `npm run states`', async (path, content) => {
  expect(await readFile(join(root, path), 'utf8')).toBe(content);
});

describe('the titles of a file', () => {
  const source = `
    test('one', () => {});
    describe('a thing', () => {
      it.each([1, 2])('is %i', () => {});
      describe.each(all)('of $name', () => void it("isn’t", () => {}));
      for (const way of ways) call(\`goes by \${way}: \${1} ms\`, { long: true }, async () => {});
      test.runIf(here)('here', () => {});
      test.skip('not at all', () => {});
      it.todo('later');
    });
    describe.skip('another', () => void test('never', () => {}));
    notATest('no', () => {});
    test.each\`a | b\`('table', () => {});
    const title = 'x'; test(title, () => {});
  `;
  test('are whole names, of what runs', () => {
    expect(titlesOf(source)).toEqual([
      'one',
      'a thing is %i',
      'a thing of $name isn’t',
      'a thing goes by …: … ms',
      'a thing here',
      'table',
    ]);
  });

  test('are looked for: a file and a test that are not there are faults, and a name that two have is', () => {
    const file = 'docs/proofs/proofs';
    const mine = 'the titles of a file are whole names, of what runs';
    expect(faultsOf(by(file, mine))).toEqual([]);
    expect(faultsOf([...by(file, mine, 'nothing of the kind'), ...by('docs/nowhere', 'x')])).toEqual([
      'docs/proofs/proofs.test.ts has no test "nothing of the kind".',
      'There is no docs/nowhere.test.ts.',
    ]);
    expect(faultsOf(by('twice', 'one'), () => `test('one', f); test('one', f);`)).toEqual([
      'twice.test.ts has the test "one" 2 times.',
    ]);
  });
});

test('a cell ends where it should, and each file is linked to once', () => {
  expect(line('a|b', 'c\nd')).toBe('| a\\|b | c d |');
  expect(proofsTold([...by('a/b', 'one', 'two'), ...by('c', 'three')], '../')).toBe(
    '[a/b.test.ts](../a/b.test.ts): one; two<br>[c.test.ts](../c.test.ts): three',
  );
});
