import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { run } from './run.ts';
import { SettingError } from './setting.ts';
import { settingsFrom } from './settings.ts';

/** The SIP server alone: `homeline-sip -f drachtio.conf.xml`. */
const start = async (): Promise<void> => {
  const about = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(about) as { version: string };
  const command = settingsFrom(process.argv.slice(2), process.env, version);
  if (command.kind !== 'run') return void console.log(command.text);
  const log = pino({ name: 'homeline-sip', level: command.logLevel, redact: ['secret', '*.secret'] });
  const running = await run(command, log, version, Date.now());
  const stop = (): void => {
    running.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
};

start().catch((error: unknown) => {
  // One line: which setting is wrong, or which port cannot be had.
  const expected = error instanceof SettingError || (error instanceof Error && 'code' in error);
  console.error(expected ? `homeline-sip: ${error.message}` : error);
  process.exit(1);
});
