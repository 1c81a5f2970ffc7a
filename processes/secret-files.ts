import { readFileSync } from 'node:fs';
import { WrongSetting } from './wrong-setting.ts';

/** The most that a secret has, in bytes: what is larger is not one. */
const mostBytes = 65_536;

/**
 * The environment with what `NAME_FILE` leads to in the place of `NAME`, for each of these settings: a secret that is mounted as a file is in no list
 * of processes and in no description of a container. A line end at the file's end is none of it. Throws {@link WrongSetting}; what is in the file is
 * never told.
 */
export function withFiles(environment: NodeJS.ProcessEnv, settings: readonly string[]): NodeJS.ProcessEnv {
  const read: Record<string, string | undefined> = {};
  for (const name of settings) {
    const path = environment[`${name}_FILE`];
    if (!path) continue;
    if (environment[name]) throw new WrongSetting(`wrong setting: ${name} and ${name}_FILE are given, one is meant`);
    read[name] = textOf(name, path);
    read[`${name}_FILE`] = undefined;
  }
  return { ...environment, ...read };
}

function textOf(name: string, path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new WrongSetting(`wrong setting: ${name}_FILE: ${(error as Error).message}`);
  }
  if (text === '' || text.length > mostBytes)
    throw new WrongSetting(`wrong setting: ${name}_FILE: ${path} has ${text === '' ? 'nothing' : 'too much'} in it`);
  return text;
}
