/**
 * As much of WASI (snapshot preview1) as a program needs that takes arguments and writes files: no system, no clock, no folders,
 * all in memory. Node's own `node:wasi` (20.20) ends the process with a segmentation fault after some dozen runs of one module.
 */

/** Node has it, but its types without a browser's library do not. */
const { WebAssembly: wasm } = globalThis as unknown as {
  WebAssembly: {
    compile(program: Uint8Array): Promise<object>;
    instantiate(module: object, imports: object): Promise<{ exports: Record<string, unknown> }>;
  };
};

export const compileProgram = (program: Uint8Array): Promise<object> => wasm.compile(program);

/** Error numbers of preview1. */
const success = 0;
const badDescriptor = 8;
const noEntry = 44;
/** File types of preview1. */
const characterDevice = 2;
const directory = 3;
const regularFile = 4;

const firstFolder = 3;
const mostBytes = 256 * 1024 * 1024;

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`the program ended with ${code}`);
    this.code = code;
  }
}

class MemoryFile {
  #bytes = Buffer.alloc(1 << 16);
  #end = 0;
  at = 0;

  get length(): number {
    return this.#end;
  }

  write(piece: Uint8Array): void {
    const end = this.at + piece.length;
    if (end > mostBytes) throw new Error(`the program wrote more than ${mostBytes} bytes`);
    if (end > this.#bytes.length) {
      const larger = Buffer.alloc(2 ** Math.ceil(Math.log2(end)));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.at);
    this.at = end;
    this.#end = Math.max(this.#end, end);
  }

  contents(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }
}

/** Runs a program to its end and gives the files it wrote. Throws when it ends with another code than 0. */
export async function runProgram(module: object, args: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const files = new Map<string, MemoryFile>();
  const open = new Map<number, MemoryFile>([
    [0, new MemoryFile()],
    [1, new MemoryFile()],
    [2, new MemoryFile()],
  ]);
  const words = args.map((arg) => Buffer.from(`${arg}\0`));
  const totalBytes = words.reduce((sum, word) => sum + word.length, 0);
  let memory: { readonly buffer: ArrayBuffer } = { buffer: new ArrayBuffer(0) };
  // the memory may move whenever the program allocates: never kept between calls
  const view = () => new DataView(memory.buffer);
  const slice = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);
  const put32 = (at: number, value: number) => (view().setUint32(at, value, true), success);

  const calls = {
    args_sizes_get: (count: number, bytes: number) => put32(count, words.length) || put32(bytes, totalBytes),
    args_get: (pointers: number, bytes: number) => {
      let at = bytes;
      for (const [n, word] of words.entries()) {
        put32(pointers + 4 * n, at);
        slice(at, word.length).set(word);
        at += word.length;
      }
      return success;
    },
    clock_time_get: (_clock: number, _precision: bigint, at: number) => (view().setBigUint64(at, 0n, true), success),
    fd_prestat_get: (fd: number, at: number) => {
      if (fd !== firstFolder) return badDescriptor;
      return put32(at, 0) || put32(at + 4, 1); // a folder whose name has one character
    },
    fd_prestat_dir_name: (_fd: number, at: number) => (slice(at, 1).set([0x2e]), success),
    fd_fdstat_get: (fd: number, at: number) => {
      if (fd !== firstFolder && !open.has(fd)) return badDescriptor;
      slice(at, 24).fill(0);
      view().setUint8(at, fd === firstFolder ? directory : fd < firstFolder ? characterDevice : regularFile);
      slice(at + 8, 16).fill(0xff); // every right
      return success;
    },
    fd_fdstat_set_flags: () => success,
    path_open: (
      _folder: number,
      _look: number,
      name: number,
      length: number,
      how: number,
      _rights: bigint,
      _inherited: bigint,
      _flags: number,
      at: number,
    ) => {
      if ((how & 1) === 0) return noEntry; // nothing is there to be read; only O_CREAT succeeds
      const file = new MemoryFile();
      files.set(Buffer.from(slice(name, length)).toString('utf8'), file);
      const fd = firstFolder + 1 + files.size;
      open.set(fd, file);
      return put32(at, fd);
    },
    fd_read: (_fd: number, _pieces: number, _count: number, at: number) => put32(at, 0),
    fd_write: (fd: number, pieces: number, count: number, at: number) => {
      const file = open.get(fd);
      if (!file) return badDescriptor;
      let written = 0;
      for (let n = 0; n < count; n++) {
        const piece = slice(view().getUint32(pieces + 8 * n, true), view().getUint32(pieces + 8 * n + 4, true));
        file.write(piece);
        written += piece.length;
      }
      return put32(at, written);
    },
    fd_seek: (fd: number, offset: bigint, from: number, at: number) => {
      const file = open.get(fd);
      if (!file || fd < firstFolder) return badDescriptor;
      file.at = Math.max(0, Number(offset) + (from === 0 ? 0 : from === 1 ? file.at : file.length));
      view().setBigUint64(at, BigInt(file.at), true);
      return success;
    },
    fd_close: (fd: number) => (open.delete(fd) ? success : badDescriptor),
    proc_exit: (code: number) => {
      throw new Exit(code);
    },
  };
  const program = await wasm.instantiate(module, { wasi_snapshot_preview1: calls });
  memory = program.exports['memory'] as typeof memory;
  const told = open.get(2)!;
  try {
    (program.exports['_start'] as () => void)();
  } catch (fault) {
    if (!(fault instanceof Exit)) throw fault;
    if (fault.code !== 0)
      throw new Error(`${fault.message}: ${told.contents().toString('utf8').slice(0, 200)}`, { cause: fault });
  }
  return new Map([...files].map(([name, file]) => [name, file.contents()]));
}
