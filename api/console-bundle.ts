import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

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
    const { outputFiles } = await build({
      absWorkingDir: room,
      entryPoints: ['main.tsx'],
      entryNames: '[name]-[hash]',
      outdir: '/console',
      target: browsers,
      define: { 'process.env.NODE_ENV': '"production"' },
      ...{ jsx: 'automatic', jsxImportSource: 'preact' },
      ...{ bundle: true, write: false, format: 'esm', minify: true, logLevel: 'silent' },
    });
    const files = new Map<string, ConsoleFile>();
    let page = await readFile(join(room, 'index.html'), 'utf8');
    for (const { path, contents } of outputFiles) {
      const name = basename(path);
      const extension = name.slice(name.lastIndexOf('.') + 1);
      page = page.replace(`"main.${extension}"`, `"/console/${name}"`);
      files.set(name, await packed(Buffer.from(contents), types[extension] ?? 'application/octet-stream', true));
    }
    files.set('', await packed(Buffer.from(page), 'text/html; charset=utf-8', false));
    return files;
  } finally {
    await stop();
  }
}

async function packed(plain: Buffer, type: string, immutable: boolean): Promise<ConsoleFile> {
  const level = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22);
  return { type, plain, gzip: await zipped(plain), br: await squeezed(plain, level), hash, immutable };
}
