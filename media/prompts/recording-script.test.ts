import { describe, expect, it } from 'vitest';
import { printScript, recordingScript } from './recording-script.ts';

const utterances = [
  { id: 'offer.from.1.valley-view', text: 'Hola. Tiene una llamada de' },
  { id: 'offer.from.2.valley-view', text: 'en Valley View. Esta llamada no tiene costo.' },
  { id: 'offer.notice', text: 'Esta llamada será "grabada".' },
  { id: 'offer.notice', text: 'Esta llamada será "grabada".' },
  { id: 'key.1', text: 'Uno.' },
  { id: 'pin.ask', text: 'Ingrese su PIN.' },
];

describe('the recording script', () => {
  const lines = recordingScript('es', utterances);

  it('asks for every file once', () => {
    expect(lines.map((line) => line.file)).toEqual([
      'es/offer.from.1.valley-view.wav',
      'es/offer.from.2.valley-view.wav',
      'es/offer.notice.wav',
      'es/key.1.wav',
      'es/pin.ask.wav',
    ]);
  });

  it('tells of pieces that are heard around a recorded name', () => {
    expect(lines.map((line) => line.notes)).toEqual([
      'piece 1 of 2 of one sentence, a name or a value between them; the sentence goes on: keep the voice up at the end',
      'piece 2 of 2 of one sentence, a name or a value between them; the sentence has begun before: no new start in the voice',
      '',
      '',
      'capitals: say them as people say them, not letter by letter, unless they are no word',
    ]);
  });

  it('prints a table that a spreadsheet reads', () => {
    const rows = printScript('es', lines, 'csv').split('\r\n');
    expect(rows).toHaveLength(7);
    expect(rows[0]).toBe('file,text,notes');
    expect(rows[3]).toBe('es/offer.notice.wav,"Esta llamada será ""grabada"".",');
    expect(rows[6]).toBe('');
  });

  it('prints Markdown and plain text with every sentence', () => {
    const risky = recordingScript('en', [{ id: 'a', text: 'one | two' }]);
    expect(printScript('en', risky, 'md')).toContain('| `en/a.wav` | one \\| two | the sentence goes on');
    expect(printScript('en', risky, 'text')).toContain('en/a.wav\n    one | two\n    (the sentence goes on');
    expect(printScript('en', risky, 'text')).toMatch(/^1 files\. United States English/);
  });
});
