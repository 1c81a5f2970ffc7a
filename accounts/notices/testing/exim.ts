import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readdir, readFile, rm, watch, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { serverIdentity } from '#db/embedded/identity.ts';

/** Debian's Exim as a mail server of its own for one test file: on loopback, as nobody when this is root, mail into one maildir. */
export interface Exim {
  /** host:port */
  readonly at: string;
  /** Of its certificate, which nobody else knows. PEM. */
  readonly certificate: string;
  /** The next e-mail that is in its recipient's maildir, as the server wrote it there; each is told once, the oldest first. */
  next(): Promise<string>;
  /** How many are there that nobody was told of. */
  waiting(): Promise<number>;
  /** From now on it knows who was greylisted. */
  lift(): Promise<void>;
  /** Its log: who was refused and why. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

/** `unknown@` is refused for good, `greylisted@` for now, `full@` after its words were read; anybody else has a mailbox. */
const configuration = (folder: string, { uid, gid }: { uid: number; gid: number }): string => `
primary_hostname = mail.homeline.example
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%slog
pid_file_path = ${folder}/pid
exim_user = ${uid}
exim_group = ${gid}
deliver_drop_privilege
keep_environment =
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts = *
tls_certificate = ${folder}/cert.pem
tls_privatekey = ${folder}/key.pem
acl_smtp_rcpt = recipient
acl_smtp_data = words
begin acl
recipient:
  deny   local_parts = unknown
         message = No such person here
  defer  local_parts = greylisted
         condition = \${if !exists{${folder}/known}}
         message = Greylisted, come back later
  warn   local_parts = full
         set acl_m_full = yes
  accept
words:
  defer  condition = \${if eq{$acl_m_full}{yes}}
         message = The mailbox is full
  accept
begin routers
everybody:
  driver = accept
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = ${folder}/mail
  maildir_format
  envelope_to_add
  return_path_add
`;

/** Throws when there is no exim4 or no openssl, and says what to do. */
export async function startExim(): Promise<Exim> {
  const folder = await mkdtemp(join(tmpdir(), 'homeline-exim-'));
  const identity = serverIdentity();
  const own = identity ?? { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  for (const name of ['spool', 'log', 'mail', 'mail/new', 'mail/cur', 'mail/tmp']) await mkdir(join(folder, name));
  await writeFile(join(folder, 'exim.conf'), configuration(folder, own));
  await makeCertificate(folder);
  for (const name of ['.', ...(await readdir(folder, { recursive: true }))]) await chown(join(folder, name), own.uid, own.gid); // prettier-ignore

  const { server, port } = await started(folder, identity);
  const inbox = join(folder, 'mail', 'new');
  const read = new Set<string>();
  const unread = async () => (await readdir(inbox)).filter((name) => !read.has(name)).sort();
  return {
    at: `127.0.0.1:${port}`,
    certificate: await readFile(join(folder, 'cert.pem'), 'utf8'),
    async next() {
      const name = await until(inbox, async () => (await unread())[0]);
      read.add(name);
      return readFile(join(inbox, name), 'utf8');
    },
    waiting: async () => (await unread()).length,
    lift: () => writeFile(join(folder, 'known'), ''),
    log: () => readFile(join(folder, 'log', 'mainlog'), 'utf8'),
    async stop() {
      // Not its exit: who still delivers holds its standard error open, and its spool.
      const gone = once(server, 'close');
      server.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const INSTALL = 'apt-get update && apt-get install -y --no-install-recommends exim4-daemon-light openssl';

async function makeCertificate(folder: string): Promise<void> {
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const name = ['-subj', '/CN=mail.homeline.example', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  await promisify(execFile)('openssl', [...kind, ...name, ...files]).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error(`openssl not found. Run as root: ${INSTALL}`) : error;
  });
}

/** Somebody may take a free port before Exim does; then another one. Throws what Exim says in the end. */
async function started(folder: string, identity: ReturnType<typeof serverIdentity>) {
  let said = '';
  for (let attempt = 0; attempt < 10; attempt++) {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const server = run(folder, port, identity);
    said = '';
    server.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const ended = once(server, 'exit').then(() => 'ended');
    const failed = new Promise<never>((_, reject) => server.once('error', (error) => reject(unfound(error))));
    const ready = until(join(folder, 'log'), () => saidReady(folder, server));
    if ((await Promise.race([ready, ended, failed])) === 'ready') return { server, port };
  }
  throw new Error(`Exim does not start: ${said.trim() || 'it says nothing'}`);
}

function run(folder: string, port: number, identity: ReturnType<typeof serverIdentity>): ChildProcess {
  const how = ['-bdf', '-C', join(folder, 'exim.conf'), '-oX', `[127.0.0.1]:${port}`];
  const server = spawn('exim4', how, { stdio: ['ignore', 'ignore', 'pipe'], ...identity });
  const leave = () => void server.kill('SIGKILL');
  process.once('exit', leave);
  server.once('exit', () => process.off('exit', leave));
  return server;
}

const unfound = (error: NodeJS.ErrnoException): Error =>
  error.code === 'ENOENT' ? new Error(`exim4 not found. Run as root: ${INSTALL}`) : error;

async function saidReady(folder: string, { pid }: ChildProcess): Promise<'ready' | undefined> {
  const log = await readFile(join(folder, 'log', 'mainlog'), 'utf8').catch(() => '');
  return log.includes(`daemon started: pid=${pid ?? 0},`) ? 'ready' : undefined;
}

/** What `look` finds, looked for anew whenever something happens in this folder. */
async function until<T>(folder: string, look: () => Promise<T | undefined>): Promise<T> {
  const stop = new AbortController();
  const events = watch(folder, { signal: stop.signal })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = events.next();
      next.catch(() => undefined);
      const found = await look();
      if (found !== undefined) return found;
      await next;
    }
  } finally {
    stop.abort();
  }
}
