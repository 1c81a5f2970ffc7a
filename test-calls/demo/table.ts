import type { Told } from './report.ts';

/** The calls as a table for a terminal. */
export function table(calls: readonly Told[]): string {
  const rows = calls.map((call) => [
    call.scenario,
    call.disposition,
    call.endedBy,
    [call.cause.sip, call.cause.q850].map((cause) => cause ?? '-').join('/'),
    call.keys
      .filter(({ leg }) => leg === 'outside')
      .map(({ key }) => key)
      .join(' ') || '-',
    call.recording ? `${call.recording.seconds.toFixed(1)} s, 2 channels` : '-',
    call.answerToVoiceMs === undefined ? '-' : `${call.answerToVoiceMs} ms`,
    call.keyToReactionMs === undefined ? '-' : `${call.keyToReactionMs} ms`,
    call.faults.length === 0 ? 'ok' : 'NOT OK',
  ]);
  const header = [
    'call',
    'disposition',
    'ended by',
    'SIP/Q.850',
    'keys',
    'recording',
    'answer→voice',
    'key→reaction',
    '',
  ];
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(header), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}
