import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'esbuild';

/** One file of the page, as it is sent. */
export interface ConsoleFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly gzip: Buffer;
  readonly br: Buffer;
  /** Of its content, in quotes (RFC 9110 §8.8.3); the encodings add their own. */
  readonly hash: string;
  /** Its name changes with its content: it can be kept for good. */
  readonly immutable: boolean;
}

/** The files by their names below `/console/`; '' is the page itself. */
export type ConsoleBundle = ReadonlyMap<string, ConsoleFile>;

/** What is not needed at first, the telephone, is a file of its own, which shares nothing with the page that would be waited for. */
const LATER = 'softphone/sip-phone.ts';
const room = join(import.meta.dirname, '..', 'console');
/** What chooses colours by `light-dark()` and knows custom properties as colours. */
const browsers = ['chrome123', 'firefox128', 'safari17.5'];
const types: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};
const zipped = promisify(gzip);
const squeezed = promisify(brotliCompress);

/** Bundles the page from its sources. Rejects with what esbuild finds wrong in them. */
export async function bundleConsole(): Promise<ConsoleBundle> {
  const { build, stop } = await import('esbuild');
  try {
    const bundled = async (entry: string, plugins: Plugin[] = []) =>
      (
        await build({
          absWorkingDir: room,
          entryPoints: [entry],
          entryNames: '[name]-[hash]',
          outdir: '/console',
          target: browsers,
          define: { 'process.env.NODE_ENV': '"production"' },
          ...{ jsx: 'automatic', jsxImportSource: 'preact', plugins },
          ...{ bundle: true, write: false, format: 'esm', minify: true, logLevel: 'silent' },
        })
      ).outputFiles;
    const later = await bundled(LATER);
    const outputFiles = [...(await bundled('main.tsx', [loadedLater(basename(later[0]?.path ?? ''))])), ...later];
    const files = new Map<string, ConsoleFile>();
    let page = await readFile(join(room, 'index.html'), 'utf8');
    for (const { path, contents } of outputFiles) {
      const name = basename(path);
      const extension = name.slice(name.lastIndexOf('.') + 1);
      if (name.startsWith('main-')) page = page.replace(`"main.${extension}"`, `"/console/${name}"`);
      files.set(name, await packed(Buffer.from(contents), types[extension] ?? 'application/octet-stream', true));
    }
    files.set('', await packed(Buffer.from(page), 'text/html; charset=utf-8', false));
    return files;
  } finally {
    await stop();
  }
}

/** The page asks for it by its name when it comes to that. */
const loadedLater = (name: string): Plugin => ({
  name: 'loaded-later',
  setup: (build) =>
    build.onResolve({ filter: /\/sip-phone\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: `./${name}`, external: true } : undefined,
    ),
});

async function packed(plain: Buffer, type: string, immutable: boolean): Promise<ConsoleFile> {
  const level = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  return { type, plain, gzip: await zipped(plain), br: await squeezed(plain, level), hash, immutable };
}
